using System.Collections.Concurrent;

namespace EcoGlmm.Tests.Reference;

/// <summary>Every fit of tests/reference/fits.json, more.json, zi.json and corpus.json against R: lme4 and glmmTMB.</summary>
public sealed class ReferenceFitTests
{
    /// <summary>
    /// Comparisons in which R is the one that is off, with the evidence. glmmTMB 1.1.5 scales Pearson residuals of beta and
    /// beta-binomial models by μ(1 − μ), without the dispersion (later versions do not), those of hurdle models by the variance
    /// before truncation, and those of Student's t by the square root of the scale φ instead of the standard deviation. Its
    /// standard errors come from unscaled differences: with temp divided by 100 those of "cake beta probit" are EcoGlmm's. Its population
    /// predictions leave the
    /// random effects of the zero inflation in: the probability of a zero differs between nests.
    /// </summary>
    private static readonly HashSet<(string Aspect, string Name)> RIsOff =
    [
        ("Pearson", "cake beta"), ("Pearson", "cake beta probit"), ("Pearson", "cake beta dispersion"),
        ("Pearson", "cbpp betabinomial"), ("Pearson", "quine betabinomial"), ("Pearson", "cbpp betabinomial cloglog fixed only"),
        ("Pearson", "salamanders hurdle poisson"), ("Pearson", "salamanders hurdle nbinom2"),
        ("Pearson", "affairs hurdle truncated nbinom2"),
        ("Pearson", "ratpupweight student t"), ("Pearson", "ovary student t"),
        ("standard errors", "cake beta probit"),
        ("population response", "owls zero-inflated poisson with nests in both parts"),
    ];

    private static readonly IReadOnlyDictionary<string, ReferenceFit> References =
        ReferenceFit.Read("fits.json").Concat(ReferenceFit.Read("more.json")).Concat(ReferenceFit.Read("zi.json"))
            .Concat(ReferenceFit.Read("corpus.json"))
            .ToDictionary(fit => fit.Key, fit => fit.Value);

    private static readonly ConcurrentDictionary<string, Lazy<GlmmFit>> Fits = new();

    public static TheoryData<string> AllNames => [.. References.Keys];

    public static TheoryData<string> Names =>
        [.. References.Values.Where(reference => reference.Only is null).Select(reference => reference.Name)];

    public static TheoryData<string> NamesWithRandomEffects =>
        [.. References.Values.Where(reference => reference.Only is null && reference.Modes.Length > 0).Select(reference => reference.Name)];

