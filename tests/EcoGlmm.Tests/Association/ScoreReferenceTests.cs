using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Association;

/// <summary>Score tests of interactions and of ordered categories against those written out in R (tests/reference/scores.R).</summary>
public sealed class ScoreReferenceTests
{
    private static readonly Lazy<JsonElement> Reference = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "scores.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    /// <summary>
    /// The score test of an interaction is at the maximum of the model that has the marker but not the product. GEMMA's p-values are at the
    /// variances of the model that has neither the marker nor the covariate: with these, R gives GEMMA's.
    /// </summary>
    [Fact]
    public void An_interactions_score_is_at_the_maximum_without_it()
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, new ScanOptions { Interaction = "age" });
        var expected = Reference.Value.GetProperty("interaction");
        var (markers, own) = (expected.Texts("marker"), expected.Numbers("score"));
        var (held, gemma) = (expected.Numbers("atVariancesWithoutBoth"), expected.Numbers("gemma"));
        var apart = 0;
        for (var j = 0; j < markers.Length; j++)
        {
            if (double.IsNaN(own[j])) continue;
            Assert.Equal(own[j], scan[markers[j]].ScoreP, 2e-4 * own[j]);
            Assert.Equal(held[j], gemma[j], 2e-4 * gemma[j]);
            apart += Math.Abs(Math.Log(own[j] / gemma[j])) > 0.02 ? 1 : 0;
        }

        Assert.True(apart > markers.Length / 4);
    }

    [Fact]
    public void Ordered_categories_have_the_score_tests_of_the_cumulative_model()
    {
        using var herd = Herd.Open();
        var expected = Reference.Value.GetProperty("ordered");
        var category = expected.Texts("animal").Zip(expected.Numbers("category")).ToDictionary(p => p.First, p => p.Second);
        var data = Herd.Data();
        data = data.With("grade", data.Texts("animal").Select(a => category[a!]));
        var scan = Glmm.Scan("grade ~ sex", data, herd, new ScanOptions { Family = Family.Cumulative() });
        var (markers, beta, se) = (expected.Texts("marker"), expected.Numbers("beta"), expected.Numbers("se"));
        var tails = expected.Numbers("p");
        Assert.Equal(32, tails.Count(p => !double.IsNaN(p)));
        for (var j = 0; j < markers.Length; j++)
        {
            if (double.IsNaN(beta[j])) continue;
            var row = scan[markers[j]];
            Assert.Equal(beta[j], row.Beta, 3e-4 * se[j]);
            Assert.Equal(se[j], row.StandardError, 2e-4 * se[j]);
            Assert.True(double.IsNaN(row.WaldP));
            var normal = 2 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, -Math.Abs(beta[j] / se[j]));
            if (Math.Abs(beta[j] / se[j]) < 1.99) Assert.Equal(normal, row.ScoreP, 1e-3 * normal);

            // Saddlepoint tails, of scores beyond two standard errors; that of the scores by 3e-4 is up to 1e-3 of the tail.
            else if (!double.IsNaN(tails[j])) Assert.Equal(tails[j], row.ScoreP, 2e-3 * tails[j]);
        }
    }

    [Fact]
    public void Two_ordered_categories_are_an_illness()
    {
        using var herd = Herd.Open();
        var data = Herd.Data();
        data = data.With("grade", data.Numbers("ill").Select(v => v + 1));
        var binary = Glmm.Scan("ill ~ sex", data, herd, new ScanOptions { Family = Family.Binomial() });
        var ordered = Glmm.Scan("grade ~ sex", data, herd, new ScanOptions { Family = Family.Cumulative() });
        for (var j = 0; j < binary.Count; j++)
        {
            if (double.IsNaN(binary[j].Beta)) continue;
            Assert.Equal(binary[j].Beta, ordered[j].Beta, 1e-4 * binary[j].StandardError);
            Assert.Equal(binary[j].StandardError, ordered[j].StandardError, 1e-4 * binary[j].StandardError);
            Assert.Equal(binary[j].ScoreP, ordered[j].ScoreP, 1e-3 * binary[j].ScoreP);
        }
    }
}
