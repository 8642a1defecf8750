using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public class RandomStreamTests
{
    private const int Draws = 40_000;

    [Fact]
    public void Numbers_at_once_are_those_one_after_the_other()
    {
        var (many, one) = (new RandomStream(5), new RandomStream(5));
        foreach (var count in new[] { 0, 1, 5000, 3 })
        {
            var (uniforms, normals) = (new double[count], new double[count]);
            many.NextDoubles(uniforms);
            many.NextNormals(normals);
            Assert.Equal(Enumerable.Range(0, count).Select(_ => one.NextDouble()), uniforms);
            Assert.Equal(Enumerable.Range(0, count).Select(_ => one.NextNormal()), normals);
        }
    }

    [Fact]
    public void TheSameSeedGivesTheSameNumbersForEver()
    {
        var a = new RandomStream(42);
        var b = new RandomStream(42);
        Assert.Equal(Enumerable.Range(0, 9).Select(_ => a.NextUInt64()), Enumerable.Range(0, 9).Select(_ => b.NextUInt64()));
        Assert.NotEqual(new RandomStream(1).NextUInt64(), new RandomStream(2).NextUInt64());
    }

    [Fact]
    public void ASplitDependsOnSeedAndIndexAlone()
    {
        var a = new RandomStream(7);
        var b = new RandomStream(7);
        b.NextDouble();
        Assert.Equal(a.Split(3).NextUInt64(), b.Split(3).NextUInt64());
        var seen = new HashSet<ulong>();
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(seen.Add(a.Split(i).NextUInt64()));
            Assert.True(seen.Add(a.Split(i).Split(0).NextUInt64()));
        }
    }

    [Fact]
    public void SplitsAreUncorrelated()
    {
        var root = new RandomStream(11);
        double[] first = [.. Enumerable.Range(0, Draws).Select(i => root.Split(i).NextDouble())];
        double correlation = 0;
        for (var i = 1; i < Draws; i++)
        {
            correlation += (first[i] - 0.5) * (first[i - 1] - 0.5) * 12;
        }

        Assert.InRange(correlation / Draws, -4 / Math.Sqrt(Draws), 4 / Math.Sqrt(Draws));
        Assert.InRange(Kolmogorov(first, x => x), 0, 1.95);
    }

    [Fact]
    public void ContinuousDrawsFollowTheirDistributions()
    {
        var r = new RandomStream(5);
        Assert.InRange(Kolmogorov(Draw(r.NextDouble), x => x), 0, 1.95);
        Assert.InRange(Kolmogorov(Draw(r.NextNormal), SpecialFunctions.NormalCdf), 0, 1.95);
        Assert.InRange(Kolmogorov(Draw(r.NextExponential), x => 1 - Math.Exp(-x)), 0, 1.95);
        foreach (var shape in new[] { 0.3, 0.7, 1, 4.2, 300 })
        {
            var gamma = new MathNet.Numerics.Distributions.Gamma(shape, 1);
            Assert.InRange(Kolmogorov(Draw(() => r.NextGamma(shape)), gamma.CumulativeDistribution), 0, 1.95);
        }

        foreach (var (a, b) in new[] { (0.05, 0.02), (0.6, 0.9), (2, 0.3), (5, 40.0) })
        {
            var beta = new MathNet.Numerics.Distributions.Beta(a, b);
            var draws = Draw(() => r.NextBeta(a, b));
            Assert.All(draws, x => Assert.InRange(x, 0, 1));
            var variance = a * b / ((a + b) * (a + b) * (a + b + 1));
            CheckMoments(draws, a / (a + b), variance);
        }

        foreach (var (mean, lambda) in new[] { (1.0, 0.2), (3, 8.0), (50, 2000.0) })
        {
            var ig = new MathNet.Numerics.Distributions.InverseGaussian(mean, lambda);
            Assert.InRange(
                Kolmogorov(Draw(() => r.NextInverseGaussian(mean, lambda)), ig.CumulativeDistribution), 0, 1.95);
        }
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(3.7)]
    [InlineData(9.99)]
    [InlineData(10)]
    [InlineData(47)]
    [InlineData(2000)]
    public void PoissonDraws(double mu)
    {
        var r = new RandomStream(17);
        var d = new MathNet.Numerics.Distributions.Poisson(mu);
        CheckCounts(Draw(() => r.NextPoisson(mu)), k => d.Probability(k));
        var zero = Math.Exp(-mu);
        CheckCounts(Draw(() => r.NextPositivePoisson(mu)), k => k == 0 ? 0 : d.Probability(k) / (1 - zero));
    }

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(12, 0.9)]
    [InlineData(40, 0.25)]
    [InlineData(90, 0.5)]
    [InlineData(5000, 0.998)]
    [InlineData(100000, 0.2)]
    public void BinomialDraws(int n, double p)
    {
        var r = new RandomStream(23);
        CheckCounts(
            Draw(() => r.NextBinomial(n, p)),
            k => k > n ? 0 : Math.Exp(SpecialFunctions.LogChoose(n, k) + (k * Math.Log(p)) + ((n - k) * Math.Log(1 - p))));
    }

    [Fact]
    public void HugeMeansKeepTheirMoments()
    {
        var r = new RandomStream(31);
        CheckMoments(Draw(() => r.NextPoisson(1e12)), 1e12, 1e12);
        CheckMoments(Draw(() => r.NextNegativeBinomial(4, 0.5)), 4, 36);
        CheckMoments(Draw(() => r.NextNegativeBinomial(4, 1e12)), 4, 4);
    }

    [Fact]
    public void WholeNumbersAndShuffles()
    {
        var r = new RandomStream(3);
        CheckCounts(Draw(() => r.NextInt(7)), k => k < 7 ? 1 / 7.0 : 0);
        var last = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            int[] items = [0, 1, 2, 3, 4];
            r.Shuffle<int>(items);
            Assert.Equal(10, items.Sum());
            last[i] = items[2];
        }

        CheckCounts(last, k => k < 5 ? 0.2 : 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => r.NextInt(0));
    }

    private static double[] Draw(Func<double> next) => [.. Enumerable.Range(0, Draws).Select(_ => next())];

    // √n times the Kolmogorov distance; above 1.95 once in a thousand.
    private static double Kolmogorov(double[] draws, Func<double, double> cdf)
    {
        double[] sorted = [.. draws.Order()];
        double distance = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            var f = cdf(sorted[i]);
            distance = Math.Max(distance, Math.Max(f - ((double)i / sorted.Length), ((i + 1.0) / sorted.Length) - f));
        }

        return distance * Math.Sqrt(sorted.Length);
    }

    private static void CheckMoments(double[] draws, double mean, double variance)
    {
        var average = draws.Average();
        var spread = draws.Sum(x => (x - mean) * (x - mean)) / draws.Length;
        Assert.InRange((average - mean) / Math.Sqrt(variance / draws.Length), -4, 4);
        var kurtosis = draws.Sum(x => Math.Pow((x - mean) * (x - mean), 2)) / draws.Length / (variance * variance);
        Assert.InRange((spread - variance) / (variance * Math.Sqrt((kurtosis - 1) / draws.Length)), -4, 4);
    }

    // Pearson's chi-square over cells of expectation at least ten, as a normal score by Wilson and Hilferty.
    private static void CheckCounts(double[] draws, Func<int, double> probability)
    {
        var observed = draws.GroupBy(x => (int)x).ToDictionary(g => g.Key, g => g.Count());
        Assert.All(draws, x => Assert.Equal(Math.Floor(x), x));
        double chi = 0;
        var cells = 0;
        double expected = 0;
        double seen = 0;
        double left = draws.Length;
        double leftSeen = draws.Length;
        for (var k = 0; left > 20 && k < 200_000; k++)
        {
            expected += probability(k) * draws.Length;
            seen += observed.GetValueOrDefault(k);
            if (expected >= 10 && left - expected >= 10)
            {
                chi += (seen - expected) * (seen - expected) / expected;
                left -= expected;
                leftSeen -= seen;
                expected = 0;
                seen = 0;
                cells++;
            }
        }

        chi += (leftSeen - left) * (leftSeen - left) / left;
        Assert.True(cells >= 1);
        var score = (Math.Cbrt(chi / cells) - (1 - (2.0 / (9 * cells)))) / Math.Sqrt(2.0 / (9 * cells));
        Assert.True(score < 3.7, $"chi-square {chi} on {cells} degrees of freedom");
    }
}
