using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Models with structured effects on data simulated with a seed: [name ...] [--repeats=3] [--threads=1] [--data=FOLDER]. The time is the
/// least of the repeats, and processor time with it, which a busy machine changes less. With --data the tables are written as CSV for
/// benchmarks/R/time_structures.R.
/// </summary>
internal static class StructuresBenchmark
{
    private sealed record Case(string Name, string Formula, string Family, Func<FieldData> Data)
    {
        /// <summary>What relates the levels of a column; null for nothing.</summary>
        public (string Column, Func<Relatedness> Make)? Relatives { get; init; }
    }

    private static readonly Case[] Cases =
    [
        new("series of 10,000, Poisson", "y ~ x + ar1(0 + t | 1)", "poisson", () => Series(10_000)),
        new("series of 100,000, Poisson", "y ~ x + ar1(0 + t | 1)", "poisson", () => Series(100_000)),
        new("400 sites of 30 years, nbinom2", "y ~ x + ar1(0 + t | site)", "nbinom2", () => Sites(400, 30)),
        new("400 places, exp, Poisson", "y ~ v + exp(0 + x + z | 1)", "poisson", () => Places(400)),
        new("400 cells, exp and a dense lineage, Poisson", "y ~ v + exp(0 + x + z | 1) + kinship(1 | cell)", "poisson", () => Cells(400))
        {
            Relatives = ("cell", () => Lineage(400)),
        },
        new("40 species at 300 sites, rr, Poisson", "y ~ 0 + sp + rr(0 + sp | site, d = 2)", "poisson", () => Community(40, 300)),
    ];

    public static void Run(Arguments arguments)
    {
        var repeats = arguments.Value("repeats") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| model | seconds | processor seconds | log-likelihood | evaluations | factorisations |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|");
        foreach (var one in Cases.Where(c => arguments.Names.Length < 2 || arguments.Names.Skip(1).Any(c.Name.Contains)))
        {
            var data = one.Data();
            var relatedness = one.Relatives is { } relatives
                ? new Dictionary<string, Relatedness> { [relatives.Column] = relatives.Make() } : null;
            if (arguments.Value("data") is { } folder)
                data.WriteCsv(Path.Combine(folder, one.Name.Replace(",", "").Replace(' ', '-') + ".csv"));
            var (best, processor) = (double.PositiveInfinity, 0.0);
            GlmmFit? fit = null;
            for (var k = 0; k < repeats; k++)
            {
                var (watch, before) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
                fit = Glmm.Fit(one.Formula, data, Family.Parse(one.Family),
                    new GlmmOptions { Relatedness = relatedness, Control = new GlmmControl { MaxThreads = arguments.Threads } });
                if (watch.Elapsed.TotalSeconds >= best) continue;
                (best, processor) = (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {one.Name} | {best:0.00} | {processor:0.00} | {fit!.LogLikelihood:0.000} | {fit.Convergence.Evaluations} | "
                + $"{fit.Convergence.Factorizations} |"));
        }
    }

    private static FieldData Table(params (string Name, object Values)[] columns) => FieldData.From(columns.ToDictionary(c => c.Name,
        c => c.Values));

    /// <summary>ρ = 0.8, sd 0.7.</summary>
    private static FieldData Series(int n)
    {
        var random = new RandomStream(11);
        var (x, y, t) = (new double[n], new double[n], new double[n]);
        var u = random.NextNormal();
        for (var i = 0; i < n; i++)
        {
            if (i > 0) u = (0.8 * u) + (0.6 * random.NextNormal());
            (x[i], t[i]) = (random.NextNormal(), i + 1);
            y[i] = random.NextPoisson(Math.Exp(0.5 + (0.3 * x[i]) + (0.7 * u)));
        }

        return Table(("x", x), ("y", y), ("t", t));
    }

