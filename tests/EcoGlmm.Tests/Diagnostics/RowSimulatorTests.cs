using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Tests.Diagnostics;

public class RowSimulatorTests
{
    public static TheoryData<string, double, double, double, double> Counts => new()
    {
        // Family, mean, dispersion, trials, zero inflation.
        { "poisson", 0.02, 1, 1, 0 },
        { "poisson", 3.7, 1, 1, 0 },
        { "poisson", 3.7, 1, 1, 0.4 },
        { "poisson", 180, 1, 1, 0 },
        { "binomial", 0.3, 1, 1, 0 },
        { "binomial", 0.93, 1, 40, 0 },
        { "binomial", 0.5, 1, 7, 0.2 },
        { "nbinom2", 6, 0.4, 1, 0 },
        { "nbinom2", 2, 9, 1, 0.3 },
        { "nbinom1", 5, 2.5, 1, 0 },
        { "truncated_poisson", 1.2, 1, 1, 0 },
        { "truncated_poisson", 1.2, 1, 1, 0.5 },
        { "truncated_nbinom2", 0.8, 1.5, 1, 0.25 },
    };

    [Theory]
    [MemberData(nameof(Counts))]
    public void TabulatedCountsAreDistributedAsTheFamilySays(string name, double mean, double dispersion, double trials, double zero)
    {
        const int draws = 200_000;
        var simulator = Simulator(name, mean, dispersion, trials, zero, 3);
        var values = new double[draws];
        simulator.DrawRow(1, values, simulator.CreateWorkspace());

        double tail = 1;
        for (var k = 0; tail * draws > 20; k++)
        {
            var p = ((1 - zero) * Probability(name, mean, dispersion, trials, k)) + (k == 0 ? zero : 0);
            var frequency = values.Count(v => v == k) / (double)draws;
            Assert.True(Math.Abs(frequency - p) <= 5 * Math.Sqrt(p * (1 - p) / draws), $"{k}: {frequency} instead of {p}");
            tail -= p;
        }

        Assert.All(values, v => Assert.True(v >= 0 && v == Math.Floor(v)));
    }

    [Theory]
    [InlineData("gaussian", 2.0, 1.5, 4.0, 0.0)]
    [InlineData("lognormal", 2.0, 1.5, 1.0, 0.3)]
    [InlineData("Gamma", 2.0, 0.5, 1.0, 0.0)]
    public void ContinuousRowsAreDistributedAsTheFamilySays(string name, double mean, double dispersion, double trials, double zero)
    {
        const int draws = 200_000;
        var simulator = Simulator(name, mean, dispersion, trials, zero, 3);
        var values = new double[draws];
        simulator.DrawRow(0, values, simulator.CreateWorkspace());
        Assert.Equal(zero, values.Count(v => v == 0) / (double)draws, 0.006);

        double[] u = [.. values.Where(v => zero == 0 || v != 0).Select(Below)];
        Assert.True(KolmogorovSmirnov.Uniform(u, Alternative.TwoSided).PValue > 0.001);

        double Below(double y) => name switch
        {
            "gaussian" => Normal.CDF(mean, dispersion / Math.Sqrt(trials), y),
            "lognormal" => LogNormalBelow(y, mean, dispersion),
            _ => Gamma.CDF(dispersion, dispersion / mean, y),
        };
    }

    [Theory]
    [MemberData(nameof(Counts))]
    [InlineData("poisson", 5000, 1, 1, 0.1)]
    [InlineData("nbinom2", 300, 0.01, 1, 0)]
    [InlineData("betabinomial", 0.3, 4, 12, 0.1)]
    [InlineData("gaussian", 2, 1.5, 4, 0)]
    [InlineData("Gamma", 2, 0.5, 1, 0.2)]
    public void AValueIsTheSameByRowAndBySimulation(string name, double mean, double dispersion, double trials, double zero)
    {
        var simulator = Simulator(name, mean, dispersion, trials, zero, 12);
        var bySimulation = new double[300][];
        for (var s = 0; s < bySimulation.Length; s++)
            simulator.DrawSimulation(s, bySimulation[s] = new double[12]);
        var workspace = simulator.CreateWorkspace();
        var row = new double[300];
        foreach (var i in new[] { 7, 0, 11 })
        {
            simulator.DrawRow(i, row, workspace);
            Assert.Equal(Array.ConvertAll(bySimulation, s => s[i]), row);
        }
    }

