namespace EcoGlmm;

/// <summary>A slope on the scale of the link, per unit of age.</summary>
/// <param name="Estimate">The estimate; NaN where the method has none.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Lower">Lower end of the confidence interval.</param>
/// <param name="Upper">Upper end of the confidence interval.</param>
public sealed record AgeSlope(double Estimate, double StandardError, double Lower, double Upper)
{
    internal static AgeSlope None { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>Two-sided p-value against zero, by the normal distribution.</summary>
    public double PValue => 2 * Numerics.SpecialFunctions.NormalCdf(-Math.Abs(Estimate / StandardError));
}

/// <summary>A Wald test of "no selection: within equals between".</summary>
/// <param name="ChiSquare">The statistic.</param>
/// <param name="DegreesOfFreedom">1 or 2; 0 where the method has no test.</param>
/// <param name="PValue">Its p-value; NaN where there is no test.</param>
public sealed record SelectionTest(double ChiSquare, int DegreesOfFreedom, double PValue);

/// <summary>One method applied to the data.</summary>
public sealed record AgeApproach
{
    /// <summary>The method.</summary>
    public required AgeMethod Method { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Decomposition.AgeMethodText.Name(Method);

    /// <summary>Where it was published.</summary>
    public string Source => Decomposition.AgeMethodText.Source(Method);

    /// <summary>What it takes for granted.</summary>
    public string Assumption => Decomposition.AgeMethodText.Assumption(Method);

    /// <summary>The formula that was fitted, or would have been.</summary>
    public required string Formula { get; init; }

    /// <summary>The fit; null where there is none.</summary>
    public GlmmFit? Fit { get; init; }

    /// <summary>Why the method gives nothing here, in one sentence; null if it does.</summary>
    public string? Unavailable { get; init; }

    /// <summary>
    /// Slope in age within individuals; with a quadratic at the reference age, with age at last record × age at the mean longevity.
    /// The naive methods claim theirs to be this.
    /// </summary>
    public AgeSlope Within { get; init; } = AgeSlope.None;

    /// <summary>
    /// Slope between individuals: over their mean ages, or over their ages at last record, each then taken at its last record.
    /// </summary>
    public AgeSlope Between { get; init; } = AgeSlope.None;

    /// <summary>
    /// Between minus within: what selection adds per unit of age; for the methods with age at last record its coefficient. Positive:
    /// individuals that are seen at older ages are the better performers.
    /// </summary>
    public AgeSlope Difference { get; init; } = AgeSlope.None;

    /// <summary>Test of no selection.</summary>
    public SelectionTest Test { get; init; } = new(double.NaN, 0, double.NaN);

    /// <summary>A further coefficient that the method is there for, such as the terminal effect; null where there is none.</summary>
    public AgeSlope? Extra { get; init; }

    /// <summary>What <see cref="Extra"/> is; null where there is none.</summary>
    public string? ExtraMeaning { get; init; }

    /// <summary>Of a smooth: how the response changes with age on the scale of the link, centred; within individuals, but for the naive
    /// one. Null for other methods.</summary>
    public SmoothCurve? Curve { get; init; }

    /// <summary>
    /// Of a smooth: the slope of <see cref="Curve"/> along age, with a band that holds all of it; null for other methods.
    /// </summary>
    public SmoothCurve? Rate { get; init; }

    /// <summary>
    /// Of a smooth: how individuals that were seen at an age differ from those that were not, centred; null for other methods.
    /// </summary>
    public SmoothCurve? Selection { get; init; }

    /// <summary>Akaike's information criterion; NaN where there is no converged fit.</summary>
    public double Aic => Fit is { Convergence.IsConverged: true } fit ? fit.Aic : double.NaN;

    /// <summary>Whether the method gives slopes that may be used.</summary>
    public bool IsUsable => Unavailable is null && Fit is { Convergence.IsConverged: true };
}
