namespace EcoGlmm.Syntheses;

/// <summary>The profile likelihood of the mean effect: all moderators at zero, or the first coefficient.</summary>
internal static partial class ConditionalOddsRatio
{
    private const double RootTolerance = 1e-6;

    /// <summary>Steps outward of half as much again; beyond them the likelihood never falls far enough.</summary>
    private const int StepsOutward = 12;

    /// <summary>A log odds ratio beyond it is infinite.</summary>
    private const double Farthest = 25;

    private static (double Lower, double Upper, double AtZero) Profile(Table[] tables, double[][] x, double[] best, double value,
        double error, double quantile)
    {
        double Root(double effect) => Math.Sqrt(Math.Max(0, 2 * (value - Held(tables, x, best, effect))));
        return (End(-1), End(1), Math.Sign(best[0]) * Root(0));

        double End(int side)
        {
            var (inside, low) = (best[0], -quantile);
            var step = quantile * error;
            for (var k = 0; k < StepsOutward; k++)
            {
                var outside = best[0] + (side * step);
                if (Math.Abs(outside) > Farthest) break;
                var high = Root(outside) - quantile;
                if (high >= 0) return Crossing(inside, low, outside, high);
                (inside, low) = (outside, high);
                step *= 1.5;
            }

            return side * double.PositiveInfinity;
        }

        // the root between a place inside the interval and one outside, by the secant kept within them
        double Crossing(double inside, double low, double outside, double high)
        {
            for (var k = 0; k < MostSteps && Math.Abs(outside - inside) > RootTolerance * error; k++)
            {
                var share = Math.Clamp(-low / (high - low), 0.02, 0.98);
                var middle = inside + (share * (outside - inside));
                var found = Root(middle) - quantile;
                if (Math.Abs(found) < RootTolerance) return middle;
                if (found < 0) (inside, low) = (middle, found);
                else (outside, high) = (middle, found);
            }

            return 0.5 * (inside + outside);
        }
    }

    /// <summary>The greatest log-likelihood with the first coefficient held.</summary>
    private static double Held(Table[] tables, double[][] x, double[] best, double effect)
    {
        var p = best.Length - 1;
        var beta = MaximiseBeta(tables, x, p, out var value, effect);
        foreach (var start in new[] { double.IsFinite(best[p]) ? best[p] : -1.5, -0.5, 0.5 })
        {
            double[] at = [effect, .. beta[1..], start];
            value = Math.Max(value, Maximise(tables, x, at, true));
        }

        return value;
    }

    /// <summary>Takes the first coefficient out of a step.</summary>
    private static void Hold(double[] gradient, double[] matrix, int order, double diagonal = 1)
    {
        gradient[0] = 0;
        for (var a = 0; a < order; a++)
        {
            matrix[a] = 0;
            matrix[a * order] = 0;
        }

        matrix[0] = diagonal;
    }
}
