using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Tail probabilities of S = Σ gᵢ (yᵢ − μᵢ) by the saddlepoint approximation of O. E. Barndorff-Nielsen (Biometrika 77, 1990,
/// 425-445), as R. Dey and others (Am. J. Hum. Genet. 101, 2017, 37-49) and W. Zhou and others (Nature Genetics 50,
/// 2018, 1335-1341) use it where cases are few or alleles rare: there S is far from normal.
/// </summary>
internal static class Saddlepoint
{
    private const int MostSteps = 100;
    private const double Tolerance = 1e-10;
    private const double Furthest = 1e6;

    /// <summary>P(|S| ≥ |s|), as the sum of the two tails; NaN if the equations have no solution.</summary>
    /// <param name="scores">Cumulants of the response.</param>
    /// <param name="g">Weights of the observations.</param>
    /// <param name="s">The observed value.</param>
    public static double TwoSided(IScoreDistribution scores, ReadOnlySpan<double> g, double s)
    {
        var observed = Tail(scores, g, s);
        return observed > 0 ? observed + Tail(scores, g, -s) : double.NaN;
    }

    private static double Tail(IScoreDistribution scores, ReadOnlySpan<double> g, double s)
    {
        scores.Range(g, out var lowest, out var highest);
        if (s >= highest || s <= lowest)
        {
            return 0;
        }

        // K′ increases: Newton's steps within a bracket that doubles outwards until it holds the root
        var low = double.NegativeInfinity;
        var high = double.PositiveInfinity;
        double t = 0;
        double k = 0;
        double second = 0;
        var isFound = false;
        for (var step = 0; step < MostSteps && !isFound; step++)
        {
            scores.Cumulants(g, t, out k, out var first, out second);
            var off = first - s;
            if (off > 0)
            {
                high = t;
            }
            else
            {
                low = t;
            }

            var next = t - off / second;
            if (!double.IsFinite(next) || next <= low || next >= high)
            {
                next = double.IsInfinity(low) ? 2 * high - 1 : double.IsInfinity(high) ? 2 * low + 1 : 0.5 * (low + high);
            }

            if (Math.Abs(next) > Furthest)
            {
                return double.NaN;
            }

            isFound = Math.Abs(next - t) < Tolerance * (1 + Math.Abs(t));
            t = next;
        }

        scores.Cumulants(g, t, out k, out _, out second);
        var w = Math.Sign(t) * Math.Sqrt(Math.Max(0, 2 * (t * s - k)));
        var v = t * Math.Sqrt(second);
        if (!isFound || w == 0 || v == 0)
        {
            return double.NaN;
        }

        var z = w + Math.Log(v / w) / w;
        return SpecialFunctions.NormalCdf(s > 0 ? -z : z);
    }
}

/// <summary>How the sum of weighted deviations of a response from its mean is distributed.</summary>
internal interface IScoreDistribution
{
    /// <summary>The cumulant generating function of Σ gᵢ (yᵢ − μᵢ) at t, and its first two derivatives.</summary>
    void Cumulants(ReadOnlySpan<double> g, double t, out double k, out double first, out double second);

    /// <summary>Between which values the sum lies.</summary>
    void Range(ReadOnlySpan<double> g, out double lowest, out double highest);
}

/// <summary>Successes out of trials.</summary>
/// <param name="probability">Of one success.</param>
/// <param name="trials">Trials of each observation.</param>
internal sealed class BinomialScores(double[] probability, double[] trials) : IScoreDistribution
{
    public void Cumulants(ReadOnlySpan<double> g, double t, out double k, out double first, out double second)
    {
        k = first = second = 0;
        for (var i = 0; i < g.Length; i++)
        {
            var p = probability[i];
            var gt = g[i] * t;

            // log(1 − p + p eᵍᵗ), and the tilted probability, without overflow
            var e = Math.Exp(-Math.Abs(gt));
            var tilted = gt > 0 ? p / (p + (1 - p) * e) : p * e / (1 - p + p * e);
            var log = gt > 0 ? gt + Math.Log(p + (1 - p) * e) : Math.Log(1 - p + p * e);
            k += trials[i] * (log - p * gt);
            first += trials[i] * g[i] * (tilted - p);
            second += trials[i] * g[i] * g[i] * tilted * (1 - tilted);
        }
    }

    public void Range(ReadOnlySpan<double> g, out double lowest, out double highest)
    {
        lowest = highest = 0;
        for (var i = 0; i < g.Length; i++)
        {
            var up = trials[i] * g[i] * (1 - probability[i]);
            var down = -trials[i] * g[i] * probability[i];
            lowest += Math.Min(up, down);
            highest += Math.Max(up, down);
        }
    }
}

/// <summary>Counts.</summary>
/// <param name="mean">Their means.</param>
internal sealed class PoissonScores(double[] mean) : IScoreDistribution
{
    public void Cumulants(ReadOnlySpan<double> g, double t, out double k, out double first, out double second)
    {
        k = first = second = 0;
        for (var i = 0; i < g.Length; i++)
        {
            var gt = g[i] * t;
            var grown = Math.Exp(gt);
            k += mean[i] * (grown - 1 - gt);
            first += mean[i] * g[i] * (grown - 1);
            second += mean[i] * g[i] * g[i] * grown;
        }
    }

    public void Range(ReadOnlySpan<double> g, out double lowest, out double highest)
    {
        // if all weights have one sign, the sum is bounded on one side
        lowest = highest = 0;
        var hasPositive = false;
        var hasNegative = false;
        for (var i = 0; i < g.Length; i++)
        {
            hasPositive |= g[i] > 0;
            hasNegative |= g[i] < 0;
            lowest -= mean[i] * g[i];
        }

        highest = hasPositive ? double.PositiveInfinity : lowest;
        lowest = hasNegative ? double.NegativeInfinity : lowest;
    }
}
