using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Bias and coverage of syntheses of rare events, in one stage and in two with corrections, on simulated trials with known truth; writes
/// benchmarks/rare-events.md.
/// </summary>
internal static class SynthesisBenchmark
{
    private const double Truth = -0.7;
    private const int Trials = 12;

    private static readonly (string Name, string What, double Risk, double Tau, double Ratio)[] Scenarios =
    [
        ("Rare events, one effect", "Control risks about 1 %, arms of 60 to 240, the same odds ratio in all trials.", 0.01, 0, 1),
        ("Rare events, effects that differ", "The same with a standard deviation of 0.5 of the log odds ratio between trials.",
            0.01, 0.5, 1),
        ("Rare events, unequal arms", "The same with three times as many treated as controls.", 0.01, 0.5, 3),
        ("Less rare events", "Control risks about 5 %, effects that differ, equal arms.", 0.05, 0.5, 1),
        ("Common events", "Control risks about 20 %, effects that differ, equal arms.", 0.2, 0.5, 1),
    ];

    public static void Run(Arguments arguments)
    {
        var syntheses = int.Parse(arguments.Value("syntheses") ?? "500", CultureInfo.InvariantCulture);
        var page = new StringBuilder();
        Line(page, "# Bias and coverage of syntheses of rare events", "",
            string.Create(CultureInfo.InvariantCulture, $"{syntheses} simulated syntheses for each scenario, seeds 1 to {syntheses}, "
                + $"{DateTime.UtcNow:yyyy-MM-dd}. Remade by"), "",
            "```bash", $"dotnet run -c Release --project benchmarks/EcoGlmm.Benchmarks -- syntheses --syntheses={syntheses}", "```", "",
            $"Each synthesis: {Trials} trials of two arms; the logit of the control risk has a standard deviation of 0.7 between trials. "
            + $"**The truth is a mean log odds ratio of {Truth.ToString(CultureInfo.InvariantCulture)}**, an odds ratio of 0.50.",
            "One stage: `MetaAnalysis.OneStage`, with a fixed baseline for each trial, or conditional on each trial's events (non-central "
            + "hypergeometric). The others are those of `CompareMethods()`.", "",
            "Bias is the mean estimate minus the truth, ± two Monte Carlo standard errors; coverage is that of the 95 % interval by the "
            + "normal distribution (what metafor's `rma.glmm` gives), for syntheses in one stage also by Student's t and by the profile "
            + "likelihood (`MetaAnalysisOptions.Interval`), with the mean width of the last.",
            "Syntheses in which a method has no estimate (no events in a whole arm of all trials) are left out of its row.");
        foreach (var (name, what, risk, tau, ratio) in Scenarios)
        {
            var watch = Stopwatch.StartNew();
            var results = new IReadOnlyList<Estimate>[syntheses];
            double zeros = 0;
            Parallel.For(0, syntheses, s =>
            {
                var arms = Simulate(risk, tau, ratio, s + 1);
                var events = arms.Numbers("events");
                var withZero = Enumerable.Range(0, Trials).Count(i => events[2 * i] == 0 || events[2 * i + 1] == 0);
                lock (page)
                {
                    zeros += withZero / (double)(Trials * syntheses);
                }

                results[s] = Analyse(arms);
            });
            Console.WriteLine($"{name}: {watch.Elapsed.TotalSeconds:F0} s");
            Line(page, "", $"## {name}", "", string.Create(CultureInfo.InvariantCulture, $"{what} {100 * zeros:F0} % of the trials have an "
                + $"arm without events."), "",
                "| Method | Bias | Coverage (%): normal | Student's t | profile likelihood | its width | SE/SD | Syntheses |",
                "|---|---:|---:|---:|---:|---:|---:|---:|");
            foreach (var row in results.SelectMany(r => r).GroupBy(e => e.Method))
            {
                Line(page, Row(row.Key, [.. row]));
            }
        }

        File.WriteAllText(Path.Combine(Repository.Folder, "benchmarks", "rare-events.md"), page.ToString());
    }

