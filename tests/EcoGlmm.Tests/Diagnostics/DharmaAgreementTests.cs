using System.Text.Json;
using EcoGlmm.Diagnostics;

namespace EcoGlmm.Tests.Diagnostics;

public class DharmaAgreementTests
{
    private static readonly string[] Alternatives = ["two.sided", "greater", "less"];

    public static TheoryData<string> Cases() =>
        new(DharmaReference.Root.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ResidualsAndTestsAgree(string name)
    {
        var expected = DharmaReference.Case(name);
        var residuals = SimulatedResiduals.From(
            expected.GetProperty("observed").Numbers(), expected.GetProperty("simulated").Simulations(),
            expected.GetProperty("predicted").Numbers(), expected.GetProperty("integer").GetBoolean());
        double[] lower = expected.GetProperty("lower").Numbers(), upper = expected.GetProperty("upper").Numbers();
        for (var i = 0; i < lower.Length; i++)
        {
            if (lower[i] == upper[i])
                Assert.Equal(lower[i], residuals.Scaled[i], 1e-12);
            else
                Assert.InRange(residuals.Scaled[i], lower[i], upper[i]);
        }

        var scaled = expected.GetProperty("scaled").Numbers();
        foreach (var a in Alternatives)
        {
            var alternative = DharmaReference.ToAlternative(a);
            (var d, var p) = KolmogorovSmirnov.Uniform(scaled, alternative);
            Same(expected.GetProperty("uniformity").GetProperty(a), d, p, 2e-6);
            SameTest("dispersion", residuals.TestDispersion(alternative));
            SameTest("zeroInflation", residuals.TestZeroInflation(alternative));
            SameTest("genericMaximum", residuals.TestGeneric(y => y.Max(), alternative));
            SameTest("outliers", OutlierTest.Binomial(scaled, residuals.Count, alternative, OutlierMargin.Both));
            SameTest("outliersUpper", OutlierTest.Binomial(scaled, residuals.Count, alternative, OutlierMargin.Upper));
            SameTest("outliersLower", OutlierTest.Binomial(scaled, residuals.Count, alternative, OutlierMargin.Lower));

            void SameTest(string test, TestResult result)
            {
                Assert.Equal(a, result.Alternative);
                Same(expected.GetProperty(test).GetProperty(a), result.Statistic, result.PValue, 1e-11);
            }
        }
    }

    [Fact]
    public void UniformityOfGivenResidualsAgrees()
    {
        foreach (var expected in DharmaReference.Root.GetProperty("uniformity").EnumerateArray())
        {
            var residuals = expected.GetProperty("residuals").Numbers();
            var exact = residuals.Length < 100 && residuals.Distinct().Count() == residuals.Length;
            foreach (var a in Alternatives)
            {
                (var d, var p) = KolmogorovSmirnov.Uniform(residuals, DharmaReference.ToAlternative(a));

                // R stops its limiting series at a tolerance of 1e-6.
                Same(expected.GetProperty("tests").GetProperty(a), d, p, exact ? 1e-11 : 2e-6);
            }
        }
    }

    [Fact]
    public void OutlierCountsAgree()
    {
        foreach (var expected in DharmaReference.Root.GetProperty("outliers").EnumerateArray())
        {
            int outliers = expected.GetProperty("outliers").GetInt32(), rows = expected.GetProperty("observations").GetInt32();
            double[] scaled = [.. Enumerable.Range(0, rows).Select(i => i < outliers ? 0 : 0.5)];
            var result = OutlierTest.Binomial(scaled, expected.GetProperty("simulations").GetInt32(),
                DharmaReference.ToAlternative(expected.GetProperty("alternative").GetString()!), OutlierMargin.Both);
            Same(expected, result.Statistic, result.PValue, 1e-11);
        }
    }

    [Fact]
    public void ShareOfSimulationsAgrees()
    {
        foreach (var expected in DharmaReference.Root.GetProperty("empiricalP").EnumerateArray())
        {
            Assert.Equal(expected.GetProperty("pValue").GetDouble(), SimulationTest.PValue(
                expected.GetProperty("simulated").Numbers(), expected.GetProperty("observed").GetDouble(),
                DharmaReference.ToAlternative(expected.GetProperty("alternative").GetString()!)), 1e-12);
        }
    }

    private static void Same(JsonElement expected, double statistic, double p, double tolerance)
    {
        if (expected.GetProperty("statistic").ValueKind == JsonValueKind.Null)
            Assert.True(double.IsNaN(statistic) || double.IsInfinity(statistic));
        else
            Assert.Equal(expected.GetProperty("statistic").GetDouble(), statistic, 1e-11);
        Assert.Equal(expected.GetProperty("pValue").GetDouble(), p, tolerance);
    }
}
