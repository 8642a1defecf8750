using System.Text.Json;
using EcoGlmm.Numerics;
using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Comparisons of marginal means with adjustments, against emmeans.</summary>
public sealed class ContrastTests
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests",
        "reference", "emmeans.json"))).RootElement;
    private static readonly Dictionary<string, Lazy<MarginalMeans>> Means = new()
    {
        ["kenward"] = new(() => InferenceReference.Fit("oats additive").MarginalMeans("V", PredictionScale.Link,
            degrees: DenominatorDegrees.KenwardRoger)),
        ["satterthwaite"] = new(() => InferenceReference.Fit("oats additive").MarginalMeans("N", PredictionScale.Link,
            degrees: DenominatorDegrees.Satterthwaite)),
        ["periods"] = new(() => InferenceReference.Fit("cbpp").MarginalMeans("period", PredictionScale.Link)),
        ["trends"] = new(() => Chicks().Trends("Time", "Diet", degrees: DenominatorDegrees.KenwardRoger)),
        ["diets"] = new(() => Chicks().MarginalMeans("Time | Diet", PredictionScale.Link,
            at: new Dictionary<string, double[]> { ["Time"] = [5, 10, 20] }, degrees: DenominatorDegrees.Satterthwaite)),
    };

    private static readonly Dictionary<string, Adjustment> Adjustments = new()
    {
        ["none"] = Adjustment.None, ["tukey"] = Adjustment.Tukey, ["mvt"] = Adjustment.MultivariateT, ["scheffe"] = Adjustment.Scheffe,
            ["sidak"] = Adjustment.Sidak,
        ["holm"] = Adjustment.Holm, ["bonferroni"] = Adjustment.Bonferroni, ["fdr"] = Adjustment.BenjaminiHochberg,
    };

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Root.GetProperty("results").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Contrasts_are_those_of_emmeans(int index)
    {
        var expected = Root.GetProperty("results")[index];
        var (method, adjust) = (expected.Text("method"), expected.Text("adjust"));
        var means = Means[expected.Text("means")].Value;
        var actual = method == "test" ? means.Test(expected.Number("null"), Adjustments[adjust])
            : means.Contrasts(Method(expected), Adjustments[adjust], expected.Number("null"));
        var rows = expected.GetProperty("rows");
        var comparison = new Comparison($"{expected.Text("fit")} {method} {adjust}");
        Assert.Equal(rows.GetArrayLength(), actual.Count);
        for (var i = 0; i < actual.Count; i++)
        {
            var (e, a) = (rows[i], actual[i]);
            var se = e.Number("se");
            comparison.Near($"{a.Name} estimate", e.Number("estimate"), a.Estimate, 1e-3 * se);
            comparison.Near($"{a.Name} se", se, a.StandardError, 1e-3 * se);
            if (e.TryGetProperty("df", out var df) && df.ValueKind == JsonValueKind.Number)
                comparison.Near($"{a.Name} df", df.GetDouble(), a.DegreesOfFreedom, 3e-3 * df.GetDouble());
            else Assert.True(double.IsPositiveInfinity(a.DegreesOfFreedom));
            comparison.Near($"{a.Name} t", e.Number("t"), a.Statistic, 2e-3 + (1e-3 * Math.Abs(e.Number("t"))));
            comparison.Near($"{a.Name} p", e.Number("p"), a.PValue, 2e-4 + (5e-3 * e.Number("p")));
            // emmeans has no simultaneous intervals to Holm's and to Benjamini and Hochberg's p-values.
            if (adjust is "fdr" or "holm") continue;
            comparison.Near($"{a.Name} lower", e.Number("lower"), a.Lower, 4e-3 * se);
            comparison.Near($"{a.Name} upper", e.Number("upper"), a.Upper, 4e-3 * se);
            if (double.IsNaN(e.Number("ratio")) || double.IsNaN(a.Ratio)) continue;
            comparison.Near($"{a.Name} ratio", e.Number("ratio"), a.Ratio, 1e-3 * e.Number("ratio"));
            comparison.Near($"{a.Name} ratio's se", e.Number("ratioError"), a.RatioStandardError, 2e-3 * e.Number("ratioError"));
        }

        comparison.Done();
    }

    [Fact]
    public void The_multivariate_t_has_known_values()
    {
        // Independent normal variables, and perfectly correlated ones.
        var four = new MultivariateT(Matrix<double>.Build.DenseIdentity(4));
        foreach (var c in new[] { 1.0, 2.3, 4 })
        {
            var inside = Math.Pow(1 - (2 * SpecialFunctions.NormalCdf(-c)), 4);
            Assert.Equal(1 - inside, four.UpperTail(c, double.PositiveInfinity), 4e-5);
        }

        var same = new MultivariateT(Matrix<double>.Build.Dense(3, 3, 1));
        Assert.Equal(2 * StudentT.UpperTail(2, 7), same.UpperTail(2, 7), 1e-12);
        // All pairs of independent means with one variance: the studentized range.
        foreach (var (k, df) in new[] { (3, 12.5), (4, double.PositiveInfinity), (6, 5.0), (8, 40.0) })
        {
            var pairs = (from i in Enumerable.Range(0, k) from j in Enumerable.Range(i + 1, k - i - 1) select (i, j)).ToArray();
            var l = Matrix<double>.Build.Dense(pairs.Length, k, (r, c) => c == pairs[r].i ? Math.Sqrt(0.5) : c == pairs[r].j
                ? -Math.Sqrt(0.5) : 0);
            var joint = new MultivariateT(l * l.Transpose());
            foreach (var t in new[] { 1.0, 2.2, 3.4, 6 })
            {
                var expected = StudentizedRange.UpperTail(t * Math.Sqrt(2), k, df);
                // Seven dimensions are the hardest here.
                Assert.Equal(expected, joint.UpperTail(t, df), (k < 8 ? 2e-5 : 1e-4) + (1e-3 * Math.Min(expected, 0.01)));
            }

            Assert.Equal(StudentizedRange.UpperQuantile(0.05, k, df) / Math.Sqrt(2), joint.UpperQuantile(0.05, df), 2e-4);
        }

        // Dunnett's test of five treatments with a control of as many rows, 20 degrees of freedom: 2.734677 by integration over the
        // control's mean and s.
        var dunnett = new MultivariateT(Matrix<double>.Build.Dense(5, 5, (i, j) => i == j ? 1 : 0.5));
        Assert.Equal(2.734677, dunnett.UpperQuantile(0.05, 20), 5e-4);
        Assert.Equal(dunnett.UpperTail(2.7, 20), new MultivariateT(Matrix<double>.Build.Dense(5, 5, (i, j) => i == j ? 1 : 0.5))
            .UpperTail(2.7, 20));
    }

    [Fact]
    public void Contrasts_are_chosen_and_refused_in_words()
    {
        var means = Means["periods"].Value;
        var dunnett = means.Contrasts(Adjustment.Dunnett);
        Assert.Equal(["2 - 1", "3 - 1", "4 - 1"], dunnett.Select(c => c.Name));
        Assert.Equal(means.Contrasts(ContrastMethod.ToControl("1")).Select(c => c.PValue), dunnett.Select(c => c.PValue));
        Assert.Contains("Dunnett", dunnett.ToString());
        Assert.Contains("tested against 0.693", means.Contrasts(nullValue: Math.Log(2)).ToHtml(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal([-3.0, -1, 1, 3], Coefficients(4, "linear"));
        Assert.Equal([2.0, -1, -2, -1, 2], Coefficients(5, "quadratic"));
        Assert.Equal([-5.0, 7, 4, -4, -7, 5], Coefficients(6, "cubic"));
        Assert.Contains("no marginal mean \"11\"", Assert.Throws<GlmmException>(() =>
            means.Contrasts(ContrastMethod.ToControl("11"))).Message);
        Assert.Contains("3 coefficients, but there are 4 means", Assert.Throws<GlmmException>(() =>
            means.Contrasts(ContrastMethod.Custom(("x", [1, 0, -1])))).Message);
        Assert.Contains("MultivariateT", Assert.Throws<GlmmException>(() => means.Contrasts(ContrastMethod.Consecutive,
            Adjustment.Tukey)).Message);
        Assert.Contains("no contrast \"2 - l\"", Assert.Throws<GlmmException>(() => dunnett["2 - l"]).Message);

        static double[] Coefficients(int levels, string degree) =>
            ContrastMethod.Polynomial.Of([.. Enumerable.Range(1, levels).Select(i => $"{i}")]).Single(c => c.Name == degree).Coefficients;
    }

    private static GlmmFit Chicks() => Glmm.Fit("weight ~ Time * Diet + (Time | Chick)", InferenceReference.Data("chickweight")
        .AsFactor("Chick").AsFactor("Diet"), null, new GlmmOptions { Reml = true });

    private static ContrastMethod Method(JsonElement expected) => expected.Text("method") switch
    {
        "pairwise" => ContrastMethod.Pairwise,
        "trt.vs.ctrl" => ContrastMethod.ToControl(),
        "consec" => ContrastMethod.Consecutive,
        "eff" => ContrastMethod.ToMean,
        "poly" => ContrastMethod.Polynomial,
        _ => ContrastMethod.Custom([.. expected.GetProperty("coefficients").EnumerateObject().Select(p => (p.Name, p.Value.EnumerateArray()
            .Select(v => v.GetDouble()).ToArray()))]),
    };
}
