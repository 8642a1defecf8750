using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm;

/// <summary>
/// A prior, or penalty, on parameters, for <see cref="GlmmOptions.Priors"/>. The fit then reports the posterior mode: it
/// maximises the log-likelihood plus the log-densities of all priors. A weakly informative prior on the fixed effects keeps
/// separated coefficients finite; one on a standard deviation keeps it away from zero.
/// </summary>
/// <remarks>
/// By itself a prior is on every coefficient of the conditional part but the intercept, as in glmmTMB; <see cref="On(string, ModelPart)"/>,
/// <see cref="OnPart"/> and <see cref="OnStandardDeviations"/> put it elsewhere. Gelman, Jakulin, Pittau &amp; Su (2008), Annals of
/// Applied Statistics 2, 1360-1383; Chung, Rabe-Hesketh, Dorie, Gelman &amp; Liu (2013), Psychometrika 78, 685-709; for
/// correlations Lewandowski, Kurowicka &amp; Joe (2009), Journal of Multivariate Analysis 100, 1989-2001.
/// </remarks>
public sealed record Prior
{
    private Prior(PriorKind kind, double first, double second, double third = double.NaN)
    {
        Kind = kind;
        First = first;
        Second = second;
        Third = third;
    }

    /// <summary>The part of the model that the prior is on.</summary>
    public ModelPart Part { get; private init; }

    /// <summary>The coefficient, or the effect of the grouping factor, that the prior is on; null for all.</summary>
    public string? Coefficient { get; private init; }

    /// <summary>The grouping factor whose standard deviations or correlations the prior is on; null for fixed effects.</summary>
    public string? Group { get; private init; }

    /// <summary>The parameter of a covariance structure that the prior is on: "range", "correlation"; null for others.</summary>
    public string? CovarianceParameter { get; private init; }

    internal PriorKind Kind { get; }

    internal double First { get; }

    internal double Second { get; }

    internal double Third { get; }

    /// <summary>Normal.</summary>
    /// <param name="mean">Mean.</param>
    /// <param name="standardDeviation">Standard deviation, above zero.</param>
    /// <exception cref="GlmmException">The standard deviation is not positive.</exception>
    public static Prior Normal(double mean, double standardDeviation) =>
        new(PriorKind.Normal, Finite(mean, "mean"), Positive(standardDeviation, "standard deviation"));

    /// <summary>Student's t.</summary>
    /// <param name="df">Degrees of freedom, above zero.</param>
    /// <param name="location">Location.</param>
    /// <param name="scale">Scale, above zero.</param>
    /// <exception cref="GlmmException">The degrees of freedom or the scale are not positive.</exception>
    public static Prior StudentT(double df, double location, double scale) =>
        new(PriorKind.StudentT, Finite(location, "location"), Positive(scale, "scale"), Positive(df, "degrees of freedom"));

    /// <summary>Cauchy.</summary>
    /// <param name="location">Location.</param>
    /// <param name="scale">Scale, above zero.</param>
    /// <exception cref="GlmmException">The scale is not positive.</exception>
    public static Prior Cauchy(double location, double scale) => StudentT(1, location, scale);

    /// <summary>Gamma, for standard deviations: it has no weight at zero when its shape is above one.</summary>
    /// <param name="mean">Mean, above zero; very large for "anything but zero".</param>
    /// <param name="shape">Shape, above zero.</param>
    /// <exception cref="GlmmException">The mean or the shape is not positive.</exception>
    public static Prior Gamma(double mean, double shape) =>
        new(PriorKind.Gamma, Positive(mean, "mean"), Positive(shape, "shape"));

    /// <summary>
    /// LKJ, for the correlations of a random term: density proportional to |R|^(η − 1). Its constant is left out of
    /// <see cref="GlmmFit.LogPrior"/>.
    /// </summary>
    /// <param name="eta">Above one pulls correlations to zero; one is flat.</param>
    /// <param name="group">The grouping factor.</param>
    /// <param name="part">The part of the model.</param>
    /// <exception cref="GlmmException">The parameter is not positive.</exception>
    public static Prior Lkj(double eta, string group, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new(PriorKind.Lkj, Positive(eta, "parameter of the LKJ density"), 0) { Group = group, Part = part };
    }

    /// <summary>The same prior on one coefficient.</summary>
    /// <param name="coefficient">Its name in the table of coefficients: "(Intercept)", "sexMale".</param>
    /// <param name="part">The part of the model.</param>
    public Prior On(string coefficient, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(coefficient);
        return this with { Coefficient = coefficient, Group = null, CovarianceParameter = null, Part = part };
    }

    /// <summary>The same prior on all coefficients of a part but its intercept.</summary>
    /// <param name="part">The part of the model.</param>
    public Prior OnPart(ModelPart part) => this with { Coefficient = null, Group = null, CovarianceParameter = null,
        Part = part };

