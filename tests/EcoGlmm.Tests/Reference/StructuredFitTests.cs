using System.Collections.Concurrent;
using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Every fit of tests/reference/structures.json against glmmTMB 1.1.15.</summary>
public sealed class StructuredFitTests
{
    /// <summary>
    /// Where glmmTMB stopped short of the maximum, with a gradient that is not zero, or on the way to a shape without end: the better
    /// likelihood
    /// is the proof (for the shape, "meuse gau" is its limit).
    /// </summary>
    private static readonly string[] StoppedShort = ["chicks ou gamma", "gamma ar1", "meuse mat"];

    private static readonly IReadOnlyDictionary<string, StructuredFit> References =
        StructuredFit.ReadAll().ToDictionary(fit => fit.Name);

    private static readonly ConcurrentDictionary<string, Lazy<GlmmFit>> Fits = new();

    public static TheoryData<string> AllNames => [.. References.Keys];

    public static TheoryData<string> Names => [.. References.Values.Where(fit => fit.Only != "likelihood").Select(fit => fit.Name)];

    private static GlmmFit FitOf(StructuredFit reference) => Fits.GetOrAdd(reference.Name, _ => new Lazy<GlmmFit>(reference.Fit)).Value;

    [Theory]
    [MemberData(nameof(AllNames))]
    public void Likelihood_agrees(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        var tolerance = 1e-5 + (1e-7 * Math.Abs(reference.LogLik));
        if (StoppedShort.Contains(name))
            Assert.InRange(fit.LogLikelihood, reference.LogLik - tolerance, reference.LogLik + 5);
        else
            check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, tolerance);
        check.Near("parameters", reference.Parameters, fit.ParameterCount, 0);
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Coefficients_agree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        Compare("", reference.Fixed, fit.FixedEffects);
        Compare("zero inflation: ", reference.ZeroInflation ?? [], fit.ZeroInflationEffects);
        if (reference.Dispersion is { } dispersion)
            Compare("dispersion: ", dispersion, fit.DispersionEffects);
        if (reference.Sigma is { } sigma)
            check.Near("sigma", sigma, fit.Sigma, 2e-3 * sigma);
        check.Done();

