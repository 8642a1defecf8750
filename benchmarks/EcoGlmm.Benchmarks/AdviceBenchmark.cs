using System.Globalization;
using System.Text;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// How often the first advice of <c>Check()</c> is the right cure of a known sickness, and how often a healthy model gets advice;
/// writes benchmarks/advice.md.
/// </summary>
internal static class AdviceBenchmark
{
    private static readonly int[] Sizes = [120, 400, 1200];

    /// <param name="Name">What is wrong with the model; for a healthy one, what it is.</param>
    /// <param name="Draw">The response, from x, the site's effect, the site's slope, a second predictor and a generator.</param>
    /// <param name="Family">The family that is fitted.</param>
    /// <param name="Formula">The formula that is fitted.</param>
    /// <param name="Cures">Parts of the call of a right cure, any of which will do; empty for a healthy model.</param>
    private sealed record Scenario(string Name, Func<double, double, double, double, RandomStream, double> Draw, Family Family,
        string Formula, params string[] Cures)
    {
        /// <summary>The columns that the model is given, where they are not x, z, trials and site.</summary>
        public Func<FieldData, FieldData> Columns { get; init; } = data => data;
    }

    /// <summary>What a treatment does to log counts, of four that are coded by numbers.</summary>
    private static readonly double[] Treatments = [0, 0.8, -0.4, 0.5];

    /// <summary>One of four treatments of about as many rows each.</summary>
    private static int Treatment(double z) => z < -0.6745 ? 0 : z < 0 ? 1 : z < 0.6745 ? 2 : 3;

    private static readonly Scenario[] All =
    [
        new("overdispersed counts, Poisson fitted", (x, b, _, _, r) => r.NextNegativeBinomial(Math.Exp(1 + (0.4 * x) + b), 1.2),
            Family.Poisson(), "y ~ x + (1 | site)", "NegativeBinomial"),
        new("zeros of another origin, Poisson fitted", (x, b, _, _, r) => r.NextDouble() < 0.3
            ? 0 : r.NextPoisson(Math.Exp(1.4 + (0.4 * x) + b)), Family.Poisson(), "y ~ x + (1 | site)", "ZeroInflation"),
        new("zeros of another origin, negative binomial fitted", (x, b, _, _, r) => r.NextDouble() < 0.3
            ? 0 : r.NextNegativeBinomial(Math.Exp(1.8 + (0.4 * x) + b), 4), Family.NegativeBinomial2(), "y ~ x + (1 | site)",
            "ZeroInflation"),
        new("a curve that is missing", (x, b, _, _, r) => r.NextPoisson(Math.Exp(1.3 + (0.3 * x) - (0.4 * x * x) + b)), Family.Poisson(),
            "y ~ x + (1 | site)", "x^2", "ns(x"),
        new("a grouping factor that is missing", (x, b, _, _, r) => r.NextPoisson(Math.Exp(1 + (0.4 * x) + (1.5 * b))), Family.Poisson(),
            "y ~ x", "(1 | site)"),
        new("slopes that vary, fitted as one", (x, b, s, _, r) => 1 + (0.5 * x) + b + (1.2 * s * x) + (0.6 * r.NextNormal()),
            Family.Gaussian(), "y ~ x + (1 | site)", "(x | site)"),
        new("scatter that grows with x", (x, b, _, _, r) => 1 + (0.5 * x) + b + (Math.Exp(0.5 * x) * 0.6 * r.NextNormal()),
            Family.Gaussian(), "y ~ x + (1 | site)", "Dispersion = \"~ x\""),
        new("heavy tails", (x, b, _, _, r) => 1 + (0.5 * x) + b + (0.5 * r.NextNormal() / Math.Sqrt(r.NextGamma(1.25) / 1.25)),
            Family.Gaussian(), "y ~ x + (1 | site)", "StudentT"),
        new("counts of too little scatter", (x, b, _, _, r) => r.NextBinomial(12, 1 / (1 + Math.Exp(-(0.6 * x) - b))), Family.Poisson(),
            "y ~ x + (1 | site)", "ConwayMaxwellPoisson", "GeneralizedPoisson"),
        new("overdispersed proportions", (x, b, _, _, r) => r.NextBinomial(15, Beta(1 / (1 + Math.Exp(-(0.5 * x) - b)), 4, r)) / 15,
            Family.Binomial(), "y ~ x + (1 | site)", "BetaBinomial"),
        new("measurements that lean, Gaussian fitted", (x, b, _, _, r) => Math.Exp(1 + (0.3 * x) + b) * r.NextGamma(2) / 2,
            Family.Gaussian(), "y ~ x + (1 | site)", "Gamma", "LogNormal"),
        new("an interaction that is missing", (x, b, _, z, r) => 1 + (0.3 * x) + (0.3 * z) + (0.9 * x * z) + b + (0.5 * r.NextNormal()),
            Family.Gaussian(), "y ~ x + z + (1 | site)", "x:z"),
        new("a number that was left out", (x, b, _, z, r) => 1 + (0.5 * x) + (0.5 * z) + b + (0.6 * r.NextNormal()), Family.Gaussian(),
            "y ~ x + (1 | site)", "+ z"),
        new("effort that was left out", (x, b, _, z, r) => r.NextPoisson(Math.Exp(1 + (0.4 * x) + z + b)), Family.Poisson(),
            "y ~ x + (1 | site)", "offset(log(effort))")
        {
            Columns = data => data.With("effort", data.Numbers("z").Select(Math.Exp)).Select("y", "x", "effort", "site"),
        },
        new("treatments coded by numbers", (x, b, _, z, r) => r.NextPoisson(Math.Exp(1 + (0.3 * x) + Treatments[Treatment(z)] + b)),
            Family.Poisson(), "y ~ x + treatment + (1 | site)", "factor(treatment)")
        {
            Columns = data => data.With("treatment", data.Numbers("z").Select(z => 1.0 + Treatment(z))).Select("y", "x", "treatment",
                "site"),
        },
        new("effects that multiply, fitted as sums", (x, b, _, _, r) => Math.Exp(1.5 + (0.5 * x) + b) + (0.8 * r.NextNormal()),
            Family.Gaussian(), "y ~ x + (1 | site)", "Link.Log"),
        new("a log-normal, Gamma fitted", (x, b, _, _, r) => Math.Exp(1 + (0.4 * x) + b + (0.7 * r.NextNormal())), Family.Gamma(Link.Log),
            "y ~ x + (1 | site)", "log(y)"),
        new("healthy: Poisson", (x, b, _, _, r) => r.NextPoisson(Math.Exp(1 + (0.4 * x) + b)), Family.Poisson(), "y ~ x + (1 | site)"),
        new("healthy: negative binomial", (x, b, _, _, r) => r.NextNegativeBinomial(Math.Exp(1 + (0.4 * x) + b), 1.2),
            Family.NegativeBinomial2(), "y ~ x + (1 | site)"),
        new("healthy: Gaussian with slopes", (x, b, s, _, r) => 1 + (0.5 * x) + b + (0.5 * s * x) + (0.6 * r.NextNormal()),
            Family.Gaussian(), "y ~ x + (x | site)"),
        new("healthy: binomial", (x, b, _, _, r) => r.NextBinomial(15, 1 / (1 + Math.Exp(-(0.5 * x) - b))) / 15, Family.Binomial(),
            "y ~ x + (1 | site)"),
        new("healthy: Gamma", (x, b, _, _, r) => Math.Exp(1 + (0.4 * x) + b) * r.NextGamma(3) / 3, Family.Gamma(Link.Log),
            "y ~ x + (1 | site)"),
    ];

