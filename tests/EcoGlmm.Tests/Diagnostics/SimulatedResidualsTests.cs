using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Tests.Diagnostics;

public class SimulatedResidualsTests
{
    private static readonly double[] Observed = [2.5, 0.1, 9, 3];
    private static readonly double[][] Simulated = [[1, 1, 1, 3], [2, 2, 2, 3], [3, 3, 3, 4], [4, 4, 4, 2]];

    [Fact]
    public void ScaledIsTheShareOfSimulationsBelow()
    {
        var residuals = SimulatedResiduals.From(Observed, Simulated);
        Assert.Equal(0.5, residuals.Scaled[0]);
        Assert.Equal(0, residuals.Scaled[1]);
        Assert.Equal(1, residuals.Scaled[2]);
        Assert.InRange(residuals.Scaled[3], 0.25, 0.75);
        Assert.Equal([2.5, 2.5, 2.5, 3], residuals.Fitted);
        Assert.Equal(4, residuals.Count);
        Assert.False(residuals.IntegerResponse);
    }

    [Fact]
    public void TiesAreSpreadEvenlyOverTheirInterval()
    {
        var observed = new double[4000];
        double[][] simulated = [new double[4000], .. Enumerable.Range(0, 3).Select(_ => Enumerable.Repeat(1.0, 4000).ToArray())];
        var residuals = SimulatedResiduals.From(observed, simulated);
        double[] spread = [.. residuals.Scaled.Select(r => r / 0.25)];
        Assert.True(KolmogorovSmirnov.Uniform(spread, Alternative.TwoSided).PValue > 0.001);
    }

    [Fact]
    public void SeedDecidesTheRandomisation()
    {
        Assert.Equal(Poisson(2).Scaled, Poisson(2).Scaled);
        Assert.NotEqual(Poisson(2).Scaled, Poisson(3).Scaled);

        static SimulatedResiduals Poisson(long seed) =>
            SimulatedResiduals.From([1, 2, 3, 4], [[1, 2, 3, 4], [1, 2, 3, 4], [0, 3, 3, 3]], seed: seed);
    }

    [Fact]
    public void StreamedAndHeldSimulationsGiveTheSame()
    {
        const int rows = 6_000, count = 40;
        double[] fitted = [.. Enumerable.Range(0, rows).Select(i => 1.0 + i % 7)];
        var observed = Draw(fitted, new RandomStream(99));
        var streamed = SimulatedResiduals.FromSource(observed, fitted, SimulationSource.FromWriter(Simulate, count, observed.Length,
            keptValues: 0), true, 5);
        var held = SimulatedResiduals.From(observed, [.. Enumerable.Range(0, count).Select(Held)], fitted, true, 5);
        Assert.Equal(held.Scaled, streamed.Scaled);
        Assert.Equal(held.TestDispersion(), streamed.TestDispersion() with { Parts = held.TestDispersion().Parts });
        Assert.Equal(held.Plot().ToString(), streamed.Plot().ToString());
        Assert.Equal(held.TestGeneric(y => y.Max()).PValue, streamed.TestGeneric(y => y.Max()).PValue);
        Assert.Equal(held.Simulated[7], streamed.Simulated[7]);

        void Simulate(int s, Span<double> destination) => Draw(fitted, new RandomStream(5).Split(s)).CopyTo(destination);
        double[] Held(int s) => Draw(fitted, new RandomStream(5).Split(s));
    }

    [Fact]
    public void CorrectModelPasses()
    {
        var residuals = Simulation(400, (mean, random) => Poisson(mean, random), 1);
        Assert.All(Tests(residuals), test => Assert.True(test.PValue > 0.01, test.ToString()));
    }