    [Theory]
    [MemberData(nameof(AllNames))]
    public void LikelihoodAgrees(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        var tolerance = 1e-5 + 1e-7 * Math.Abs(reference.LogLik);

        if (fit.LogLikelihood > reference.LogLik + tolerance)
        {
            check.Add($"log-likelihood {fit.LogLikelihood:R} is better than R's {reference.LogLik:R} by "
                + $"{fit.LogLikelihood - reference.LogLik:G3}: which of the two is wrong?");
        }
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, tolerance);
        check.Near("AIC", reference.Aic, fit.Aic, 2 * tolerance);
        check.Near("BIC", reference.Bic, fit.Bic, 2 * tolerance);
        check.Near("observations", reference.Observations, fit.ObservationCount, 0);
        check.Near("parameters", reference.Parameters, fit.ParameterCount, 0);
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FixedEffectsAgree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);

        var errors = !RIsOff.Contains(("standard errors", name));
        Compare(check, "", reference.Fixed, fit.FixedEffects, errors);
        Compare(check, "zero inflation: ", reference.ZeroInflation ?? [], fit.ZeroInflationEffects, errors);
        if (reference.Dispersion is { } dispersion)
            Compare(check, "dispersion: ", dispersion, fit.DispersionEffects, errors);
        check.Done();
    }

    private static void Compare(Comparison check, string part, ReferenceCoefficient[] reference, CoefficientTable table, bool errors)
    {
        check.Near($"{part}number of coefficients", reference.Length, table.Count, 0);
        foreach (var expected in reference)
        {
            var actual = table[expected.Name];
            if (expected.Estimate is not { } estimate || expected.StandardError is not { } error)
            {
                if (!double.IsNaN(actual.Estimate))
                    check.Add($"{part}{expected.Name} is aliased in R, but estimated as {actual.Estimate}");
                continue;
            }
            check.Near(part + expected.Name, estimate, actual.Estimate, 1e-3 * error);
            if (errors)
                check.Near($"{part}standard error of {expected.Name}", error, actual.StandardError, 0.01 * error);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void VariancesAgree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        // What "zero" means for a standard deviation depends on the scale of the linear predictor.
        var scale = reference.Family == "gaussian" ? reference.Sigma ?? 1 : 1;

        check.Near("number of variances", reference.Variances.Length, fit.VarianceComponents.Count, 0);
        foreach (var expected in reference.Variances)
        {
            var label = $"{expected.Group} {expected.Term1} {expected.Term2}";
            var actual = fit.VarianceComponents.FirstOrDefault(component => component.Group == expected.Group
                && component.Part.ToString() == expected.Part && component.Term1 == expected.Term1 && component.Term2 == expected.Term2);
            if (actual is null)
                check.Add($"no variance component {label}");
            else if (expected.Term2 is null)
            {
                var sd = expected.Sd!.Value;
                var slack = reference.Singular ? 1e-3 * scale : 1e-6 * scale;
                check.Near($"sd of {label}", sd, actual.StandardDeviation, 2e-3 * sd + slack);
            }
            else
                check.Near($"correlation of {label}", expected.Correlation!.Value, actual.Correlation, 5e-3);
        }
        if (reference.Sigma is { } sigma)
            check.Near("sigma", sigma, fit.Sigma, 2e-3 * sigma);
        if (reference.Shape is { } shape)
            check.Near("family parameter", shape, Assert.Single(fit.FamilyParameters).Value, 2e-3 * shape);
        check.Done();
    }

    [Theory]
    [MemberData(nameof(NamesWithRandomEffects))]
    public void ConditionalModesAgree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);

        foreach (var expected in reference.Modes)
        {
            var actual = fit.RandomEffects[expected.Group, Enum.Parse<ModelPart>(expected.Part)][expected.Level, expected.Term];
            var label = $"{expected.Group} {expected.Level} {expected.Term}";
            var largest = reference.Variances.Where(variance => variance.Group == expected.Group && variance.Part == expected.Part)
                .Max(v => v.Sd ?? 0);
            // A mode moves with the variances, which are held to 2e-3.
            var slack = 2e-3 * Math.Abs(expected.Mode) + (reference.Singular ? 1e-3 * (1 + largest) : 1e-6 * largest);
            check.Near($"mode of {label}", expected.Mode, actual.Mode, 1e-3 * expected.Sd + slack);
            check.Near($"sd of {label}", expected.Sd, actual.StandardDeviation, 0.01 * expected.Sd + slack);
        }
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PredictionsAgree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        var expected = reference.Predictions;
        var newData = reference.ReadNewData();

        check.NearRelative("fitted", reference.Fitted, fit.Fitted(), 1e-3);
        if (expected.Population is { } population)
        {
            var predicted = fit.Predict(newData, PredictionScale.Link, RandomEffectsUse.Population);
            for (var row = 0; row < population.Length; row++)
            {
                var error = expected.PopulationError[row];
                check.Near($"population row {row}", population[row], predicted.Estimate[row], 2e-3 * error + 1e-9);
                check.Near($"its standard error, row {row}", error, predicted.StandardError[row], 0.01 * error + 1e-9);
            }
        }
        if (expected.Conditional is { } conditional)
        {
            var predicted = fit.Predict(newData, PredictionScale.Link, RandomEffectsUse.Conditional);
            for (var row = 0; row < conditional.Length; row++)
            {
                var tolerance = 3e-3 * expected.PopulationError[row] + 1e-4 * Math.Abs(conditional[row]) + 1e-9;
                check.Near($"conditional row {row}", conditional[row], predicted.Estimate[row], tolerance);
            }
        }
        if (expected.ConditionalResponse is { } responses)
            check.NearRelative("conditional response", responses, fit.Predict(newData).Estimate, 2e-3);
        if (expected.PopulationResponse is { } populationResponses && !RIsOff.Contains(("population response", name)))
        {
            var predicted = fit.Predict(newData, PredictionScale.Response, RandomEffectsUse.Population);
            check.NearRelative("population response", populationResponses, predicted.Estimate, 2e-3);
        }
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ResidualsAgree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);

        check.NearRelative("response residual", reference.Residuals.Response, fit.Residuals(ResidualType.Response), 5e-3);
        if (!RIsOff.Contains(("Pearson", name)))
            check.NearRelative("Pearson residual", reference.Residuals.Pearson, fit.Residuals(ResidualType.Pearson), 5e-3);
        if (reference.ZeroInflationFormula is null)
            check.NearRelative("deviance residual", reference.Residuals.Deviance, fit.Residuals(ResidualType.Deviance), 5e-3);
        check.Done();
    }

    private static GlmmFit FitOf(ReferenceFit reference) =>
        Fits.GetOrAdd(reference.Name, _ => new Lazy<GlmmFit>(() => Glmm.Fit(
            reference.Formula,
            reference.ReadData(),
            Family.Parse(reference.Family, reference.Link),
            new GlmmOptions
            {
                Reml = reference.Reml,
                Weights = reference.Weights,
                ZeroInflation = reference.ZeroInflationFormula ?? "~ 0",
                Dispersion = reference.DispersionFormula ?? "~ 1",
            }))).Value;
}
