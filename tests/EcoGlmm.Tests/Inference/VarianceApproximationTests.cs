using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

/// <summary>
/// R² and intraclass correlations of generalized models: the variances of Nakagawa, Johnson and Schielzeth (2017) as written out in R from
/// glmmTMB's fits, and performance's numbers where they are those of the paper, or of what they are made of where they are not.
/// </summary>
public sealed class VarianceApproximationTests
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "variances.json"))).RootElement;

    public static TheoryData<string> Names => [.. Root.GetProperty("cases").EnumerateArray().Select(f => f.Text("name"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_distributions_variance_is_that_of_the_paper(string name)
    {
        var expected = Case(name);
        var fit = Fit(expected);
        var comparison = new Comparison(name);
        foreach (var approximation in Enum.GetValues<VarianceApproximation>())
        {
            var variance = expected.Number(approximation.ToString().ToLowerInvariant());
            if (double.IsNaN(variance))
            {
                var message = Assert.Throws<GlmmException>(() => fit.RSquared(null, approximation)).Message;
                Assert.Contains("log link", message);
                continue;
            }

            var (r2, icc) = (fit.RSquared(null, approximation), fit.IntraclassCorrelation(null, approximation));
            var (@fixed, random) = (expected.Number("fixed"), expected.Number("random"));
            comparison.Near("fixed", @fixed, r2.FixedVariance, 1e-3 * @fixed);
            comparison.Near("random", random, r2.RandomVariance, 1e-3 * random);
            comparison.Near($"{approximation}", variance, r2.DistributionVariance, 1e-3 * variance);
            comparison.Near($"marginal {approximation}", @fixed / (@fixed + random + variance), r2.Marginal, 5e-4);
            comparison.Near($"ICC {approximation}", random / (random + variance), icc.Adjusted, 5e-4);
        }

        // The link's own way is the log-normal one for the log link, else the delta method; with trials the latent variance beside it.
        comparison.Near("default", double.IsFinite(expected.Number("default")) ? expected.Number("default")
            : double.IsNaN(expected.Number("lognormal")) ? expected.Number("delta") : expected.Number("lognormal"),
            fit.RSquared().DistributionVariance, 1e-3 * expected.Number("delta"));
        comparison.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Performances_numbers_are_had_or_told(string name)
    {
        var expected = Case(name);
        var theirs = expected.GetProperty("performance");
        var fit = Fit(expected);
        var mean = expected.Number("nullMean");
        var comparison = new Comparison(name);
        comparison.Near("what performance's variance is made of", expected.Number("explained"), theirs.Number("distribution"),
            1e-6 * theirs.Number("distribution"));
        var isLog = !double.IsNaN(expected.Number("lognormal")) && expected.Text("family") != "betabinomial";
        var isWhole = expected.GetProperty("zi").ValueKind != JsonValueKind.String;
        if (isLog && isWhole)
        {
            // Its mean is the null model's intercept without the random effects and offsets; of the Gamma it takes the delta method.
            VarianceApproximation? approximation = expected.Text("family") == "Gamma" ? VarianceApproximation.Delta : null;
            var (r2, icc) = (fit.RSquared(mean, approximation), fit.IntraclassCorrelation(mean, approximation));
            comparison.Near("marginal", theirs.Number("marginal"), r2.Marginal, 5e-4);
            comparison.Near("conditional", theirs.Number("conditional"), r2.Conditional, 5e-4);
            comparison.Near("ICC", theirs.Number("icc"), icc.Adjusted, 5e-4);
        }
        else
        {
            // With the logit link it exponentiates a logit, so that its share of the random effects is far too high; with structural zeros
            // it divides the variance of the whole response by the square of a part's mean.
            Assert.True(Math.Abs(theirs.Number("distribution") - fit.RSquared().DistributionVariance)
                > 0.2 * fit.RSquared().DistributionVariance);
        }

        comparison.Done();
    }

    [Fact]
    public void Beta_binomial_rows_vary_as_with_an_effect_for_each_row()
    {
        foreach (var name in new[] { "beta-binomial", "beta-binomial, wide" })
        {
            var expected = Case(name);
            var fit = Fit(expected);
            // insight since 0.20 takes the variance of the probability at the null model's intercept.
            var odds = expected.Number("nullMean");
            var theirs = expected.Number("insight");
            Assert.Equal(theirs, fit.RSquared(odds / (1 + odds), VarianceApproximation.Lognormal).DistributionVariance, 1e-3 * theirs);
            // Two models of one thing, near each other where it is small.
            if (name == "beta-binomial")
                Assert.Equal(expected.Number("observation"), fit.IntraclassCorrelation().Adjusted, 0.1 * expected.Number("observation"));
            // Successes and failures may be exchanged.
            var mean = fit.RSquared(0.2);
            Assert.Equal(mean.DistributionVariance, fit.RSquared(0.8).DistributionVariance, 1e-12);
            Assert.Contains("delta", mean.Method);
        }
    }

    [Fact]
    public void Binomial_models_have_the_latent_variance_or_that_of_an_outcome()
    {
        var fit = InferenceReference.Fit("cbpp");
        Assert.Equal(Math.PI * Math.PI / 3, fit.RSquared().DistributionVariance, 1e-12);
        var outcome = fit.RSquared(0.2, VarianceApproximation.Delta);
        Assert.Equal(1 / (0.2 * 0.8), outcome.DistributionVariance, 1e-12);
        Assert.Contains("delta", outcome.Method);
        Assert.Equal(outcome.RandomVariance / (outcome.RandomVariance + outcome.DistributionVariance),
            fit.IntraclassCorrelation(0.2, VarianceApproximation.Delta).Adjusted, 1e-12);
        Assert.NotEqual(fit.Repeatability("herd", 0).Latent,
            fit.Repeatability("herd", 0, approximation: VarianceApproximation.Delta).Latent);
    }

    private static JsonElement Case(string name) => Root.GetProperty("cases").EnumerateArray().Single(f => f.Text("name") == name);

    private static GlmmFit Fit(JsonElement expected)
    {
        var data = InferenceReference.Data(expected.Text("dataset"));
        if (expected.Text("dataset") == "sitka")
        {
            data = data.With("year", data.Numbers("Time").Select(t => t / 365)).With("share", data.Numbers("size").Select(s => s / 10));
        }

        var family = expected.Text("family") switch
        {
            "poisson" => Family.Poisson(),
            "nbinom1" => Family.NegativeBinomial1(),
            "nbinom2" => Family.NegativeBinomial2(),
            "tweedie" => Family.Tweedie(),
            "Gamma" => Family.Gamma(Link.Log),
            "betabinomial" => Family.BetaBinomial(),
            _ => Family.Beta(),
        };
        if (expected.Text("dataset") == "owls") data = data.With("rest", data.Numbers("SiblingNegotiation").Select(s => 40 - s));
        if (expected.Text("dataset") == "tribolium") data = data.AsFactor("Replicate");
        return Glmm.Fit(expected.Text("formula"), data, family, new GlmmOptions
        {
            ZeroInflation = expected.GetProperty("zi").ValueKind == JsonValueKind.String ? expected.Text("zi") : "~ 0",
        });
    }
}
