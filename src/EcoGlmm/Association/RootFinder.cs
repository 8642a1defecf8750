namespace EcoGlmm.Association;

/// <summary>Where a smooth function falls through zero: regula falsi with Illinois' halving, safeguarded by bisection.</summary>
internal static class RootFinder
{
    private const double Tolerance = 1e-10;
    private const int MostSteps = 100;

    /// <param name="low">A place where the function is positive.</param>
    /// <param name="atLow">Its value there.</param>
    /// <param name="high">A place where it is negative.</param>
    /// <param name="atHigh">Its value there.</param>
    /// <param name="function">The function.</param>
    public static double Falling(double low, double atLow, double high, double atHigh, Func<double, double> function)
    {
        var side = 0;
        var x = low;
        for (var step = 0; step < MostSteps && high - low > Tolerance; step++)
        {
            var next = step % 8 == 7 ? 0.5 * (low + high) : (low * atHigh - high * atLow) / (atHigh - atLow);
            if (step > 0 && Math.Abs(next - x) < Tolerance)
            {
                return next;
            }

            x = next;
            var value = function(x);
            if (value == 0)
            {
                return x;
            }

            if (value > 0)
            {
                (low, atLow) = (x, value);
                atHigh = side == 1 ? atHigh / 2 : atHigh;
                side = 1;
            }
            else
            {
                (high, atHigh) = (x, value);
                atLow = side == -1 ? atLow / 2 : atLow;
                side = -1;
            }
        }

        return x;
    }
}
