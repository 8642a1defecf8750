using System.Text.Json;
using EcoGlmm.Diagnostics;

namespace EcoGlmm.Tests.Diagnostics;

public class DiagnosticsAgreementTests
{
    private static readonly string[] Alternatives = ["two.sided", "greater", "less"];

    private static JsonElement Autocorrelation => DiagnosticsReference.Root.GetProperty("autocorrelation");

    /// <summary>Traditional residuals of observations between simulated values 0 and 1: the values given, moved and stretched.</summary>
    private static SimulatedResiduals Given(double[] residuals)
    {
        double[] observed = [.. residuals];
        double[][] simulated = [new double[residuals.Length], [.. residuals.Select(_ => 1.0)]];
        return SimulatedResiduals.From(observed, simulated, method: ResidualMethod.Traditional);
    }

    [Fact]
    public void SpatialAndPhylogeneticAutocorrelationAgreeWithDharma()
    {
        // The tests do not change when residuals are moved and stretched.
        var residuals = Given(Autocorrelation.GetProperty("residuals").Numbers());
        double[] x = Autocorrelation.GetProperty("x").Numbers(), y = Autocorrelation.GetProperty("y").Numbers();
        var time = Autocorrelation.GetProperty("time").Numbers();
        double[,] cophenetic = Autocorrelation.GetProperty("cophenetic").Matrix(), vcv = Autocorrelation.GetProperty("vcv").Matrix();
        var distance = new double[x.Length, x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < x.Length; j++)
                distance[i, j] = Math.Sqrt(((x[i] - x[j]) * (x[i] - x[j])) + ((y[i] - y[j]) * (y[i] - y[j])));
        }

        foreach (var a in Alternatives)
        {
            var alternative = DharmaReference.ToAlternative(a);
            Same("spatial", a, residuals.TestSpatialAutocorrelation(x, y, alternative));
            Same("spatial", a, residuals.TestSpatialAutocorrelation(distance, alternative));
            Same("phylogenetic", a, residuals.TestPhylogeneticAutocorrelation(cophenetic, RelationMatrix.Distance, alternative));
            Same("phylogenetic", a, residuals.TestPhylogeneticAutocorrelation(vcv, RelationMatrix.Covariance, alternative));
            Same("temporal", a, residuals.TestTemporalAutocorrelation(time, alternative));
        }

