using System.Text.Json;
using EcoGlmm.Tests.Families;

namespace EcoGlmm.Tests.Reference;

/// <summary>Factors of many levels as fixed effects against lme4 and glmmTMB: tests/reference/sparse.R.</summary>
public class SparseFixedEffectsTests
{
    private static readonly Lazy<FieldData> InstEval = new(() => FieldData.ReadCsv(
        Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "insteval.csv.gz")));
    private static readonly Lazy<JsonElement> Expected = new(() =>
        JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("sparse.json"))).RootElement);

    [Theory]
    [InlineData("ml", false)]
    [InlineData("reml", true)]
    public void Gaussian_model_is_that_of_lmer(string key, bool reml)
    {
        var some = InstEval.Value.Where(row => row.Number("s") <= 60);
        Assert.Equal(Expected.Value.GetProperty("rows").GetInt32(), some.RowCount);
        var fit = Fit("y ~ factor(d) + service + (1 | s)", some, Family.Gaussian(), reml, 1);
        AssertAgrees(Expected.Value.GetProperty(key), fit, [.. fit.VarianceComponents.Select(v => v.StandardDeviation), fit.Sigma]);
        AssertSame(fit, Fit("y ~ factor(d) + service + (1 | s)", some, Family.Gaussian(), reml, 2));
        AssertSame(fit, Fit("y ~ factor(d) + service + (1 | s)", some, Family.Gaussian(), reml, 4));
    }

    [Fact]
    public void Binomial_model_is_that_of_glmmTMB()
    {
        var often = InstEval.Value.Numbers("d").GroupBy(d => d).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(80)
            .Select(g => g.Key).ToHashSet();
        var few = InstEval.Value.Where(row => often.Contains(row.Number("d")) && row.Number("s") % 4 == 0);
        Assert.Equal(Expected.Value.GetProperty("fewRows").GetInt32(), few.RowCount);
        var fit = Fit("I(y > 3) ~ factor(d) + service + (1 | s)", few, Family.Binomial(), false, 1);
        AssertAgrees(Expected.Value.GetProperty("binomial"), fit, [.. fit.VarianceComponents.Select(v => v.StandardDeviation)]);
        AssertSame(fit, Fit("I(y > 3) ~ factor(d) + service + (1 | s)", few, Family.Binomial(), false, 2));
    }

    private static GlmmFit Fit(string formula, FieldData data, Family family, bool reml, int threads)
    {
        var fit = Glmm.Fit(formula, data, family, new GlmmOptions { Reml = reml, Control = new GlmmControl { MaxThreads = threads } });
        Assert.NotNull(fit.Specification.Conditional.Training.Sparse);
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        return fit;
    }

    private static void AssertAgrees(JsonElement expected, GlmmFit fit, double[] deviations)
    {
        double[] Numbers(string key) => [.. expected.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
        Assert.Equal(expected.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 1e-4);
        var (estimates, errors) = (Numbers("estimates"), Numbers("errors"));
        var names = expected.GetProperty("names").EnumerateArray().Select(v => v.GetString()!).ToArray();
        for (var j = 0; j < names.Length; j++)
        {
            var mine = fit.FixedEffects[names[j]];
            Assert.Equal(estimates[j], mine.Estimate, 1e-3 * errors[j]);
            Assert.Equal(errors[j], mine.StandardError, 2e-3 * errors[j]);
        }

        var standard = expected.GetProperty("deviations") is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Select(v => v.GetDouble()).ToArray() : [expected.GetProperty("deviations").GetDouble()];
        foreach (var sd in standard) Assert.Contains(deviations, mine => Math.Abs(mine - sd) < 1e-3 * Math.Max(sd, 0.1));
    }

    private static void AssertSame(GlmmFit one, GlmmFit other)
    {
        Assert.Equal(one.LogLikelihood, other.LogLikelihood);
        Assert.Equal(one.FixedEffects.Select(c => (c.Estimate, c.StandardError)),
            other.FixedEffects.Select(c => (c.Estimate, c.StandardError)));
        Assert.Equal(one.VarianceComponents.Select(v => v.StandardDeviation), other.VarianceComponents.Select(v => v.StandardDeviation));
    }
}