    [Theory]
    [InlineData("poisson", 1.5)]
    [InlineData("gaussian", 1.5)]
    public void SummaryByRowIsThatOfTheSimulations(string name, double mean)
    {
        const int rows = 1000, count = 203;
        var simulator = Simulator(name, mean, 1.2, 1, 0, rows);
        var observed = new double[rows];
        simulator.DrawSimulation(count + 5, observed);
        double[] fitted = [.. Enumerable.Range(0, rows).Select(i => mean + (0.001 * i))];

        var byRow = SimulationSource.FromRows(simulator, count).Summarise(observed, fitted);
        var matrix = new double[count][];
        for (var s = 0; s < count; s++)
            simulator.DrawSimulation(s, matrix[s] = new double[rows]);
        var expected = SimulationSource.FromMatrix(matrix).Summarise(observed, fitted);

        Assert.Equal(matrix, SimulationSource.FromRows(simulator, count).Matrix());
        Assert.Equal(expected.Less, byRow.Less);
        Assert.Equal(expected.Equal, byRow.Equal);
        Assert.Equal(expected.Zeros, byRow.Zeros);
        Assert.Equal(expected.AloneAbove, byRow.AloneAbove);
        Assert.Equal(expected.AloneBelow, byRow.AloneBelow);
        Assert.All(expected.Variances.Zip(byRow.Variances), v => Assert.Equal(v.First, v.Second, 1e-12 * v.First));
    }

    private static RowSimulator Simulator(string name, double mean, double dispersion, double trials, double zero, int rows)
    {
        var family = Family.Parse(name);
        var eta = family.LocationLink switch
        {
            var link when link == Link.Log => Math.Log(mean),
            var link when link == Link.Logit => Math.Log(mean / (1 - mean)),
            var link when link == Link.Inverse => 1 / mean,
            _ => mean,
        };
        var predictors = new double[LinearPredictor.FormulaCount][];
        predictors[LinearPredictor.Conditional] = Enumerable.Repeat(eta, rows).ToArray();
        predictors[LinearPredictor.Dispersion] = Enumerable.Repeat(Math.Log(dispersion), rows).ToArray();
        if (zero > 0)
            predictors[LinearPredictor.ZeroInflation] = Enumerable.Repeat(Math.Log(zero / (1 - zero)), rows).ToArray();
        return new RowSimulator(family, new RowDistributions(family, predictors, rows), trials == 1 ? [] : Enumerable.Repeat(trials, rows)
            .ToArray(), false, new RandomStream(4));
    }

    private static double Probability(string name, double mean, double dispersion, double trials, int k) => name switch
    {
        "poisson" => Poisson.PMF(mean, k),
        "binomial" => k > trials ? 0 : Binomial.PMF(mean, (int)trials, k),
        "nbinom2" => NegativeBinomial.PMF(dispersion, dispersion / (dispersion + mean), k),
        "nbinom1" => NegativeBinomial.PMF(mean / dispersion, 1 / (1 + dispersion), k),
        "truncated_poisson" => k == 0 ? 0 : Poisson.PMF(mean, k) / (1 - Poisson.PMF(mean, 0)),
        _ => k == 0 ? 0 : NegativeBinomial.PMF(dispersion, dispersion / (dispersion + mean), k)
            / (1 - NegativeBinomial.PMF(dispersion, dispersion / (dispersion + mean), 0)),
    };

    /// <summary>φ is the standard deviation of the response itself.</summary>
    private static double LogNormalBelow(double y, double mean, double sd)
    {
        var v = Math.Log(1 + (sd * sd / (mean * mean)));
        return Normal.CDF(Math.Log(mean) - (0.5 * v), Math.Sqrt(v), Math.Log(y));
    }
}
