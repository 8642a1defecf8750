using System.Text.Json;
using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Tests.Estimation;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>Scatter of true effects that depends on moderators, and vanishes at some, against metafor (tests/reference/scale.R).</summary>
public sealed class LocationScaleTests
{
    private static readonly Lazy<JsonElement> Root = new(() =>
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "scale.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    });

    public static TheoryData<int> Fits => [.. Enumerable.Range(0, Root.Value.GetProperty("fits").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Fits))]
    public void The_fit_is_metafors(int index)
    {
        var expected = Root.Value.GetProperty("fits")[index];
        var table = Root.Value.GetProperty("tables").GetProperty(expected.Text("table"));
        var data = FieldData.From(table.EnumerateObject().ToDictionary(c => c.Name, c => c.Value[0].ValueKind == JsonValueKind.String
            ? c.Value.EnumerateArray().Select(v => v.GetString()!).ToArray() : (object)Numbers(c.Value)));

        var found = MetaAnalysis.Fit("yi " + expected.Text("mods"), data, "vi", new MetaAnalysisOptions
        {
            Reml = expected.Text("method") == "REML", Scale = expected.Text("scale"),
        });

        var fit = found.Fit!;
        var (logLikelihood, tau2) = (expected.Number("logLik"), Numbers(expected.GetProperty("tau2")));
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(logLikelihood, fit.LogLikelihood, 1e-5);
        var (beta, se) = (Numbers(expected.GetProperty("beta")), Numbers(expected.GetProperty("se")));
        for (var j = 0; j < beta.Length; j++)
        {
            Assert.Equal(beta[j], found.FixedEffects[j].Estimate, 0.002 * se[j]);
            Assert.Equal(se[j], found.CoefficientTests(SynthesisTest.Normal)[j].StandardError, 0.002 * se[j]);
        }

        var scatter = Scatter(fit);
        for (var i = 0; i < tau2.Length; i++) Assert.Equal(tau2[i], scatter[i], Math.Max(1e-7, 0.01 * tau2[i]));
        var vanishes = tau2.Min() < 1e-8;
        if (vanishes && expected.Text("scale") == "~few")
        {
            Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
            Assert.Contains(fit.Convergence.Problems, p => p.ToString().Contains("tau² = 0", StringComparison.Ordinal));
        }

        Assert.DoesNotContain("NaN", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Derivatives_of_the_density_are_those_of_its_differences()
    {
        var family = new SampledGaussianFamily();
        double L(double eta, double delta)
        {
            var variance = family.Variance(eta, Math.Exp(delta), 0.4);
            return -0.5 * (Math.Log(2 * Math.PI * variance) + ((1.3 - eta) * (1.3 - eta) / variance));
        }

        foreach (var (eta, delta) in new[] { (0.2, -0.5), (2.5, 0.8), (1.1, -6.0) })
        {
            var block = new LogDensityBlock
            {
                Y = new[] { 1.3 }, Size = new[] { 0.4 }, Eta = new[] { eta }, Delta = new[] { delta }, L = new double[1],
                E = new double[1], EE = new double[1], EEE = new double[1], D = new double[1], ED = new double[1], EED = new double[1],
                DD = new double[1], EDD = new double[1], DDD = new double[1],
            };
            family.Evaluate(ref block, DerivativeLevel.Full);
            Assert.Equal(L(eta, delta), block.L[0], 1e-12);
            Assert.Equal(LaplaceGradientTests.Richardson(h => L(eta + h, delta)), block.E[0], 1e-8);
            Assert.Equal(LaplaceGradientTests.Richardson(h => L(eta, delta + h)), block.D[0], 1e-8);
            const double h = 1e-3;
            Assert.Equal((L(eta + h, delta) - (2 * L(eta, delta)) + L(eta - h, delta)) / (h * h), block.EE[0], 1e-5);
            Assert.Equal((L(eta, delta + h) - (2 * L(eta, delta)) + L(eta, delta - h)) / (h * h), block.DD[0], 1e-5);
            Assert.Equal((L(eta + h, delta + h) - L(eta + h, delta - h) - L(eta - h, delta + h) + L(eta - h, delta - h)) / (4 * h * h),
                block.ED[0], 1e-5);
        }
    }

    private static double[] Scatter(GlmmFit fit) =>
        [.. fit.Estimate.Predictors[LinearPredictor.Dispersion]!.Select(log => Math.Exp(2 * log))];

    private static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Select(v => v.GetDouble())];
}
