using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// A million ratings of films by users, lecturers as fixed effects beside students as random ones, a million counts with an effect for
/// each beside those of sites and of years, and ten million rows of a hundred thousand groups; by one thread and by two, each in a process
/// of its own.
/// </summary>
internal static class LargeModels
{
    private const int Films = 3706, Users = 6040, Sites = 1000, Years = 200;

    public static void Run(Arguments arguments)
    {
        if (arguments.Value("model") is { } model)
        {
            Measure(model, int.Parse(arguments.Value("rows") ?? "1000000", CultureInfo.InvariantCulture), arguments.Threads);
            return;
        }

        Console.WriteLine("| model | threads | fit (s) | processor (s) | peak (MB) | evaluations | log-likelihood |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var each in new[] { "ratings", "lecturers", "lecturers-ml", "counts", "groups" })
        {
            foreach (var threads in new[] { 1, 2 })
            {
                Console.Write(Repository.RunSelf("large", $"--model={each}", $"--threads={threads}",
                    $"--rows={arguments.Value("rows") ?? "1000000"}"));
            }
        }
    }

    private static void Measure(string model, int rows, int threads)
    {
        var (formula, family, data) = model switch
        {
            "ratings" => ("y ~ 1 + (1 | user) + (1 | film)", Family.Gaussian(), Ratings(rows)),
            "groups" => ("y ~ x + (1 | g)", Family.Gaussian(), Groups(10 * rows)),
            "counts" => ("y ~ x + (1 | site) + (1 | year) + (1 | olre)", Family.Poisson(), Counts(rows)),
            _ => ("y ~ factor(d) + (1 | s)", Family.Gaussian(),
                FieldData.ReadCsv(Path.Combine(Repository.Folder, "datasets", "insteval.csv.gz"))),
        };
        var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var fit = Glmm.Fit(formula, data, family, new GlmmOptions
        {
            Reml = model is "ratings" or "lecturers",
            Control = new GlmmControl { MaxThreads = threads },
        });
        var (seconds, processor) = (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {model} | {threads} | {seconds:0.0} | {processor:0.0} | {process.PeakWorkingSet64 / 1e6:0} | {fit.Convergence.Evaluations} "
            + $"| {fit.LogLikelihood:R} |"));
    }

    /// <summary>Films whose popularity falls as a power of their rank, users whose numbers of ratings are log-normal.</summary>
    private static FieldData Ratings(int rows)
    {
        var random = new RandomStream(7);
        var film = Cumulative([.. Enumerable.Range(1, Films).Select(k => Math.Pow(k, -0.8))]);
        var user = Cumulative([.. Enumerable.Range(0, Users).Select(_ => Math.Exp(random.NextNormal()))]);
        double[] filmEffects = [.. Enumerable.Range(0, Films).Select(_ => 0.5 * random.NextNormal())];
        double[] userEffects = [.. Enumerable.Range(0, Users).Select(_ => 0.4 * random.NextNormal())];
        var (films, users, y) = (new double[rows], new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            var (f, u) = (Find(film, random.NextDouble()), Find(user, random.NextDouble()));
            (films[i], users[i]) = (f, u);
            y[i] = 3.5 + filmEffects[f] + userEffects[u] + (0.9 * random.NextNormal());
        }

        return FieldData.From(new Dictionary<string, double[]> { ["film"] = films, ["user"] = users, ["y"] = y })
            .AsFactor("film").AsFactor("user");
    }

    /// <summary>Counts of sites and years at random, with more spread than chance.</summary>
    private static FieldData Counts(int rows)
    {
        var random = new RandomStream(11);
        double[] Effects(int count, double deviation) => [.. Enumerable.Range(0, count).Select(_ => deviation * random.NextNormal())];
        var (siteEffects, yearEffects) = (Effects(Sites, 0.5), Effects(Years, 0.4));
        var (sites, years, x, y) = (new double[rows], new double[rows], new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            var (site, year) = ((int)(Sites * random.NextDouble()), (int)(Years * random.NextDouble()));
            (sites[i], years[i], x[i]) = (site, year, random.NextNormal());
            y[i] = random.NextPoisson(Math.Exp(0.5 + (0.3 * x[i]) + siteEffects[site] + yearEffects[year] + (0.6 * random.NextNormal())));
        }

        return FieldData.From(new Dictionary<string, double[]> { ["site"] = sites, ["year"] = years, ["x"] = x, ["y"] = y })
            .AsFactor("site").AsFactor("year");
    }

    /// <summary>Measurements of groups of a hundred rows.</summary>
    private static FieldData Groups(int rows)
    {
        var random = new RandomStream(13);
        double[] effects = [.. Enumerable.Range(0, rows / 100).Select(_ => 0.7 * random.NextNormal())];
        var (x, y, g) = (new double[rows], new double[rows], new double[rows]);
        for (var i = 0; i < rows; i++)
        {
            var group = (int)(effects.Length * random.NextDouble());
            (g[i], x[i]) = (group, random.NextNormal());
            y[i] = 1 + (0.5 * x[i]) + effects[group] + random.NextNormal();
        }

        return FieldData.From(new Dictionary<string, double[]> { ["g"] = g, ["x"] = x, ["y"] = y }).AsFactor("g");
    }

    private static double[] Cumulative(double[] weights)
    {
        var (sum, total) = (0.0, weights.Sum());
        return Array.ConvertAll(weights, w => (sum += w) / total);
    }

    private static int Find(double[] cumulative, double share)
    {
        var at = Array.BinarySearch(cumulative, share);
        return Math.Min(at < 0 ? ~at : at, cumulative.Length - 1);
    }
}
