using System.Collections.Concurrent;
using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Animal and phylogenetic models against dense likelihoods in plain R, nlme and glmmTMB (tests/reference/relatives.R).</summary>
public sealed class RelativesReferenceTests
{
    private static readonly RelativesFile Content = JsonSerializer.Deserialize<RelativesFile>(
        File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "relatives.json")),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!;

    private static readonly ConcurrentDictionary<string, Lazy<GlmmFit>> Fits = new();

    public static TheoryData<string> Names => [.. Content.Fits.Select(fit => fit.Name)];

    public static TheoryData<string> NamesWithModes => [.. Content.Fits.Where(fit => fit.Modes.Length > 0).Select(fit => fit.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Likelihood_coefficients_and_covariances_agree(string name)
    {
        var reference = Reference(name);
        var fit = FitOf(reference);
        var check = new Comparison(name);
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, 1e-5 + (1e-7 * Math.Abs(reference.LogLik)));
        foreach (var row in reference.Fixed)
        {
            check.Near(row.Name, row.Estimate!.Value, fit.FixedEffects[row.Name].Estimate, 2e-3 * row.StandardError!.Value);
            check.Near($"standard error of {row.Name}", row.StandardError.Value, fit.FixedEffects[row.Name].StandardError,
                0.01 * row.StandardError.Value);
        }
        if (reference.Sigma is { } sigma)
            check.Near("sigma", sigma, fit.Sigma, 2e-3 * sigma);
        foreach (var row in reference.Covariance)
        {
            var actual = fit.CovarianceParameters.Single(p => p.Group == row.Group && p.Name == row.Name
                && (p.Effect1 is null || row.Effect1 is null || p.Effect1 == row.Effect1) && (p.Effect2 is null
                    || p.Effect2 == row.Effect2));
            // A small standard deviation is flat in the likelihood.
            check.Near($"{row.Name} of {row.Group}", row.Estimate, actual.Estimate, 3e-3 * Math.Abs(row.Estimate)
                + (0.01 * (double.IsNaN(actual.StandardError) ? 0 : actual.StandardError)));
        }
        if (reference.Heritability is { } heritability)
        {
            var actual = fit.Heritability("animal");
            check.Near("heritability", heritability, actual.Estimate, 1e-3);
            check.Near("its standard error", reference.HeritabilityError!.Value, actual.StandardError, 0.01 * actual.StandardError);
        }
        check.Done();
    }

    [Theory]
    [MemberData(nameof(NamesWithModes))]
    public void Values_of_relatives_agree_also_without_records(string name)
    {
        var reference = Reference(name);
        var fit = FitOf(reference);
        var check = new Comparison(name);
        var values = fit.BreedingValues(reference.Modes[0].Group).ToDictionary(value => value.Name);
        foreach (var row in reference.Modes)
        {
            var mode = fit.RandomEffects[row.Group][row.Level, row.Term];
            check.Near($"mode of {row.Level}", row.Mode, mode.Mode, 3e-3 * mode.StandardDeviation);
            check.Near($"value of {row.Level}", row.Mode, values[row.Level].Value, 3e-3 * mode.StandardDeviation);
            if (row.Sd is { } sd)
                check.Near($"sd of {row.Level}", sd, mode.StandardDeviation, 0.01 * sd);
            if (row.PredictionError is { } error)
                check.Near($"prediction error of {row.Level}", error, values[row.Level].PredictionError, 0.01 * error);
            if (row.Accuracy is { } accuracy)
                check.Near($"accuracy of {row.Level}", accuracy, values[row.Level].Accuracy, 0.01);
        }
        check.Done();
    }

    [Fact]
    public void Heritability_of_counts_has_two_scales()
    {
        var fit = FitOf(Reference("counts"));
        var (additive, other) = (Variance("animal"), Variance("id"));
        Assert.Equal(additive / (additive + other), fit.Heritability("animal").Estimate, 1e-9);

        // For a log link the integrals are known: E = exp(η + V/2), Ψ = E, Var = E²(exp V − 1) + E, here averaged over the two sexes.
        var total = additive + other;
        var predictors = fit.Predict(null, PredictionScale.Link, RandomEffectsUse.Population).Estimate;
        var means = predictors.Select(eta => Math.Exp(eta + (total / 2))).ToArray();
        var slope = means.Average();
        var phenotypic = means.Average(mean => (mean * mean * (Math.Exp(total) - 1)) + mean);
        var observed = fit.Heritability("animal", observed: true);
        Assert.Equal(slope * slope * additive / phenotypic, observed.Estimate, 2e-3);
        Assert.InRange(observed.Lower, 0, observed.Estimate);
        Assert.InRange(observed.Upper, observed.Estimate, 1);
        Assert.Equal(additive, fit.Evolvability("animal").Estimate, 1e-6);

        double Variance(string group) => fit.CovarianceParameters.Where(p => p.Group == group).Select(p => p.Estimate * p.Estimate)
            .Single();
    }

    [Fact]
    public void Heritability_of_one_of_several_traits_is_asked_by_its_effect()
    {
        var fit = FitOf(Reference("two traits"));
        double Sd(string group) => fit.CovarianceParameters.Single(p => p.Group == group && p.Name == "sd"
            && p.Effect1 == "traitweight").Estimate;
        var (genes, rest) = (Sd("animal"), Sd("id"));
        Assert.Equal(genes * genes / ((genes * genes) + (rest * rest)), fit.Heritability("animal", effect: "traitweight").Estimate, 1e-6);
        Assert.Contains("has no effect \"traitwieght\"; did you mean \"traitweight\"?".Replace("has", "have"),
            Assert.Throws<GlmmException>(() => fit.Heritability("animal", effect: "traitwieght")).Message);
    }

    [Fact]
    public void What_is_wrong_with_relatives_is_told()
    {
        var data = FieldData.From(Content.Data["species"].ToDictionary(c => c.Key, c => Column(c.Value)));
        string Fault(string formula, Relatedness? relatedness) => Assert.Throws<GlmmException>(() =>
            Glmm.Fit(formula, data, options: new GlmmOptions
        {
            Relatedness = relatedness is null ? null : new Dictionary<string, Relatedness> { ["species"] = relatedness },
        })).Message;
        Assert.Contains("GlmmOptions.Relatedness", Fault("y ~ x + phylo(1 | species)", null));
        var tree = PhylogeneticTree.Parse(Content.Tree.Replace("s09:", "s9:"));
        Assert.Contains("not in the tree: \"s09\"", Fault("y ~ x + phylo(1 | species)", tree));
        Assert.Contains("no model of evolution called \"lamda\"; did you mean \"lambda\"?",
            Fault("y ~ x + phylo(1 | species, model = lamda)", PhylogeneticTree.Parse(Content.Tree)));
        var fit = Glmm.Fit("y ~ x + (1 | species)", data);
        Assert.Contains("no term of relatives", Assert.Throws<GlmmException>(() => fit.Heritability("species")).Message);
    }

    private static ReferenceRelatives Reference(string name) => Content.Fits.Single(fit => fit.Name == name);

    private static GlmmFit FitOf(ReferenceRelatives reference) => Fits.GetOrAdd(reference.Name, _ => new Lazy<GlmmFit>(() =>
    {
        var pedigree = Pedigree.From(new Dictionary<string, object>
        {
            ["id"] = Content.Pedigree.Id, ["sire"] = Content.Pedigree.Sire, ["dam"] = Content.Pedigree.Dam,
        }, "id", "sire", "dam");
        var data = FieldData.From(Content.Data[reference.Dataset].ToDictionary(c => c.Key, c => Column(c.Value)));
        return Glmm.Fit(reference.Formula, data, Family.Parse(reference.Family), new GlmmOptions
        {
            Reml = reference.Reml,
            Dispersion = reference.DispersionFormula ?? "~ 1",
            Relatedness = new Dictionary<string, Relatedness> { ["animal"] = pedigree, ["species"] = PhylogeneticTree.Parse(Content.Tree) },
        });
    })).Value;

    private static object Column(JsonElement[] values) => values.All(v => v.ValueKind == JsonValueKind.Number)
        ? values.Select(v => v.GetDouble()).ToArray()
        : values.Select(v => v.GetString()).ToArray();

    private sealed record RelativesFile(PedigreeColumns Pedigree, string Tree, Dictionary<string, Dictionary<string, JsonElement[]>> Data,
        ReferenceRelatives[] Fits);

    private sealed record PedigreeColumns(string[] Id, string?[] Sire, string?[] Dam);

    private sealed record ReferenceRelatives(string Name, string Dataset, string Formula, string Family, bool Reml,
        string? DispersionFormula, double LogLik,
        ReferenceCoefficient[] Fixed, RelativesCovariance[] Covariance, RelativesMode[] Modes, double? Sigma, double? Heritability,
        double? HeritabilityError);

    private sealed record RelativesCovariance(string Group, string Name, string? Effect1, string? Effect2, double Estimate);

    private sealed record RelativesMode(string Group, string Level, string Term, double Mode, double? Sd, double? PredictionError,
        double? Accuracy);
}
