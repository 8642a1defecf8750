using System.Text.Json;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Tests.Families;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>The Anderson-Darling test against goftest, tests/reference/tails.R.</summary>
public class TailTestTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("tails.json"))).RootElement;

    [Fact]
    public void Statistic_and_p_value_are_goftests()
    {
        var compared = 0;
        foreach (var test in Reference.GetProperty("tests").EnumerateArray())
        {
            double[] values = [.. test.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
            var squared = AndersonDarling.Statistic(values);
            Assert.Equal(test.GetProperty("statistic").GetDouble(), squared, 1e-9);
            Assert.Equal(test.GetProperty("p").GetDouble(), AndersonDarling.UpperTail(squared, values.Length), 1e-5);
            compared++;
        }

        Assert.Equal(5, compared);
    }

    [Fact]
    public void Heavy_tails_are_found_and_right_ones_are_not()
    {
        var random = new RandomStream(4);
        const int n = 150;
        double[][] simulated = [.. Enumerable.Range(0, 250).Select(_ => Enumerable.Range(0, n).Select(_ => random.NextNormal()).ToArray())];
        double[] right = [.. Enumerable.Range(0, n).Select(_ => random.NextNormal())];
        double[] heavy = [.. right.Select((v, i) => i % 3 == 0 ? 4 * v : 0.3 * v)];
        Assert.False(SimulatedResiduals.From(right, simulated).TestTails().IsSignificant);
        var test = SimulatedResiduals.From(heavy, simulated).TestTails();
        Assert.True(test.IsSignificant);
        Assert.InRange(test.Statistic, 2, 100);
        Assert.Contains("lowest", test.Message);
        Assert.Single(test.Plot().Panels);
    }
}
