using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class SerialCorrelationTests
{
    [Fact]
    public void Moments_are_those_of_all_orders()
    {
        double[] values = [0.1, 0.75, 0.3, 0.9, 0.35];
        var products = Orders(values).Select(Products).ToArray();
        var squares = values.Sum(v => (v - values.Average()) * (v - values.Average())) * (values.Length - 1) / values.Length;

        // Repeated until there are neighbours enough; moments of independent series add.
        const int times = 6;
        var (correlation, expected, deviation, _) = SerialCorrelation.Test(Enumerable.Repeat(values, times));
        Assert.Equal(Products(values) / squares, correlation, 1e-12);
        Assert.Equal(products.Average() / squares, expected, 1e-12);
        var variance = products.Average(p => (p - products.Average()) * (p - products.Average()));
        Assert.Equal(Math.Sqrt(variance / times) / squares, deviation, 1e-12);
    }

    [Fact]
    public void Its_size_is_right_for_short_series_with_means_of_their_own()
    {
        var random = new RandomStream(31);
        const int sets = 2000;
        var rejected = Enumerable.Range(0, sets).Count(_ => SerialCorrelation.Test(Enumerable.Range(0, 30).Select(_ =>
        {
            var level = random.NextNormal();
            return Enumerable.Range(0, 6).Select(_ => level + random.NextDouble()).ToArray();
        })).PValue < 0.05);
        // Four standard errors of a binomial proportion.
        Assert.InRange(rejected / (double)sets, 0.05 - (4 * Math.Sqrt(0.05 * 0.95 / sets)), 0.05 + (4 * Math.Sqrt(0.05 * 0.95 / sets)));
    }

    [Fact]
    public void Too_few_neighbours_give_no_answer() => Assert.True(double.IsNaN(SerialCorrelation.Test([[1, 2, 4, 3]]).PValue));

    private static double Products(double[] values)
    {
        var mean = values.Average();
        return Enumerable.Range(1, values.Length - 1).Sum(i => (values[i] - mean) * (values[i - 1] - mean));
    }

    private static IEnumerable<double[]> Orders(double[] values) => values.Length == 1 ? [values]
        : Enumerable.Range(0, values.Length).SelectMany(i => Orders([.. values[..i], .. values[(i + 1)..]]).Select(rest =>
            (double[])[values[i], .. rest]));
}
