using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Marginal;

/// <summary>Comparisons that are adjusted together.</summary>
/// <param name="Statistics">Their t.</param>
/// <param name="Degrees">Their degrees of freedom.</param>
/// <param name="Means">How many means they compare.</param>
/// <param name="AreAllPairs">Whether they are all pairs of these.</param>
/// <param name="Covariance">Covariance of the estimates; rows of comparisons that are not estimable are left out by
/// <see cref="Joint"/>.</param>
internal sealed record ContrastFamily(double[] Statistics, double[] Degrees, int Means, bool AreAllPairs, Matrix<double> Covariance)
{
    private readonly Dictionary<double, double> _quantiles = [];
    private MultivariateT? _joint;

    public int Count => Statistics.Length;

    /// <summary>P(|t| larger), each alone.</summary>
    public double[] Single => [.. Statistics.Zip(Degrees, (t, df) => 2 * StudentT.UpperTail(Math.Abs(t), df))];

    /// <summary>How many of the comparisons are independent of each other.</summary>
    public int Rank => Correlation() is { } r ? r.Rank() : 0;

    /// <summary>The joint distribution of the statistics; null where none is known.</summary>
    /// <exception cref="GlmmException">There are too many independent comparisons.</exception>
    public MultivariateT? Joint()
    {
        if (_joint is not null || Correlation() is not { } correlation) return _joint;
        if (correlation.Rank() > MultivariateT.MostDimensions)
            throw new GlmmException($"The multivariate t-distribution of more than {MultivariateT.MostDimensions} independent comparisons "
                + $"takes too long. Use Adjustment.Sidak or Holm.");
        return _joint = new MultivariateT(correlation);
    }

    /// <summary>A quantile, worked out once for each number of degrees of freedom.</summary>
    public double Once(double degrees, Func<double> quantile)
    {
        if (!_quantiles.TryGetValue(degrees, out var value)) _quantiles[degrees] = value = quantile();
        return value;
    }

    private Matrix<double>? Correlation()
    {
        int[] known = [.. Enumerable.Range(0, Count).Where(i => !double.IsNaN(Statistics[i]) && Covariance[i, i] > 0)];
        return known.Length == 0 ? null : Matrix<double>.Build.Dense(known.Length, known.Length, (i, j) =>
            i == j ? 1 : Covariance[known[i], known[j]] / Math.Sqrt(Covariance[known[i], known[i]] * Covariance[known[j], known[j]]));
    }
}

/// <summary>How one <see cref="Adjustment"/> is made.</summary>
internal abstract class ContrastAdjustment
{
    private static readonly Dictionary<Adjustment, ContrastAdjustment> All = new()
    {
        [Adjustment.None] = new Unadjusted(),
        [Adjustment.Tukey] = new TukeyAdjustment(),
        [Adjustment.Holm] = new HolmAdjustment(),
        [Adjustment.Bonferroni] = new BonferroniAdjustment(),
        [Adjustment.MultivariateT] = new MultivariateTAdjustment("p-values and intervals adjusted by the multivariate t-distribution"),
        [Adjustment.Dunnett] = new MultivariateTAdjustment("p-values and intervals adjusted by Dunnett's method"),
        [Adjustment.Scheffe] = new ScheffeAdjustment(),
        [Adjustment.Sidak] = new SidakAdjustment(),
        [Adjustment.BenjaminiHochberg] = new FalseDiscoveryAdjustment(),
    };

    /// <summary>What a note says of it.</summary>
    public abstract string Words { get; }

    /// <exception cref="ArgumentOutOfRangeException">There is no such adjustment.</exception>
    public static ContrastAdjustment Of(Adjustment adjustment) =>
        All.TryGetValue(adjustment, out var found) ? found : throw new ArgumentOutOfRangeException(nameof(adjustment));

    public abstract double[] PValues(ContrastFamily family);

    /// <summary>How many standard errors an interval reaches to each side.</summary>
    public abstract double Quantile(ContrastFamily family, double degrees, double level);

    private sealed class Unadjusted : ContrastAdjustment
    {
        public override string Words => "p-values and intervals are not adjusted for the number of comparisons";

        public override double[] PValues(ContrastFamily family) => family.Single;

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            StudentT.Quantile(0.5 + (level / 2), degrees);
    }

    private sealed class TukeyAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Tukey's method";

        public override double[] PValues(ContrastFamily family) => family.AreAllPairs
            ? [.. family.Statistics.Zip(family.Degrees, (t, df) => StudentizedRange.UpperTail(Math.Sqrt(2) * Math.Abs(t),
                family.Means, df))]
            : throw new GlmmException("Tukey's method is for all pairs of means. Use Adjustment.MultivariateT, which is exact for every "
                + "set of comparisons.");

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            double.IsNaN(degrees) ? double.NaN : StudentizedRange.UpperQuantile(1 - level, family.Means, degrees) / Math.Sqrt(2);
    }

    private sealed class BonferroniAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Bonferroni's method";

        public override double[] PValues(ContrastFamily family) => Array.ConvertAll(family.Single, p => Math.Min(1, family.Count * p));

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            StudentT.Quantile(1 - ((1 - level) / (2 * family.Count)), degrees);
    }

    private sealed class HolmAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values adjusted by Holm's method, intervals by Bonferroni's";

        public override double[] PValues(ContrastFamily family) => PValueAdjustment.Holm(family.Single);

        public override double Quantile(ContrastFamily family, double degrees, double level) => Of(Adjustment.Bonferroni)
            .Quantile(family, degrees, level);
    }

    private sealed class SidakAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Šidák's method";

        public override double[] PValues(ContrastFamily family) => Array.ConvertAll(family.Single, p =>
            -SpecialFunctions.Expm1(family.Count * SpecialFunctions.Log1p(-p)));

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            StudentT.Quantile(0.5 + (Math.Pow(level, 1.0 / family.Count) / 2), degrees);
    }

    private sealed class ScheffeAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values and intervals adjusted by Scheffé's method";

        public override double[] PValues(ContrastFamily family)
        {
            var rank = family.Rank;
            return [.. family.Statistics.Zip(family.Degrees, (t, df) => FDistribution.UpperTail(t * t / rank, rank, df))];
        }

        public override double Quantile(ContrastFamily family, double degrees, double level)
        {
            var rank = family.Rank;
            return Math.Sqrt(rank * FDistribution.Quantile(level, rank, degrees));
        }
    }

    private sealed class FalseDiscoveryAdjustment : ContrastAdjustment
    {
        public override string Words => "p-values adjusted by Benjamini and Hochberg's method, intervals not adjusted";

        public override double[] PValues(ContrastFamily family) => PValueAdjustment.BenjaminiHochberg(family.Single);

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            StudentT.Quantile(0.5 + (level / 2), degrees);
    }

    private sealed class MultivariateTAdjustment(string words) : ContrastAdjustment
    {
        public override string Words => words;

        public override double[] PValues(ContrastFamily family) =>
            [.. family.Statistics.Zip(family.Degrees, (t, df) => family.Joint()?.UpperTail(Math.Abs(t), df) ?? double.NaN)];

        public override double Quantile(ContrastFamily family, double degrees, double level) =>
            family.Once(degrees, () => family.Joint()?.UpperQuantile(1 - level, degrees) ?? double.NaN);
    }
}