    [Fact]
    public void RejectionsOfCorrectModelsAreNearTheirLevel()
    {
        int uniformity = 0, dispersion = 0, zeros = 0, quantiles = 0, outliers = 0;
        const int models = 100;
        for (var i = 0; i < models; i++)
        {
            var residuals = Simulation(60, (mean, random) => Poisson(mean, random), 1000 + i, 100);
            uniformity += residuals.TestUniformity().IsSignificant ? 1 : 0;
            dispersion += residuals.TestDispersion().IsSignificant ? 1 : 0;
            zeros += residuals.TestZeroInflation().IsSignificant ? 1 : 0;
            quantiles += residuals.TestQuantiles().IsSignificant ? 1 : 0;
            outliers += residuals.TestOutliers().IsSignificant ? 1 : 0;
        }

        // 5 are expected of 100; 14 or more happen with probability 0.0005.
        Assert.All([uniformity, dispersion, zeros, quantiles, outliers], rejections => Assert.InRange(rejections, 0, 13));
        Assert.True(uniformity + dispersion + quantiles > 4);
    }

    [Fact]
    public void LeaveOneOutCountsTheRowsThatASimulationIsAloneOutside()
    {
        double[][] simulated = [[1, 5, 2], [2, 5, 2], [3, 4, 9], [2, 4, 7], [2, 5, 2]];
        var summary = SimulationSource.FromMatrix(simulated).Summarise([0, 0, 0], [0, 0, 0]);
        Assert.Equal([1, 0, 0, 0, 0], summary.AloneBelow);
        Assert.Equal([0, 0, 2, 0, 0], summary.AloneAbove);
        var test = SimulatedResiduals.From([4, 6, 1], simulated).TestOutliers(type: OutlierTestType.LeaveOneOut);
        Assert.Equal(3, test.Statistic);
        Assert.Equal(0, test.PValue);
    }