    /// <summary>ρ = 0.7, sd 0.6, dispersion 2.</summary>
    private static FieldData Sites(int sites, int years)
    {
        var random = new RandomStream(12);
        var (x, y, t, site) = (new List<double>(), new List<double>(), new List<double>(), new List<string>());
        for (var s = 0; s < sites; s++)
        {
            var u = random.NextNormal();
            for (var i = 0; i < years; i++)
            {
                if (i > 0) u = (0.7 * u) + (Math.Sqrt(0.51) * random.NextNormal());
                x.Add(random.NextNormal());
                t.Add(i);
                site.Add($"s{s}");
                y.Add(random.NextPoisson(Math.Exp(1 + (0.3 * x[^1]) + (0.6 * u)) * random.NextGamma(2) / 2));
            }
        }

        return Table(("x", x.ToArray()), ("y", y.ToArray()), ("t", t.ToArray()), ("site", site.ToArray()));
    }

    /// <summary>Range 1.5 in a square of ten, sd 0.7.</summary>
    private static FieldData Places(int n)
    {
        var random = new RandomStream(13);
        var (x, z, v, y) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++) (x[i], z[i], v[i]) = (10 * random.NextDouble(), 10 * random.NextDouble(), random.NextNormal());
        var correlation = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                correlation[(i * n) + j] = Math.Exp(-Math.Sqrt(((x[i] - x[j]) * (x[i] - x[j])) + ((z[i] - z[j]) * (z[i] - z[j]))) / 1.5);
        }

        DenseCholesky.TryFactor(correlation, n);
        double[] normal = [.. Enumerable.Range(0, n).Select(_ => random.NextNormal())];
        for (var i = 0; i < n; i++)
        {
            var field = 0.0;
            for (var j = 0; j <= i; j++) field += correlation[(j * n) + i] * normal[j];
            y[i] = random.NextPoisson(Math.Exp(1 + (0.3 * v[i]) + (0.7 * field)));
        }

        return Table(("x", x), ("z", z), ("v", v), ("y", y));
    }

    /// <summary>The places above, a cell at each, with an effect of its ancestry: sd 0.5.</summary>
    private static FieldData Cells(int n)
    {
        var places = Places(n);
        var ancestry = Lineage(n).SimulateEffects(0.5, 17);
        var random = new RandomStream(16);
        return places.With("cell", Enumerable.Range(0, n).Select(i => $"c{i}"))
            .With("y", places.Numbers("y").Select((y, i) => random.NextPoisson((y + 0.5) * Math.Exp(ancestry[i]))));
    }

    /// <summary>The dense matrix of shared ancestry of cells that divide in two.</summary>
    private static RelationshipMatrix Lineage(int n)
    {
        // Cell i is a child of cell (i − 1) / 2 of a heap of which the last n are leaves: what two share is the depth of their common
        // ancestor over their own.
        var leaves = Enumerable.Range(n - 1, n).ToArray();
        var depth = Math.Log2(2 * n);
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var (a, b) = (leaves[i], leaves[j]);
                if (i == j)
                {
                    matrix[i, j] = 1;
                    continue;
                }

                while (a != b) (a, b) = a > b ? ((a - 1) / 2, b) : (a, (b - 1) / 2);
                matrix[i, j] = Math.Floor(Math.Log2(a + 1)) / depth;
            }
        }

        return RelationshipMatrix.From(matrix, [.. Enumerable.Range(0, n).Select(i => $"c{i}")]);
    }

    /// <summary>Two latent variables.</summary>
    private static FieldData Community(int species, int sites)
    {
        var random = new RandomStream(15);
        var loadings = new (double Mean, double First, double Second)[species];
        for (var k = 0; k < species; k++)
            loadings[k] = (0.5 + (0.5 * random.NextNormal()), 0.7 * random.NextNormal(), 0.5 * random.NextNormal());
        var (y, sp, site) = (new List<double>(), new List<string>(), new List<string>());
        for (var i = 0; i < sites; i++)
        {
            var (u, v) = (random.NextNormal(), random.NextNormal());
            for (var k = 0; k < species; k++)
            {
                y.Add(random.NextPoisson(Math.Exp(loadings[k].Mean + (loadings[k].First * u) + (loadings[k].Second * v))));
                sp.Add($"sp{k:00}");
                site.Add($"site{i:000}");
            }
        }

        return Table(("y", y.ToArray()), ("sp", sp.ToArray()), ("site", site.ToArray()));
    }
}
