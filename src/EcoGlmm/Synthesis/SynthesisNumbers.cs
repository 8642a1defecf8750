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

    /// <summary>Whether counts were put together, rather than effect sizes.</summary>
    public bool IsOfCounts { get; init; }

    public GlmmFit? Fit { get; init; }

    /// <summary>The marginal model of effect sizes; null for counts.</summary>
    public MarginalModel? Model { get; init; }

    /// <summary>(n − c) / tr P: what a study's sampling variance is like; NaN where there is none.</summary>
    public double TypicalVariance { get; init; } = double.NaN;

    public double I2 { get; init; } = double.NaN;

    public double Q { get; init; } = double.NaN;

    public int ResidualDegrees { get; init; }

    /// <summary>Degrees of freedom of t; infinite for the normal distribution.</summary>
    public double Degrees { get; init; } = double.PositiveInfinity;

    /// <summary>What the coefficient of the mean effect is called in <see cref="Fit"/>.</summary>
    public string EffectName { get; init; } = "";

    /// <summary>The profile likelihood of a synthesis without a fit beneath: both ends by a quantile, and the signed root at
    /// zero.</summary>
    public Func<double, (double Lower, double Upper, double AtZero)>? Profiled { get; init; }

    /// <summary>The interval of the estimate and its p-value by the profile likelihood, where that was asked for.</summary>
    public (double Lower, double Upper, double PValue)? Profile { get; init; }

    /// <summary>Of all moderators together: χ² or F, its numerator's degrees of freedom.</summary>
    public (double Statistic, int Numerator, double PValue) ModeratorTest { get; init; } = (double.NaN, 0, double.NaN);

    public CoefficientTable ScaleEffects { get; init; } = new([]);

    /// <summary>Where the true effect of a new study lies, where that is not the estimate with a normal distribution about it.</summary>
    public (double Lower, double Upper)? Prediction { get; init; }

    /// <summary>Each study's name, effect and interval, as far as it has one by itself.</summary>
    public IReadOnlyList<StudyEffect> Studies { get; init; } = [];

    /// <summary>The counts that were put together; null for effect sizes.</summary>
    public StudyArms? Arms { get; init; }

    public SynthesisMeasure Measure { get; init; }

    /// <summary>Whether one study alone tells of the effect, so that how much it differs between studies is not known.</summary>
    public bool IsAlone { get; init; }

    /// <summary>The same synthesis of some of the studies, by their place in <see cref="Studies"/>.</summary>
    public required Func<int[], Synthesis> Refit { get; init; }

    /// <summary>The same synthesis with one more moderator, a value for each study; null for counts.</summary>
    public Func<double[], Synthesis>? WithModerator { get; init; }

    /// <summary>A column of numbers for the studies in the order of <see cref="Studies"/>; null for counts.</summary>
    public Func<string, double[]>? Ordering { get; init; }

    /// <summary>A column of names for them; null for counts.</summary>
    public Func<string, string[]>? Clusters { get; init; }

    public double Quantile => StudentT.Quantile(0.5 + Level / 2, Degrees);

    public double PValue(double statistic) => 2 * StudentT.UpperTail(Math.Abs(statistic), Degrees);
}

/// <summary>A study by itself.</summary>
internal sealed record StudyEffect(string Name, double Estimate, double Lower, double Upper)
{
    /// <summary>The sampling variance; NaN where counts tell none.</summary>
    public double Variance { get; init; } = double.NaN;
}