    /// <summary>The same prior on standard deviations of random effects.</summary>
    /// <param name="group">The grouping factor.</param>
    /// <param name="effect">The effect, "(Intercept)" or a slope's name; null for all effects of the group.</param>
    /// <param name="part">The part of the model.</param>
    public Prior OnStandardDeviations(string group, string? effect = null, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        return this with { Group = group, Coefficient = effect, CovarianceParameter = null, Part = part };
    }

    /// <summary>
    /// The same prior on a parameter of a covariance structure, as <see cref="GlmmFit.CovarianceParameters"/> names it: the "range" of
    /// exp, the "correlation" of ar1 or cs, the "decay" of ou, the "lambda" of a tree, a "loading" of rr, the "sd" of any.
    /// </summary>
    /// <param name="group">The grouping factor ("all" for one group of all rows).</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="effect">The effect that it belongs to, where there are several ("species, variable 1" of a loading); null for all
    /// parameters of that name.</param>
    /// <param name="part">The part of the model.</param>
    public Prior OnCovariance(string group, string name, string? effect = null, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(name);
        return this with { Group = group, Coefficient = effect, CovarianceParameter = name, Part = part };
    }

    /// <summary>Log-density at x, with its first and second derivatives.</summary>
    internal (double Value, double First, double Second) LogDensity(double x)
    {
        if (Kind == PriorKind.Gamma)
        {
            if (!(x > 0)) return (Second == 1 ? -Math.Log(First) : Second > 1 ? double.NegativeInfinity : double.PositiveInfinity, 0, 0);
            var rate = Second / First;
            return ((Second * Math.Log(rate)) - SpecialFunctions.LogGamma(Second) + ((Second - 1) * Math.Log(x)) - (rate * x),
                ((Second - 1) / x) - rate, -(Second - 1) / (x * x));
        }

        var z = (x - First) / Second;
        if (Kind == PriorKind.Normal)
            return ((-0.5 * z * z) - Math.Log(Second) - (0.5 * Math.Log(2 * Math.PI)), -z / Second, -1 / (Second * Second));
        var df = Third;
        var constant = SpecialFunctions.LogGamma(0.5 * (df + 1)) - SpecialFunctions.LogGamma(0.5 * df)
            - (0.5 * Math.Log(df * Math.PI)) - Math.Log(Second);
        var bracket = df + (z * z);
        return (constant - (0.5 * (df + 1) * Math.Log(bracket / df)), -(df + 1) * z / (bracket * Second),
            -(df + 1) * (df - (z * z)) / (bracket * bracket * Second * Second));
    }

    /// <summary>"Normal(0, 2.5) on the coefficients".</summary>
    public override string ToString()
    {
        string Number(double x) => Text.NumberFormat.Significant(x);
        var density = Kind switch
        {
            PriorKind.Normal => $"Normal({Number(First)}, {Number(Second)})",
            PriorKind.Gamma => $"Gamma(mean {Number(First)}, shape {Number(Second)})",
            PriorKind.Lkj => $"LKJ({Number(First)})",
            _ => Third == 1 ? $"Cauchy({Number(First)}, {Number(Second)})"
            : $"StudentT({Number(Third)}, {Number(First)}, {Number(Second)})",
        };
        var part = Part == ModelPart.Conditional ? "" : $" of the {ModelPartNames.InSentence(Part)}";
        return Kind == PriorKind.Lkj ? $"{density} on the correlations of {Group}{part}"
            : CovarianceParameter is not null
                ? $"{density} on the {CovarianceParameter}{(Coefficient is null ? "" : $" of {Coefficient}")} | {Group}{part}"
            : Group is not null ? $"{density} on the standard deviation{(Coefficient is null ? "s" : $" of {Coefficient}")} | {Group}{part}"
            : $"{density} on {Coefficient ?? "the coefficients"}{part}";
    }

    /// <summary>A prior as it was written down: all that it consists of.</summary>
    internal static Prior Restore(PriorKind kind, ModelPart part, string? coefficient, string? group, double[] parameters,
        string? covarianceParameter = null) => new(kind, parameters[0], parameters[1], parameters[2])
    {
        Part = part, Coefficient = coefficient, Group = group, CovarianceParameter = covarianceParameter,
    };

    private static double Positive(double value, string what) => value > 0 && double.IsFinite(value)
        ? value
        : throw new GlmmException($"The {what} of a prior must be above zero.");

    private static double Finite(double value, string what) => double.IsFinite(value)
        ? value
        : throw new GlmmException($"The {what} of a prior must be a finite number.");
}

/// <summary>The form of a <see cref="Prior"/>.</summary>
internal enum PriorKind
{
    Normal,
    StudentT,
    Gamma,
    Lkj,
}