    private static FieldData Simulate(double risk, double tau, double ratio, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        int Binomial(int n, double p) => Enumerable.Range(0, n).Count(_ => random.NextDouble() < p);
        var (study, treated, events, size) = (new List<string>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Trials; i++)
        {
            var baseline = Math.Log(risk / (1 - risk)) + 0.7 * Normal();
            var effect = Truth + tau * Normal();
            var controls = (int)(60 * Math.Pow(4, random.NextDouble()));
            foreach (var (arm, n, eta) in new[] { (1.0, (int)(ratio * controls), baseline + effect), (0.0, controls, baseline) })
            {
                study.Add($"trial {i + 1}");
                treated.Add(arm);
                events.Add(Binomial(n, 1 / (1 + Math.Exp(-eta))));
                size.Add(n);
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["study"] = study.ToArray(), ["treated"] = treated.ToArray(),
            ["events"] = events.ToArray(), ["size"] = size.ToArray() });
    }

    private static List<Estimate> Analyse(FieldData arms)
    {
        var result = new List<Estimate>();
        var options = new MetaAnalysisOptions { Glmm = new GlmmOptions { QuadraturePoints = 15,
            Control = new GlmmControl { MaxThreads = 1 } } };
        foreach (var (name, model) in new[] { ("One stage, fixed baselines", OneStageModel.FixedStudies), ("One stage, conditional",
            OneStageModel.Conditional) })
        {
            try
            {
                Synthesis By(SynthesisInterval interval) => MetaAnalysis.OneStage(arms, "study", "treated", "events", "size",
                    model: model, options: options with { Interval = interval });
                var one = By(SynthesisInterval.Normal);
                Add(result, name, one.Estimate, one.StandardError, By(SynthesisInterval.StudentT),
                    By(SynthesisInterval.ProfileLikelihood));
                if (model == OneStageModel.Conditional)
                {
                    foreach (var other in one.CompareMethods().Skip(1))
                    {
                        Add(result, other.Method, other.Estimate, other.StandardError);
                    }
                }
            }
            catch (GlmmException)
            {
                // no events in a whole arm of all trials
            }
        }

        return result;
    }

    private static void Add(List<Estimate> result, string method, double estimate, double error, Synthesis? student = null,
        Synthesis? profile = null)
    {
        if (double.IsFinite(estimate) && double.IsFinite(error) && Math.Abs(estimate) < 10)
        {
            bool? Holds(Synthesis? s) => s is null ? null : s.Lower <= Truth && Truth <= s.Upper;
            result.Add(new Estimate(method, estimate, error, Holds(student), Holds(profile), profile?.Upper - profile?.Lower));
        }
    }

    private static string Row(string method, Estimate[] estimates)
    {
        var n = estimates.Length;
        var mean = estimates.Average(e => e.Value);
        var sd = Math.Sqrt(estimates.Sum(e => (e.Value - mean) * (e.Value - mean)) / (n - 1));
        double covered = estimates.Count(e => Math.Abs(e.Value - Truth) <= 1.959964 * e.Error);
        string Share(Func<Estimate, bool?> holds) => holds(estimates[0]) is null ? ""
            : (100.0 * estimates.Count(e => holds(e) == true) / n).ToString("F1", CultureInfo.InvariantCulture);
        double[] widths = [.. estimates.Select(e => e.Width ?? double.NaN).Where(double.IsFinite)];
        var width = widths.Length == 0 ? "" : widths.Average().ToString("F2", CultureInfo.InvariantCulture)
            + (widths.Length < n ? $" ({n - widths.Length} without end)" : "");
        return string.Create(CultureInfo.InvariantCulture,
            $"| {method} | {mean - Truth:+0.000;−0.000} ± {2 * sd / Math.Sqrt(n):F3} | {100 * covered / n:F1} | "
            + $"{Share(e => e.Student)} | {Share(e => e.Profile)} | {width} | {estimates.Average(e => e.Error) / sd:F2} | {n} |");
    }

    private static void Line(StringBuilder page, params IEnumerable<string> lines) => page.AppendJoin('\n', lines).Append('\n');

    private sealed record Estimate(string Method, double Value, double Error, bool? Student, bool? Profile, double? Width);
}