    public static void Run(Arguments arguments)
    {
        var studies = int.Parse(arguments.Value("studies") ?? "50", CultureInfo.InvariantCulture);
        var first = int.Parse(arguments.Value("first") ?? "1", CultureInfo.InvariantCulture);
        var only = arguments.Value("only");
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            # Is the first advice the right cure?

            Data of known sickness are given to `fit.Check()`, {studies} data sets of each size in 20 sites. *Right*: the change
            that it fits and proposes is the cure (alone or among others). *Found*: something is reported as a problem or caution. A healthy
            model should get neither. In %; two standard errors are at most {200 * Math.Sqrt(0.25 / studies):0} points.

            `dotnet run -c Release --project benchmarks/EcoGlmm.Benchmarks -- advice --studies={studies}` writes this page.

            | model | {string.Join(" | ", Sizes.Select(n => $"{n} rows: found | right"))} |
            |---|{string.Concat(Enumerable.Repeat("--:|--:|", Sizes.Length))}

            """);
        foreach (var scenario in All.Where(s => only is null || s.Name.Contains(only)))
        {
            var row = new StringBuilder($"| {scenario.Name} |");
            foreach (var rows in Sizes)
            {
                var (found, right) = (0, 0);
                for (var study = first; study < first + studies; study++)
                {
                    var check = Check(scenario, rows, study);
                    found += check.Findings.Any(f => f.Status == CheckStatus.Problem || (f.Status == CheckStatus.Caution
                        && f.Test is not null)) ? 1 : 0;
                    right += check.Cure is { } cure && (scenario.Cures.Length == 0 || scenario.Cures.Any(cure.Call.Contains)) ? 1 : 0;
                }

                row.Append(CultureInfo.InvariantCulture, $" {100.0 * found / studies:0} | {100.0 * right / studies:0} |");
            }

            Console.WriteLine(row);
            page.Append(row).Append('\n');
        }

        page.Append("\nOf a healthy model, *right* counts proposals that should not be there.\n");
        if (only is null && first == 1)
            File.WriteAllText(Path.Combine(Repository.Folder, "benchmarks", "advice.md"), page.ToString());
    }

    private static ModelCheck Check(Scenario scenario, int rows, int study)
    {
        const int sites = 20;
        var random = new RandomStream((long)(rows * 10_000) + study);
        double[] effect = [.. Enumerable.Range(0, sites).Select(_ => 0.5 * random.NextNormal())], slope = [.. Enumerable.Range(0, sites)
            .Select(_ => 0.5 * random.NextNormal())];
        var data = FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            double x = (4 * random.NextDouble()) - 2, z = random.NextNormal();
            return new { y = scenario.Draw(x, effect[i % sites], slope[i % sites], z, random), x, z, trials = 15.0,
                site = $"s{i % sites}" };
        }).ToArray());
        var options = new GlmmOptions { Weights = scenario.Family.Name == "binomial" ? "trials" : null };
        return Glmm.Fit(scenario.Formula, scenario.Columns(data), scenario.Family, options).Check();
    }

    private static double Beta(double mean, double precision, RandomStream random) => random.NextBeta(mean * precision,
        (1 - mean) * precision);
}
