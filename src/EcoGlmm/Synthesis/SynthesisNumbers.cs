using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>What a synthesis is made of.</summary>
internal sealed record SynthesisNumbers
{
    public required CoefficientTable FixedEffects { get; init; }

    public required double Estimate { get; init; }

    public required double StandardError { get; init; }

    public required double TauSquared { get; init; }

    public required double LogLikelihood { get; init; }

    public required double Level { get; init; }

    public required int Count { get; init; }

    /// <summary>What was put together and how, as a sentence.</summary>
    public required string Method { get; init; }

    /// <summary>What estimates are, as "log odds ratio".</summary>
    public required string Scale { get; init; }

    /// <summary>Whether estimates are logarithms of ratios.</summary>
    public bool IsRatio { get; init; }

    public GlmmFit? Fit { get; init; }

    public double I2 { get; init; } = double.NaN;

    public double Q { get; init; } = double.NaN;

    public int ResidualDegrees { get; init; }

    /// <summary>Degrees of freedom of t; infinite for the normal distribution.</summary>
    public double Degrees { get; init; } = double.PositiveInfinity;

    /// <summary>Each study's name, effect and interval, as far as it has one by itself.</summary>
    public IReadOnlyList<StudyEffect> Studies { get; init; } = [];

    public double Quantile => double.IsInfinity(Degrees) ? SpecialFunctions.NormalQuantile(0.5 + Level / 2)
        : MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, Degrees, 0.5 + Level / 2);

    public double PValue(double statistic) => 2 * (double.IsInfinity(Degrees) ? SpecialFunctions.NormalCdf(-Math.Abs(statistic))
        : MathNet.Numerics.Distributions.StudentT.CDF(0, 1, Degrees, -Math.Abs(statistic)));
}

/// <summary>A study by itself.</summary>
internal sealed record StudyEffect(string Name, double Estimate, double Lower, double Upper);
