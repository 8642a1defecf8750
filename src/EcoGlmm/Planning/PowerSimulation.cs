using System.Globalization;
using EcoGlmm.Inference;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Planning;

/// <summary>The simulations of one design, in batches, each with its own stream.</summary>
internal sealed class PowerSimulation
{
    private const int Batch = 100;

    /// <summary>Quantile of the interval that adaptive stopping looks at: it looks often, so that it is wide.</summary>
    private const double StopQuantile = 2.576;

    /// <summary>Seed of the response whose fit all others begin from.</summary>
    private const long PilotSeed = 0;

    private readonly Func<RandomStream, double[]> _draw;
    private readonly Func<double[], GlmmFit> _fit;
    private readonly string _effect;
    private readonly double _truth;
    private readonly PowerOptions _options;

    public PowerSimulation(Func<RandomStream, double[]> draw, Func<double[], GlmmFit> fit, string effect, double truth,
        PowerOptions options)
    {
        (_draw, _fit, _effect, _truth, _options) = (draw, fit, effect, truth, options);
        Checked.Count(options.Simulations, "simulations");
        if (!(options.Alpha > 0 && options.Alpha < 1))
            throw new GlmmException($"The level of the test lies between 0 and 1, for example 0.05, not {options.Alpha}.");
    }

    /// <summary>A simulation: NaN where the fit failed.</summary>
    private readonly record struct Outcome(double Estimate, double StandardError, double PValue, double Lower, double Upper)
    {
        public double[] Numbers => [Estimate, StandardError, PValue, Lower, Upper];

        public static Outcome Of(double[] v) => new(v[0], v[1], v[2], v[3], v[4]);
    }

    public PowerPoint Run(string design, int rows, double size, LiveProgress live)
    {
        var stream = new RandomStream(_options.Seed);
        var outcomes = Read(design);
        while (outcomes.Count < _options.Simulations && !IsKnown(outcomes, _options))
        {
            var from = outcomes.Count;
            var batch = new Outcome[Math.Min(Batch - (from % Batch), _options.Simulations - from)];
            live.ForEach(batch.Length, Math.Max(1, _options.MaxThreads), s => batch[s] = Simulate(stream.Split(from + s)));
            outcomes.AddRange(batch);
            Append(design, from, batch);
        }

        return Point(design, rows, size, _truth, _options, outcomes);
    }

    /// <summary>One simulation by its number, as numbers that <see cref="Merge"/> puts together.</summary>
    public double[] Replicate(int s) => Simulate(new RandomStream(_options.Seed).Split(s)).Numbers;

    /// <summary>
    /// The power from all simulations in their order. Where there is a target, simulations beyond those that <see cref="Run"/> would
    /// have stopped at are left out, so that both give the same.
    /// </summary>
    public static PowerPoint Merge(string design, int rows, double size, double truth, PowerOptions options,
        IReadOnlyList<double[]> simulations)
    {
        var outcomes = new List<Outcome>();
        while (outcomes.Count < simulations.Count && !IsKnown(outcomes, options))
        {
            var from = outcomes.Count;
            outcomes.AddRange(simulations.Skip(from).Take(Batch).Select(Outcome.Of));
        }

        return Point(design, rows, size, truth, options, outcomes);
    }

