using System.Globalization;
using EcoGlmm.Plans;

namespace EcoGlmm;

/// <content>What can be planned.</content>
public sealed partial class Plan
{
    /// <summary>
    /// Intervals of all parameters by the parametric bootstrap: <see cref="InferenceExtensions.ConfidenceIntervals"/> by
    /// <see cref="IntervalMethod.Bootstrap"/>, an <see cref="IntervalTable"/>.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="count">Number of simulations.</param>
    /// <param name="seed">The same seed gives the same intervals.</param>
    /// <param name="level">Coverage.</param>
    /// <exception cref="GlmmException">The fit did not converge.</exception>
    public static Plan Bootstrap(GlmmFit fit, int count, long seed = 1, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new Plan(new BootstrapWork(fit, count, seed, level), null);
    }

    /// <summary>
    /// The power of a study like a pilot:
    /// <see cref="PlanningExtensions.Power(GlmmFit, string, double?, string?, IReadOnlyList{int}?, PowerOptions?, CancellationToken)"/>,
    /// a <see cref="PowerAnalysis"/>. With a target, all simulations are computed, and those that the direct call would not have made
    /// are left out of the result.
    /// </summary>
    /// <param name="fit">A pilot.</param>
    /// <param name="effect">The coefficient that is tested.</param>
    /// <param name="value">The effect that would matter; the pilot's own when null.</param>
    /// <param name="along">A grouping factor to have more or fewer levels of; null for the design as it is.</param>
    /// <param name="levels">How many levels, one design for each.</param>
    /// <param name="power">How it is simulated.</param>
    /// <exception cref="GlmmException">As the direct call.</exception>
    public static Plan Power(GlmmFit fit, string effect, double? value = null, string? along = null, IReadOnlyList<int>? levels = null,
        PowerOptions? power = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(effect);
        var (designs, parameters) = PlanningExtensions.PowerDesigns(fit, effect, value, along, levels);
        return Power(fit.Formula, designs, parameters, effect, fit.Family, fit.Options, power);
    }

    /// <summary>The power of designs without a pilot: <c>Glmm.Power</c>, a <see cref="PowerAnalysis"/>.</summary>
    /// <param name="formula">The model that data are simulated from and that is fitted.</param>
    /// <param name="designs">Each with its name, by which it stands in the table.</param>
    /// <param name="parameters">Every parameter by name.</param>
    /// <param name="effect">The coefficient that is tested.</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Formulas of the other parts, REML and more.</param>
    /// <param name="power">How it is simulated.</param>
    /// <exception cref="GlmmException">As the direct call.</exception>
    public static Plan Power(string formula, IEnumerable<(string Name, object Design)> designs,
        IReadOnlyDictionary<string, double> parameters, string effect, Family? family = null, GlmmOptions? options = null,
        PowerOptions? power = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(designs);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(effect);
        return new Plan(new PowerWork(formula, designs, parameters, effect, family ?? Family.Gaussian(), options ?? new GlmmOptions(),
            power ?? new PowerOptions()), null);
    }

    /// <summary>The power of one design without a pilot.</summary>
    /// <param name="formula">The model that data are simulated from and that is fitted.</param>
    /// <param name="design">The rows of the study, without the response.</param>
    /// <param name="parameters">Every parameter by name.</param>
    /// <param name="effect">The coefficient that is tested.</param>
    /// <param name="family">Gaussian when null.</param>
    /// <param name="options">Formulas of the other parts, REML and more.</param>
    /// <param name="power">How it is simulated.</param>
    /// <exception cref="GlmmException">As the direct call.</exception>
    public static Plan Power(string formula, object design, IReadOnlyDictionary<string, double> parameters, string effect,
        Family? family = null, GlmmOptions? options = null, PowerOptions? power = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(effect);
        var table = FieldData.From(design);
        return Power(formula, [(table.RowCount.ToString(CultureInfo.InvariantCulture), (object)table)], parameters, effect, family, options,
            power);
    }

    /// <summary>
    /// Scores of predictions of rows left out:
    /// <see cref="PlanningExtensions.CrossValidate(GlmmFit, int?, string?, long, CancellationToken)"/>, a <see cref="CrossValidation"/>.
    /// </summary>
    /// <param name="fit">The fit, whose model is fitted again without each fold.</param>
    /// <param name="folds">Number of folds, 10 when null; with a group, null leaves each level out by itself.</param>
    /// <param name="group">A column whose levels are left out whole; null for rows at random.</param>
    /// <param name="seed">Seed of the folds and of the draws for scores.</param>
    /// <exception cref="GlmmException">The folds cannot be made.</exception>
    public static Plan CrossValidate(GlmmFit fit, int? folds = null, string? group = null, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return new Plan(new CrossValidationWork(fit, folds, group, seed), null);
    }

    /// <summary>
    /// A simulated likelihood ratio test: <see cref="Glmm.SimulateLikelihoodRatioTest"/>, a <see cref="TestResult"/>.
    /// </summary>
    /// <param name="fit0">The smaller model, by maximum likelihood.</param>
    /// <param name="fit1">The larger model, of the same response on the same rows.</param>
    /// <param name="count">Number of simulations; each takes two fits.</param>
    /// <param name="seed">The same seed gives the same result.</param>
    /// <param name="mode">What simulations do with random effects.</param>
    /// <exception cref="GlmmException">The models differ in their rows or response, or are fitted by REML.</exception>
    public static Plan SimulateLikelihoodRatioTest(GlmmFit fit0, GlmmFit fit1, int count = 250,
        long seed = SimulatedResiduals.DefaultSeed, SimulationMode mode = SimulationMode.Unconditional) =>
        new(new LikelihoodRatioWork(fit0, fit1, count, seed, mode), null);

    /// <summary>
    /// A scan of markers: <see cref="Glmm.Scan(string, object, Genotypes, ScanOptions?)"/>, an <see cref="AssociationScan"/>. A replicate
    /// is a block of markers of one chromosome. The folder gets a copy of the genotypes, packed as PLINK packs them, and the sums that
    /// relationships are made of, once for all parts.
    /// </summary>
    /// <param name="formula">Trait and covariates.</param>
    /// <param name="data">A table with a row for each individual; rows and genotypes are matched by name.</param>
    /// <param name="markers">The genotypes, which stay open until the plan is written.</param>
    /// <param name="options">Relationships, method and more; defaults when null. Without output and parts: the plan has its own.</param>
    /// <exception cref="GlmmException">As the direct call; the model without markers is fitted by the parts.</exception>
    public static Plan Scan(string formula, object data, Genotypes markers, ScanOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(markers);
        return new Plan(new ScanWork(formula, FieldData.From(data), markers, options ?? new ScanOptions()), null);
    }
}