    [Theory]
    [InlineData(1037, 11, true)]
    [InlineData(1037, 12, false)]
    [InlineData(3, 2, true)]
    public void TheSummaryOfManySimulationsIsThatOfItsDefinition(int rows, int count, bool isKept)
    {
        // Counts share their extremes often, and a normal part of them never does.
        var random = new RandomStream(3);
        double Value(int row) => row % 3 == 0 ? random.NextNormal() : random.NextPoisson(0.2 + (row % 4));
        double[][] simulated = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, rows).Select(Value).ToArray())];
        double[] observed = [.. Enumerable.Range(0, rows).Select(Value)], fitted = [.. Enumerable.Range(0, rows).Select(i => 0.1 * i)];
        var source = SimulationSource.FromWriter((s, destination) => simulated[s].CopyTo(destination), count, rows, isKept ? 1_000_000 : 0);
        for (var pass = 0; pass < 2; pass++)
        {
            var summary = source.Summarise(observed, fitted);
            Assert.Equal(observed.Select((y, i) => simulated.LongCount(s => s[i] < y)), summary.Less);
            Assert.Equal(observed.Select((y, i) => simulated.LongCount(s => s[i] == y)), summary.Equal);
            Assert.Equal(simulated.Select(s => (double)s.Count(v => v == 0)), summary.Zeros);
            double Alone(double[] s, Func<double, double, bool> reaches) =>
                Enumerable.Range(0, rows).Count(i => simulated.Count(other => reaches(other[i], s[i])) == 1);
            Assert.Equal(simulated.Select(s => Alone(s, (other, v) => other >= v)), summary.AloneAbove);
            Assert.Equal(simulated.Select(s => Alone(s, (other, v) => other <= v)), summary.AloneBelow);
            for (var s = 0; s < count; s++)
            {
                double[] deviations = [.. simulated[s].Zip(fitted, (v, m) => v - m)];
                var mean = deviations.Average();
                var variance = deviations.Sum(d => (d - mean) * (d - mean)) / (rows - 1);
                Assert.Equal(variance, summary.Variances[s], 1e-12 * variance);
            }
        }
    }

    [Fact]
    public void OutliersOfACorrectModelOfManyRowsAreAsExpected()
    {
        var test = Simulation(20_000, (mean, random) => Poisson(mean, random), 11, 60).TestOutliers();
        Assert.True(test.PValue > 0.01, test.ToString());
        Assert.True(Simulation(20_000, (mean, random) => Poisson(1.1 * mean, random), 11, 60).TestOutliers().PValue < 0.05);
    }

    [Fact]
    public void BootstrappedOutlierTestIsReproducible()
    {
        var residuals = Simulation(100, (mean, random) => Poisson(3 * mean, random), 12);
        var test = residuals.TestOutliers(type: OutlierTestType.Bootstrap);
        Assert.True(test.IsSignificant);
        Assert.Equal(test.PValue, residuals.TestOutliers(type: OutlierTestType.Bootstrap).PValue);
        Assert.True(residuals.TestOutliers(margin: OutlierMargin.Lower, type: OutlierTestType.Bootstrap).Statistic < test.Statistic / 2);
    }

    [Fact]
    public void OverdispersionIsFound()
    {
        var residuals = Simulation(300, (mean, random) => Poisson(mean * -Math.Log(random.NextDouble()), random), 2);
        var dispersion = residuals.TestDispersion();
        Assert.True(dispersion.Statistic > 1.5 && dispersion.PValue < 0.01);
        Assert.Contains("overdispersion", dispersion.Message);
        Assert.True(residuals.TestUniformity().PValue < 0.01);
        Assert.Contains("too many", residuals.TestOutliers().Message);
        Assert.True(residuals.TestDispersion(Alternative.Less).PValue > 0.9);
    }

    [Fact]
    public void ZeroInflationIsFound()
    {
        var residuals = Simulation(300, (mean, random) => random.NextDouble() < 0.3 ? 0 : Poisson(mean, random), 3);
        var zeros = residuals.TestZeroInflation();
        Assert.True(zeros.Statistic > 1.2 && zeros.PValue < 0.01);
        Assert.Contains("more zeros", zeros.Message);
    }

    [Fact]
    public void MissedCurveIsFoundByTheQuantileTest()
    {
        double[] x = [.. Enumerable.Range(0, 300).Select(i => i / 300.0)];
        var random = new RandomStream(4);
        var fitted = Array.ConvertAll(x, _ => 4.0);
        var observed = Array.ConvertAll(x, v => (double)Poisson(4 + 8 * (v - 0.5) * (v - 0.5) - 0.67, random));
        var residuals = SimulatedResiduals.FromSource(observed, fitted, SimulationSource.FromWriter(Simulator(fitted, 4), 250,
            fitted.Length), true, 4);
        var test = residuals.TestQuantiles(x);
        Assert.True(test.PValue < 0.01, test.ToString());
        Assert.Equal(3, test.Parts.Count);
        Assert.All(test.Parts, part => Assert.True(part.AdjustedPValue >= part.PValue));
    }

    [Fact]
    public void FactorLevelThatIsOffIsNamed()
    {
        var fitted = Enumerable.Repeat(4.0, 200).ToArray();
        string[] site = [.. Enumerable.Range(0, 200).Select(i => "site " + (char)('A' + i % 4))];
        var random = new RandomStream(6);
        double[] observed = [.. site.Select(s => (double)Poisson(s == "site C" ? 7 : 4, random))];
        var residuals = SimulatedResiduals.FromSource(observed, fitted, SimulationSource.FromWriter(Simulator(fitted, 6), 250,
            fitted.Length), true, 6);
        var test = residuals.TestCategorical(site);
        Assert.True(test.PValue < 0.001);
        Assert.Contains("site C", test.Message);
        Assert.Equal(5, test.Parts.Count);
        Assert.True(test.Parts[2].IsSignificant && !test.Parts[0].IsSignificant);
    }

    [Fact]
    public void AutocorrelationIsFoundWhereItIs()
    {
        double[] time = [.. Enumerable.Range(0, 150).Select(i => (double)i)];
        var fitted = Enumerable.Repeat(5.0, 150).ToArray();
        var random = new RandomStream(7);
        var waves = Array.ConvertAll(time, t => (double)Poisson(5 + 3 * Math.Sin(t / 8), random));
        var none = Array.ConvertAll(time, _ => (double)Poisson(5, random));
        Assert.True(Of(waves).TestTemporalAutocorrelation(time).PValue < 0.001);
        Assert.True(Of(none).TestTemporalAutocorrelation(time).PValue > 0.01);
        Assert.True(Of(waves).TestSpatialAutocorrelation(time, new double[150]).PValue < 0.01);
        Assert.True(Of(none).TestSpatialAutocorrelation(time, new double[150]).PValue > 0.01);

        // Shuffling rows together with their times changes nothing.
        int[] order = [.. Enumerable.Range(0, 150)];
        random.Shuffle(order.AsSpan());
        var shuffled = SimulatedResiduals.From(Pick(Of(none).Observed), [.. Of(none).Simulated.Select(Pick)], fitted);
        Assert.Equal(2, shuffled.TestTemporalAutocorrelation(Pick(time)).Statistic, 0.5);

        SimulatedResiduals Of(double[] observed) => SimulatedResiduals.FromSource(observed, fitted,
            SimulationSource.FromWriter(Simulator(fitted, 7), 250, fitted.Length), true, 7);
        double[] Pick(double[] values) => Array.ConvertAll(order, i => values[i]);
    }

    [Fact]
    public void RegroupSumsWithinGroups()
    {
        var residuals = SimulatedResiduals.From(
            [1, 2, 3, 4, 5, 6], [[1, 1, 1, 1, 1, 1], [3, 4, 5, 6, 7, 8]], [2, 2, 2, 2, 2, 2]).Regroup(["b", "a", "c", "b", "a", "c"]);
        Assert.Equal([7, 5, 9], residuals.Observed);
        Assert.Equal([4, 4, 4], residuals.Fitted);
        Assert.Equal([11, 9, 13], residuals.Simulated[1]);
        Assert.Equal([0.5, 0.5, 0.5], residuals.Scaled);
        Assert.Contains("Group a", residuals.Plot().Panels[0].Traces.OfType<PointTrace>().Single().Text![0]
            + string.Join("", residuals.Plot().Panels[0].Traces.OfType<PointTrace>().Single().Text!));
    }

    [Fact]
    public void NormalQuantilesAreThoseOfTheResiduals()
    {
        var residuals = SimulatedResiduals.From(Observed, Simulated);
        var normal = residuals.ToNormal(7);
        Assert.Equal(0, normal[0], 1e-12);
        Assert.Equal(-7, normal[1]);
        Assert.Equal(7, normal[2]);
        Assert.Equal(double.NegativeInfinity, residuals.ToNormal()[1]);
    }

    internal static SimulatedResiduals Simulation(int rows, Func<double, RandomStream, double> draw, long seed, int count = 250)
    {
        var random = new RandomStream(seed).Split(-1);
        double[] fitted = [.. Enumerable.Range(0, rows).Select(i => Math.Exp(0.2 + 2.0 * i / rows))];
        return SimulatedResiduals.FromSource(Array.ConvertAll(fitted, mean => draw(mean, random)), fitted,
            SimulationSource.FromWriter(Simulator(fitted, seed), count, fitted.Length), true, seed);
    }

    internal static SimulationWriter Simulator(double[] fitted, long seed) =>
        (s, destination) => Draw(fitted, new RandomStream(seed).Split(s)).CopyTo(destination);

    internal static int Poisson(double mean, RandomStream random)
    {
        double p = Math.Exp(-mean), u = random.NextDouble(), sum = p;
        var k = 0;
        while (u > sum && k < 1000)
        {
            p *= mean / ++k;
            sum += p;
        }

        return k;
    }

    private static double[] Draw(double[] fitted, RandomStream random) => Array.ConvertAll(fitted, mean => (double)Poisson(mean, random));

    private static IEnumerable<TestResult> Tests(SimulatedResiduals residuals) =>
    [
        residuals.TestUniformity(), residuals.TestDispersion(), residuals.TestOutliers(),
        residuals.TestOutliers(type: OutlierTestType.Binomial), residuals.TestZeroInflation(), residuals.TestQuantiles(),
        residuals.TestGeneric(y => y.Max()),
    ];
}