        void Compare(string part, ReferenceCoefficient[] expected, CoefficientTable actual)
        {
            check.Near($"{part}number of coefficients", expected.Length, actual.Count, 0);
            foreach (var row in expected.Where(row => row.StandardError is not null))
            {
                check.Near(part + row.Name, row.Estimate!.Value, actual[row.Name].Estimate, 2e-3 * row.StandardError!.Value);

                // A Gaussian's, as lme4's, are given the covariance parameters; glmmTMB's are not.
                var at = part == "" && reference.ConditionalErrors is { } own ? Array.IndexOf(own.Names, row.Name) : -1;
                var error = at < 0 ? row.StandardError.Value : reference.ConditionalErrors!.Values[at];
                check.Near($"{part}standard error of {row.Name}", error, actual[row.Name].StandardError, 0.01 * error);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Covariance_parameters_agree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        foreach (var expected in reference.Covariance.GroupBy(row => (row.Part, row.Group, row.Structure, row.Name)))
        {
            var (part, group, structure, quantity) = expected.Key;
            // What glmmTMB fits by propto over one group is a term of relatives in EcoGlmm's formula; with one group of all rows it has no
            // name.
            var actual = fit.CovarianceParameters.Where(row => row.Part.ToString() == part && row.Name == (quantity == "shape"
                ? "smoothness" : quantity)
                && (row.Structure == structure || (structure == "propto" && row.Structure is "phylo" or "kinship")) && (row.Group == group
                    || group == "all"))
                .Select(row => row.Estimate).ToArray();
            check.Near($"number of {quantity} of {structure} {group}", expected.Count(), actual.Length, 0);
            foreach (var (row, value) in expected.Zip(actual))
            {
                var slack = quantity == "correlation" ? 5e-3 : 3e-3 * Math.Abs(row.Estimate);
                check.Near($"{quantity} of {structure} {row.Effect1} {row.Effect2}", row.Estimate, value, slack);
            }
        }
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fitted_values_agree(string name)
    {
        var reference = References[name];
        var fitted = FitOf(reference).Fitted();
        var check = new Comparison(name);
        check.NearRelative("fitted", [.. reference.Fitted.Select(value => (double?)value)],
            [.. reference.FittedRows.Select(row => fitted[row - 1])], 2e-3);
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Conditional_modes_agree(string name)
    {
        var reference = References[name];
        var fit = FitOf(reference);
        var check = new Comparison(name);
        foreach (var expected in reference.Modes)
        {
            // Levels that are positions or relatives have other names than glmmTMB's effects, and it has latent variables for rr: the
            // fitted values see to those.
            if (reference.Formula.Contains("rr("))
                continue;
            var modes = fit.RandomEffects.FirstOrDefault(m => m.Group == expected.Group && m.Part.ToString() == expected.Part);
            if (modes is null || !modes.Terms.Contains(expected.Term) || !modes.Levels.Contains(expected.Level))
                continue;
            var actual = modes[expected.Level, expected.Term];
            check.Near($"mode of {expected.Level} {expected.Term}", expected.Mode, actual.Mode, 3e-3 * Math.Abs(expected.Mode)
                + (2e-3 * expected.Sd) + 1e-6);
            // By REML glmmTMB's are not given the fixed effects.
            if (!reference.Reml)
                check.Near($"sd of {expected.Level} {expected.Term}", expected.Sd, actual.StandardDeviation, (0.01 * expected.Sd) + 1e-6);
        }
        check.Done();
    }

    [Theory]
    [InlineData("salamanders ar1 nbinom2", "from one step to the next is estimated as one")]
    [InlineData("owls cs nbinom1", "is estimated as one: the effects of a level do not differ but in scale")]
    [InlineData("salamanders zero inflation homcs", "is estimated as one")]
    [InlineData("meuse mat", "The shape of mat(0 + I(x/1000) + I(y/1000) | 1) runs to infinity")]
    [InlineData("sitka ar1", "The residual variance is estimated as zero")]
    [InlineData("sitka cs", "The residual variance is estimated as zero")]
    [InlineData("sitka us", "its variances take up the residual variance")]
    public void A_limit_is_named_and_the_fit_is_singular_rather_than_not_converged(string name, string sentence)
    {
        var convergence = FitOf(References[name]).Convergence;
        Assert.Equal(ConvergenceStatus.Singular, convergence.Status);
        Assert.Contains(convergence.Problems, problem => problem.Message.Contains(sentence));
    }

    public static TheoryData<string> NamesWithPlaces => [.. References.Values.Where(fit => fit.NewPlaces is not null && fit.Only is null)
        .Select(fit => fit.Name)];

    [Theory]
    [MemberData(nameof(NamesWithPlaces))]
    public void New_times_and_places_are_predicted_by_their_neighbours(string name)
    {
        var reference = References[name];
        var places = reference.NewPlaces!;
        var rows = FieldData.From(places.Data.ToDictionary(column => column.Key, column => column.Value.All(v =>
            v.ValueKind == JsonValueKind.Number)
            ? (object)column.Value.Select(v => v.GetDouble()).ToArray()
            : column.Value.Select(v => v.GetString()).ToArray()));
        foreach (var (column, levels) in reference.Factors ?? [])
        {
            if (rows.ColumnNames.Contains(column))
                rows = rows.AsFactor(column, levels);
        }
        var predicted = FitOf(reference).Predict(rows, PredictionScale.Link, RandomEffectsUse.Conditional);
        var check = new Comparison(name);
        for (var i = 0; i < places.Conditional.Length; i++)
        {
            check.Near($"place {i}", places.Conditional[i], predicted.Estimate[i], 0.02 * predicted.StandardError[i]
                + (1e-3 * Math.Abs(places.Conditional[i])));
            if (places.Errors is { } errors)
                check.Near($"standard error at place {i}", errors[i], predicted.StandardError[i], 0.01 * errors[i]);
        }
        check.Done();
    }
}
