using System.Diagnostics;
using System.Globalization;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// What <c>ApproximationError</c> says of the Laplace approximation beside adaptive quadrature: the error of the log-likelihood at the
/// Laplace estimates, and how far the standard deviation moves. Markdown.
/// </summary>
internal static class ApproximationBenchmark
{
    private const int Points = 51;

    public static void Run(Arguments arguments)
    {
        var draws = int.Parse(arguments.Value("draws") ?? "500", CultureInfo.InvariantCulture);
        Console.WriteLine("| model | groups | Laplace's error of log L | ApproximationError says | its Monte Carlo error "
            + "| off by, in those | sd, Laplace | sd, quadrature | sd, ApproximationError | effective draws | processor s |\n"
            + "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        static FieldData Data(string name) => FieldData.ReadCsv(Path.Combine(Repository.Folder, "datasets", name + ".csv"));
        const string herds = "cbind(incidence, size - incidence) ~ period + (1 | herd)";
        Row("cbpp, binomial", herds, Data("cbpp").AsFactor("period"), Family.Binomial(), draws);
        Row("contraception, binary", "use ~ age + urban + livch + (1 | district)", Data("contraception"), Family.Binomial(), draws);
        Row("bacteria, binary", "y ~ trt + week + (1 | ID)", Data("bacteria"), Family.Binomial(), draws);
        Row("grouseticks, Poisson", "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD)", Data("grouseticks"), Family.Poisson(), draws);
        foreach (var (deviation, rows) in new[] { (1.5, 4), (3.0, 4), (1.5, 2) })
        {
            for (var seed = 1; seed <= 3; seed++)
            {
                var title = string.Create(CultureInfo.InvariantCulture, $"binary, 100 groups of {rows}, sd {deviation:0.0}, seed {seed}");
                Row(title, "y ~ x + (1 | g)", Binary(deviation, rows, seed), Family.Binomial(), draws);
            }
        }
    }

    private static void Row(string title, string formula, FieldData data, Family family, int draws)
    {
        var laplace = Glmm.Fit(formula, data, family);
        var group = laplace.VarianceComponents[0].Group;
        var sd = laplace.VarianceComponents[0].StandardDeviation;
        var exact = Glmm.Fit(formula, data, family, new GlmmOptions { QuadraturePoints = Points });
        var there = Glmm.Fit(formula, data, family, new GlmmOptions
        {
            QuadraturePoints = Points,
            Fixed = [Parameter.StandardDeviation(group, "(Intercept)", sd),
                .. laplace.FixedEffects.Select(c => Parameter.Coefficient(c.Name, c.Estimate))],
        });
        var truth = laplace.LogLikelihood - there.LogLikelihood;
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var found = laplace.ApproximationError(draws);
        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {title} | {laplace.Groups[0].Levels} | {truth:0.0000} | "
            + $"{found.LogLikelihoodError:0.0000} | {found.MonteCarloError:0.0000} | "
            + $"{(found.LogLikelihoodError - truth) / found.MonteCarloError:0.0} | {sd:0.000} | "
            + $"{exact.VarianceComponents[0].StandardDeviation:0.000} | {sd + found.Shifts[$"sd_(Intercept)|{group}"]:0.000} | "
            + $"{found.EffectiveDraws:0} | {seconds:0.0} |"));
    }

    private static FieldData Binary(double deviation, int size, int seed)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var rows = new List<(string G, double X, double Y)>();
        for (var g = 0; g < 100; g++)
        {
            var effect = deviation * Normal();
            for (var i = 0; i < size; i++)
            {
                var x = Normal();
                rows.Add(($"g{g}", x, random.NextDouble() < 1 / (1 + Math.Exp(0.5 - x - effect)) ? 1 : 0));
            }
        }

        return FieldData.From(rows.Select(r => new { g = r.G, x = r.X, y = r.Y }));
    }
}
