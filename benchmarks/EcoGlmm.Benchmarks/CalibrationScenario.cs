using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>A way in which data arise, and the model that is fitted to them.</summary>
/// <param name="Name">Short name, also of its file.</param>
/// <param name="What">One sentence on the truth and the model.</param>
/// <param name="IsSick">Whether the model lacks something that the data have.</param>
/// <param name="Formula">The model's formula.</param>
/// <param name="Family">The model's family.</param>
/// <param name="ZeroInflation">The model's formula of zero inflation.</param>
/// <param name="Draw">The responses of all rows.</param>
internal sealed record CalibrationScenario(string Name, string What, bool IsSick, string Formula, Family Family, string ZeroInflation,
    Func<RandomStream, CalibrationRows, double[]> Draw)
{
    private const int Rows = 200, Groups = 20;
    private const string Mixed = "y ~ x + (1 | g)", Trials = "cbind(y, 10 - y) ~ x + (1 | g)";

    public static CalibrationScenario[] All { get; } =
    [
        new("gaussian", "Gaussian: intercept 1, standard deviation 1 within groups.", false, Mixed, Family.Gaussian(), "~ 0",
            (r, d) => d.Draw(i => d.Eta(1, i) + r.NextNormal())),
        new("poisson", "Poisson: mean e in a typical group.", false, Mixed, Family.Poisson(), "~ 0",
            (r, d) => d.Draw(i => r.NextPoisson(Math.Exp(d.Eta(1, i))))),
        new("binomial", "Binomial: ten trials, intercept 0.3 on the logit scale.", false, Trials, Family.Binomial(), "~ 0",
            (r, d) => d.Draw(i => r.NextBinomial(10, 1 / (1 + Math.Exp(-d.Eta(0.3, i)))))),
        new("nbinom2", "Negative binomial: mean exp(1.2) in a typical group, θ = 2.", false, Mixed, Family.NegativeBinomial2(), "~ 0",
            (r, d) => d.Draw(i => r.NextNegativeBinomial(Math.Exp(d.Eta(1.2, i)), 2))),
        new("zero-inflated", "Zero-inflated Poisson: mean exp(1.5) in a typical group, and 30 % structural zeros.", false, Mixed,
            Family.Poisson(), "~ 1",
            (r, d) => d.Draw(i => r.NextDouble() < 0.3 ? 0 : r.NextPoisson(Math.Exp(d.Eta(1.5, i))))),
        new("overdispersion", "Negative binomial counts, θ = 5, mean exp(0.5); the model is Poisson.", true, Mixed, Family.Poisson(), "~ 0",
            (r, d) => d.Draw(i => r.NextNegativeBinomial(Math.Exp(d.Eta(0.5, i)), 5))),
        new("zero inflation", "Poisson counts of mean exp(1), of which 8 % have become zeros; the model is Poisson.", true, Mixed,
            Family.Poisson(), "~ 0",
            (r, d) => d.Draw(i => r.NextDouble() < 0.08 ? 0 : r.NextPoisson(Math.Exp(d.Eta(1, i))))),
        new("missing quadratic", "Poisson counts with −0.12 x² on the log scale; the model is linear in x.", true, Mixed,
            Family.Poisson(), "~ 0",
            (r, d) => d.Draw(i => r.NextPoisson(Math.Exp(d.Eta(1, i) - (0.12 * d.X[i] * d.X[i]))))),
        new("missing random effect", "Poisson counts, mean exp(1), groups with a standard deviation of 0.5; the model has no random "
            + "effect.", true, "y ~ x", Family.Poisson(), "~ 0",
            (r, d) => d.Draw(i => r.NextPoisson(Math.Exp(d.Eta(1, i))))),
        new("temporal autocorrelation", "Gaussian with errors of autocorrelation 0.25 from row to row; the model knows no time.", true,
            Mixed, Family.Gaussian(), "~ 0",
            (r, d) => d.Draw(i => d.Eta(1, i) + d.Series(r, 0.25)[i])),
        new("spatial autocorrelation", "Gaussian with a smooth random surface of standard deviation 0.5; the model knows no place.", true,
            Mixed, Family.Gaussian(), "~ 0",
            (r, d) => d.Draw(i => d.Eta(1, i) + (0.5 * d.Surface(r)[i]) + r.NextNormal())),
        new("heteroscedasticity", "Gaussian whose standard deviation is exp(0.4 x); the model has one for all.", true, Mixed,
            Family.Gaussian(), "~ 0",
            (r, d) => d.Draw(i => d.Eta(1, i) + (Math.Exp(0.4 * d.X[i]) * r.NextNormal()))),
    ];

    /// <summary>Data set number <paramref name="study"/>: y, x, g, time, east and north of 200 rows in 20 groups.</summary>
    public FieldData Data(int study)
    {
        var random = new RandomStream(Array.IndexOf(All, this)).Split(study);
        var rows = new CalibrationRows(random, Rows, Groups);
        var y = Draw(random, rows);
        return FieldData.From(Enumerable.Range(0, Rows).Select(i => new
        {
            y = y[i], x = rows.X[i], g = "g" + (i % Groups).ToString("00", CultureInfo.InvariantCulture), time = i + 1.0,
                east = rows.East[i], north = rows.North[i],
        }));
    }
}

/// <summary>What is the same in all scenarios: a predictor, groups whose effects have a standard deviation of 0.5, times and
/// places.</summary>
internal sealed class CalibrationRows
{
    private readonly double[] _group;
    private double[]? _series;
    private double[]? _surface;

    public CalibrationRows(RandomStream random, int rows, int groups)
    {
        X = [.. Enumerable.Range(0, rows).Select(_ => random.NextNormal())];
        East = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        North = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())];
        _group = [.. Enumerable.Range(0, groups).Select(_ => 0.5 * random.NextNormal())];
    }

    public double[] X { get; }

    public double[] East { get; }

    public double[] North { get; }

    public double Eta(double intercept, int row) => intercept + (0.5 * X[row]) + _group[row % _group.Length];

    public double[] Draw(Func<int, double> row) => [.. Enumerable.Range(0, X.Length).Select(row)];

    /// <summary>A stationary autoregressive series of standard deviation 1.</summary>
    public double[] Series(RandomStream random, double correlation)
    {
        if (_series is null)
        {
            _series = new double[X.Length];
            _series[0] = random.NextNormal();
            for (var i = 1; i < X.Length; i++)
                _series[i] = (correlation * _series[i - 1]) + (Math.Sqrt(1 - (correlation * correlation)) * random.NextNormal());
        }

        return _series;
    }

    /// <summary>
    /// A random surface of standard deviation 1 whose correlation falls with distance d as exp(−½ (d / 0.15)²): the mean of 200 random
    /// waves.
    /// </summary>
    public double[] Surface(RandomStream random)
    {
        if (_surface is null)
        {
            _surface = new double[X.Length];
            for (var wave = 0; wave < 200; wave++)
            {
                var (a, b, phase) = (random.NextNormal() / 0.15, random.NextNormal() / 0.15, 2 * Math.PI * random.NextDouble());
                for (var i = 0; i < X.Length; i++) _surface[i] += Math.Sqrt(2.0 / 200) * Math.Cos((a * East[i]) + (b * North[i]) + phase);
            }
        }

        return _surface;
    }
}
