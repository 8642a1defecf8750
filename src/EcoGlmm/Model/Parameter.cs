namespace EcoGlmm;

/// <summary>
/// A parameter that is held at a value instead of being estimated, for <see cref="GlmmOptions.Fixed"/>; glmmTMB's <c>map</c>
/// with <c>start</c>. Parameters go by the names that a fit's tables show.
/// </summary>
/// <remarks>
/// A parameter held at a value is not counted in <see cref="GlmmFit.ParameterCount"/>, has no standard error, and is shown as
/// fixed.
/// </remarks>
public sealed record Parameter
{
    private Parameter(ParameterKind kind, ModelPart part, string name, double value)
    {
        Kind = kind;
        Part = part;
        Name = name;
        Value = value;
    }

    /// <summary>The part of the model that the parameter belongs to.</summary>
    public ModelPart Part { get; }

    /// <summary>Name of the coefficient, or of the family's parameter; the grouping factor for random effects.</summary>
    public string Name { get; }

    /// <summary>The effect of the grouping factor, or the first of two that are correlated; null for other parameters.</summary>
    public string? Term1 { get; private init; }

    /// <summary>The second of two correlated effects; null for other parameters.</summary>
    public string? Term2 { get; private init; }

    /// <summary>The value that the parameter is held at.</summary>
    public double Value { get; }

    internal ParameterKind Kind { get; }

    /// <summary>A fixed effect, on the scale of its linear predictor.</summary>
    /// <param name="name">Its name in the table of coefficients: "(Intercept)", "FoodTreatmentSatiated", "a:b".</param>
    /// <param name="value">The value to hold it at.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The value is not finite.</exception>
    public static Parameter Coefficient(string name, double value, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new Parameter(ParameterKind.Coefficient, part, name, Finite(value, $"the coefficient \"{name}\""));
    }

    /// <summary>
    /// The dispersion parameter as <see cref="GlmmFit.Sigma"/> reports it: the residual standard deviation of a Gaussian, θ of
    /// nbinom2, φ of beta and so on. It needs a constant dispersion, "~ 1".
    /// </summary>
    /// <param name="value">The value to hold it at, above zero.</param>
    /// <exception cref="GlmmException">The value is not positive and finite.</exception>
    public static Parameter Dispersion(double value) => Finite(value, "the dispersion") > 0
        ? new Parameter(ParameterKind.Dispersion, ModelPart.Dispersion, "dispersion", value)
        : throw new GlmmException("The dispersion must be held at a value above zero.");

    /// <summary>The standard deviation of a random effect, on the scale of the linear predictor.</summary>
    /// <param name="group">The grouping factor, as the table of variances names it.</param>
    /// <param name="effect">The effect: "(Intercept)", or a slope's name.</param>
    /// <param name="value">The value to hold it at, zero or more.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The value is negative or not finite.</exception>
    public static Parameter StandardDeviation(string group, string effect, double value, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(effect);
        return Finite(value, $"the standard deviation of {effect} | {group}") >= 0
            ? new Parameter(ParameterKind.StandardDeviation, part, group, value) { Term1 = effect }
            : throw new GlmmException($"The standard deviation of {effect} | {group} cannot be held at a value below zero.");
    }

    /// <summary>The correlation of two random effects of one term. Of a term with more than two effects, hold all correlations or
    /// none.</summary>
    /// <param name="group">The grouping factor.</param>
    /// <param name="effect1">One of the effects.</param>
    /// <param name="effect2">The other.</param>
    /// <param name="value">The value to hold it at, between −1 and 1.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The value is not between −1 and 1.</exception>
    public static Parameter Correlation(string group, string effect1, string effect2, double value,
        ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(effect1);
        ArgumentNullException.ThrowIfNull(effect2);
        return Math.Abs(value) < 1
            ? new Parameter(ParameterKind.Correlation, part, group, value) { Term1 = effect1, Term2 = effect2 }
            : throw new GlmmException($"The correlation of {effect1} and {effect2} | {group} must be held between −1 and 1.");
    }

    /// <summary>
    /// A parameter of a covariance structure, as <see cref="GlmmFit.CovarianceParameters"/> names it: the "correlation" of ar1 or cs,
    /// the "range" of exp, the "decay" of ou, the "sd" of any.
    /// </summary>
    /// <param name="group">The grouping factor ("all" for one group of all rows).</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="value">The value to hold it at.</param>
    /// <param name="effect">The effect that it belongs to, where there are several.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The value is not finite.</exception>
    public static Parameter Covariance(string group, string name, double value, string? effect = null,
        ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(name);
        return new Parameter(ParameterKind.Covariance, part, group, Finite(value, $"the {name} of {group}")) { Term1 = effect,
            Term2 = name };
    }

    /// <summary>A parameter of the family beside the dispersion, as <see cref="GlmmFit.FamilyParameters"/> names it: "df",
    /// "power".</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The value to hold it at.</param>
    /// <exception cref="GlmmException">The value is not finite.</exception>
    public static Parameter Family(string name, double value)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new Parameter(ParameterKind.Family, ModelPart.Conditional, name, Finite(value, $"the family's parameter \"{name}\""));
    }

    /// <summary>A parameter as it was written down: all that it consists of.</summary>
    internal static Parameter Restore(ParameterKind kind, ModelPart part, string name, string? term1, string? term2, double value) =>
        new(kind, part, name, value) { Term1 = term1, Term2 = term2 };

    private static double Finite(double value, string what) => double.IsFinite(value)
        ? value
        : throw new GlmmException($"The value to hold {what} at must be a finite number.");
}

/// <summary>What a <see cref="Parameter"/> is.</summary>
internal enum ParameterKind
{
    Coefficient,
    Dispersion,
    StandardDeviation,
    Correlation,
    Covariance,
    Family,
}