    private Outcome Simulate(RandomStream random)
    {
        try
        {
            var fit = _fit(_draw(random));
            if (!fit.Convergence.IsConverged) return Failed;
            string[] names = [.. fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed).Select(c => c.Name)];
            var at = Array.IndexOf(names, _effect);
            if (at < 0) return Failed;
            var inference = FixedEffectInference.For(fit, _options.Degrees ?? FixedEffectInference.BestOf(fit));
            var unit = new double[names.Length];
            unit[at] = 1;
            var (estimate, error, df) = (inference.Estimates[at], inference.StandardError(unit), inference.DegreesOfFreedom(unit));
            var half = StudentT.Quantile(1 - (_options.Alpha / 2), df) * error;
            return new Outcome(estimate, error, 2 * StudentT.UpperTail(Math.Abs(estimate / error), df), estimate - half, estimate + half);
        }
        catch (GlmmException)
        {
            // A simulated response may be one that the model cannot be fitted to, such as zeros alone.
            return Failed;
        }
    }

    private static Outcome Failed => new(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    private static bool IsKnown(List<Outcome> outcomes, PowerOptions options)
    {
        if (options.Target is not { } target || outcomes.Count < Batch) return false;
        var (lower, upper) = Wilson(outcomes.Count(o => o.PValue < options.Alpha), outcomes.Count, StopQuantile);
        return lower > target || upper < target || upper - lower < 2 * options.Precision;
    }

    private static PowerPoint Point(string design, int rows, double size, double truth, PowerOptions options, List<Outcome> outcomes)
    {
        var good = outcomes.Where(o => !double.IsNaN(o.PValue)).ToArray();
        var significant = good.Where(o => o.PValue < options.Alpha).ToArray();
        var n = outcomes.Count;
        var (lower, upper) = Wilson(significant.Length, n, 1.959964);
        double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
        return new PowerPoint(design, rows, significant.Length / (double)n, lower, upper, Mean(good.Select(o => o.Estimate - truth)),
            Mean(good.Select(o => o.Lower <= truth && truth <= o.Upper ? 1.0 : 0)),
            truth == 0 ? double.NaN : Mean(significant.Select(o => Math.Sign(o.Estimate) != Math.Sign(truth) ? 1.0 : 0)),
            truth == 0 ? double.NaN : Mean(significant.Select(o => Math.Abs(o.Estimate / truth))), n, n - good.Length)
        {
            Size = size,
            StandardError = Mean(good.Select(o => o.StandardError)),
        };
    }

    private static (double Lower, double Upper) Wilson(int successes, int n, double z)
    {
        var p = successes / (double)n;
        var middle = (p + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((p * (1 - p) / n) + (z * z / (4.0 * n * n)));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <summary>What a file has of this design under the same seed and effect, from the first simulation on without gaps.</summary>
    private List<Outcome> Read(string design)
    {
        var result = new List<Outcome>();
        if (_options.ResumeFile is null || !File.Exists(_options.ResumeFile)) return result;
        var known = new SortedDictionary<int, Outcome>();

        // A line without its end was cut off: its last number may be another one.
        foreach (var line in File.ReadAllText(_options.ResumeFile).Split('\n')[..^1])
        {
            var cells = line.TrimEnd('\r').Split('\t');
            if (cells.Length != 7 || cells[0] != Key(design) || !int.TryParse(cells[1], CultureInfo.InvariantCulture, out var s)) continue;
            var v = new double[5];
            if (!v.Index().All(c => double.TryParse(cells[c.Index + 2], CultureInfo.InvariantCulture, out v[c.Index]))) continue;
            known[s] = new Outcome(v[0], v[1], v[2], v[3], v[4]);
        }

        while (known.TryGetValue(result.Count, out var next) && result.Count < _options.Simulations) result.Add(next);
        return result;
    }

    private void Append(string design, int from, Outcome[] batch)
    {
        if (_options.ResumeFile is null) return;
        if (!EndsWithLine(_options.ResumeFile)) File.AppendAllText(_options.ResumeFile, "\n");
        File.AppendAllLines(_options.ResumeFile, batch.Select((o, s) => string.Join('\t', new[] { Key(design), (from + s)
            .ToString(CultureInfo.InvariantCulture) }
            .Concat(new[] { o.Estimate, o.StandardError, o.PValue, o.Lower, o.Upper }.Select(v =>
                v.ToString("R", CultureInfo.InvariantCulture))))));
    }

    /// <summary>Whether a file is new or its last line is whole: what was killed may have left half of one.</summary>
    private static bool EndsWithLine(string path)
    {
        if (!File.Exists(path)) return true;
        using var file = File.OpenRead(path);
        if (file.Length == 0) return true;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }

    private string Key(string design) => string.Create(CultureInfo.InvariantCulture,
        $"{design}|{_effect}={_truth:R}|{_options.Alpha:R}|{_options.Degrees}|{_options.Seed}").Replace('\t', ' ');

    /// <summary>
    /// Fits responses to one specification, on one thread each, from the estimates of one that is simulated for that: always the same,
    /// whichever simulations are made here.
    /// </summary>
    public static Func<double[], GlmmFit> Fitter(DesignSimulator simulator, Family family, GlmmOptions options)
    {
        var single = options with { Control = options.Control with { MaxThreads = 1 } };
        GlmmFit Fit(double[] y, GlmmFit? like) => ModelFitter.Fit(simulator.Specification,
            simulator.ResponseData.With(y, simulator.Specification, family), simulator.Data, family, single, null, LiveProgress.Current,
            like);
        var first = new Lazy<GlmmFit?>(() =>
        {
            try
            {
                return Fit(simulator.Draw(new RandomStream(PilotSeed)), null);
            }
            catch (GlmmException)
            {
                // Nothing can be fitted to it: the others begin at the usual start.
                return null;
            }
        });
        return y => Fit(y, first.Value);
    }
}