        static void Same(string test, string alternative, TestResult result)
        {
            var expected = Autocorrelation.GetProperty(test).GetProperty(alternative);
            Assert.Equal(expected.GetProperty("statistic").GetDouble(), result.Statistic, 1e-10);
            Assert.Equal(expected.GetProperty("pValue").GetDouble(), result.PValue, 1e-6);
            Assert.True(result.HasChart);
        }
    }

    [Fact]
    public void AutocorrelationsAgreeWithR()
    {
        var expected = Autocorrelation.GetProperty("acf").Numbers();
        var acf = AutocorrelationFigures.Autocorrelations(Autocorrelation.GetProperty("residuals").Numbers(), expected.Length - 1);
        Assert.All(expected.Zip(acf), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void RotatedAndTraditionalResidualsAgreeWithDharma()
    {
        var expected = DiagnosticsReference.Root.GetProperty("rotation");
        var observed = expected.GetProperty("observed").Numbers();
        var simulated = expected.GetProperty("simulated").Simulations();
        var residuals = SimulatedResiduals.From(observed, simulated);
        Near(expected.GetProperty("given"), residuals.Rotate(expected.GetProperty("covariance").Matrix()).Scaled);
        Near(expected.GetProperty("estimated"), residuals.Rotate().Scaled);
        Near(expected.GetProperty("traditional"), SimulatedResiduals.From(observed, simulated, method: ResidualMethod.Traditional).Scaled);
        Assert.Throws<GlmmException>(() => residuals.Rotate(new double[12, 12]));
        Assert.Throws<GlmmException>(() => SimulatedResiduals.From(observed, simulated[..10]).Rotate());

        foreach (var c in DharmaReference.Root.GetProperty("cases").EnumerateArray().Where(c => !c.GetProperty("integer")
            .GetBoolean()))
        {
            Near(c.GetProperty("traditional"), SimulatedResiduals.From(c.GetProperty("observed").Numbers(), c.GetProperty("simulated")
                .Simulations(),
                integerResponse: false, method: ResidualMethod.Traditional).Scaled);
        }

        static void Near(JsonElement values, double[] scaled) =>
            Assert.All(values.Numbers().Zip(scaled), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void ShapiroWilkAgreesWithR()
    {
        foreach (var expected in DiagnosticsReference.Root.GetProperty("shapiro").EnumerateArray())
        {
            (var w, var p) = ShapiroWilk.Test(expected.GetProperty("values").Numbers());
            Assert.Equal(expected.GetProperty("statistic").GetDouble(), w, 1e-6);
            Assert.Equal(expected.GetProperty("pValue").GetDouble(), p, 1e-5);
        }
    }

    [Theory]
    [InlineData("owls", "SiblingNegotiation ~ FoodTreatment + ArrivalTime + (1 | Nest)", "poisson")]
    [InlineData("cbpp", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", "binomial")]
    public void PearsonDispersionAgreesWithDharma(string name, string formula, string family)
    {
        var residuals = Glmm.Fit(formula, DiagnosticsReference.Data(name), Family.Parse(family)).SimulatedResiduals(20);
        var expected = DiagnosticsReference.Root.GetProperty("pearson").EnumerateArray().Single(e => e.GetProperty("name")
            .GetString() == name);
        foreach (var a in Alternatives)
        {
            var test = residuals.TestDispersion(DharmaReference.ToAlternative(a), DispersionTestType.PearsonChiSquared);
            var statistic = expected.GetProperty(a).GetProperty("statistic").GetDouble();
            Assert.Equal(statistic, test.Statistic, 2e-4 * statistic);
            Assert.Equal(expected.GetProperty(a).GetProperty("pValue").GetDouble(), test.PValue, 2e-3);
        }
    }

    [Fact]
    public void CollinearityAgreesWithTheFormulaInR()
    {
        var fit = Glmm.Fit("SiblingNegotiation ~ FoodTreatment + SexParent + ArrivalTime + I(ArrivalTime^2) + factor(BroodSize) + "
            + "(1 | Nest)",
            DiagnosticsReference.Data("owls"));
        var terms = fit.Collinearity();
        JsonElement[] expected = [.. DiagnosticsReference.Root.GetProperty("collinearity").EnumerateArray()];
        Assert.Equal(expected.Length, terms.Count);
        for (var t = 0; t < terms.Count; t++)
        {
            Assert.Equal(expected[t].GetProperty("df").GetInt32(), terms[t].DegreesOfFreedom);
            var inflation = expected[t].GetProperty("inflation").GetDouble();
            Assert.Equal(inflation, terms[t].Inflation, 1e-3 * inflation);
        }
    }

    [Fact]
    public void OneStepIsExactForGaussianModelsAtFixedVariances()
    {
        var fit = Glmm.Fit("Reaction ~ Days + (Days | Subject)", DiagnosticsReference.Data("sleepstudy"));
        var influences = fit.Influence("Subject");
        foreach (var expected in DiagnosticsReference.Root.GetProperty("influence").GetProperty("sleepstudy").EnumerateArray())
        {
            var level = influences[expected.GetProperty("level").GetString()!];
            Assert.Equal(10, level.RowCount);
            Assert.All(expected.GetProperty("changes").Numbers().Zip(level.Changes), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
            Assert.Equal(expected.GetProperty("cooks").GetDouble(), level.CooksDistance, 1e-3);
        }
    }

    [Fact]
    public void LeavingOutGroupsExactlyAgreesWithLme4AndOneStepIsNear()
    {
        var fit = Glmm.Fit("cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", DiagnosticsReference.Data("cbpp"),
            Family.Binomial());
        GroupInfluences exact = fit.Influence("herd", exact: true), step = fit.Influence("herd");
        List<(double, double)> pairs = [];
        foreach (var expected in DiagnosticsReference.Root.GetProperty("influence").GetProperty("cbpp").EnumerateArray())
        {
            var level = expected.GetProperty("level").GetString()!;
            double[] changes = [.. expected.GetProperty("differences").Numbers().Zip(fit.FixedEffects, (d, c) => d / c.StandardError)];
            Assert.All(changes.Zip(exact[level].Changes), pair => Assert.Equal(pair.First, pair.Second, 2e-3));
            pairs.AddRange(changes.Zip(step[level].Changes));
        }

        var correlation = pairs.Sum(p => p.Item1 * p.Item2) / Math.Sqrt(pairs.Sum(p => p.Item1 * p.Item1) * pairs.Sum(p =>
            p.Item2 * p.Item2));
        Assert.True(correlation > 0.95, $"{correlation}");
    }
}
