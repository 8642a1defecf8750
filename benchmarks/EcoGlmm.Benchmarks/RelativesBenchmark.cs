using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Models of relatives: the time that pedigrees and trees take, and whether heritability and Pagel's λ, known by simulation, come
/// back: bias of the estimate and coverage of the 95 % interval.
/// </summary>
internal static class RelativesBenchmark
{
    public static void Run(Arguments arguments)
    {
        if (arguments.Value("recover") is { } studies) Recover(int.Parse(studies, CultureInfo.InvariantCulture));
        else Time(arguments.Value("largest") is { } largest ? int.Parse(largest, CultureInfo.InvariantCulture) : 10_000);
    }

    private static void Time(int largest)
    {
        Console.WriteLine("| model | seconds | log-likelihood | estimate | peak memory (MB) |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        var watch = Stopwatch.StartNew();
        var pedigree = Pedigree.Simulate(10, largest / 10, Math.Max(2, largest / 500), Math.Max(4, largest / 100), seed: 1);
        var records = pedigree.Names.Count;
        Line($"pedigree of {records}: inbreeding and A⁻¹", watch, double.NaN, $"{pedigree.Precision.Pattern.NonZeros} numbers");
        var data = Animals(pedigree, 0.6 * records, 2, poisson: false);
        var options = new GlmmOptions { Reml = true, Relatedness = new Dictionary<string, Relatedness> { ["animal"] = pedigree } };
        foreach (var repeat in new[] { "first", "again" })
        {
            watch.Restart();
            var fit = Glmm.Fit("y ~ 1 + pedigree(1 | animal) + (1 | id)", data, options: options);
            Line($"pedigree of {records}, {data.RowCount} records, additive and permanent, REML ({repeat})", watch, fit.LogLikelihood,
                $"h² {fit.Heritability("animal").Estimate:0.000}, truth 0.400");
            if (largest > 20_000) break;
        }

        if (largest > 20_000) return;
        var tree = RandomTree(largest);
        var counts = Species(tree, 2);
        watch.Restart();
        var phylo = Glmm.Fit("y ~ 1 + phylo(1 | species)", counts, Family.Poisson(),
            new GlmmOptions { Relatedness = new Dictionary<string, Relatedness> { ["species"] = tree } });
        Line($"tree of {largest} tips, Poisson, {counts.RowCount} records", watch, phylo.LogLikelihood,
            $"sd {phylo.CovarianceParameters[0].Estimate:0.000}, truth 0.700");
    }

    private static void Line(string model, Stopwatch watch, double logLikelihood, string estimate) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {model} | {watch.Elapsed.TotalSeconds:0.00} | {logLikelihood:0.000} | {estimate} | "
        + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} |"));

    private static void Recover(int studies)
    {
        Console.WriteLine("| what | truth | mean | standard error of the mean | spread | mean standard error | coverage of 95 % |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        var pedigree = Pedigree.Simulate(5, 400, 20, 80, seed: 2);
        var options = new GlmmOptions { Relatedness = new Dictionary<string, Relatedness> { ["animal"] = pedigree } };
        Row("h², Gaussian, 1,600 animals with two records, REML", 0.4, studies, seed =>
            Glmm.Fit("y ~ 1 + pedigree(1 | animal) + (1 | id)", Animals(pedigree, 1600, 2, false, seed),
                options: options with { Reml = true }).Heritability("animal"));
        Row("h² on the latent scale, Poisson, 1,600 animals with two records", 2.0 / 3, studies, seed =>
            Glmm.Fit("y ~ 1 + pedigree(1 | animal) + (1 | id)", Animals(pedigree, 1600, 2, true, seed), Family.Poisson(), options)
            .Heritability("animal"));
        var tree = RandomTree(200);
        var whole = new GlmmOptions { Dispersion = "~ 0", Relatedness = new Dictionary<string, Relatedness> { ["species"] = tree } };
        Row("Pagel's λ, Gaussian, 200 species with one record", 0.6, studies, seed =>
        {
            var row = Glmm.Fit("y ~ 1 + phylo(1 | species, model = lambda)", Shrunk(tree, seed),
                options: whole).CovarianceParameters.Single(p => p.Name == "lambda");
            return new Interval(row.Part, row.Name, row.Estimate, row.Estimate - (1.959964 * row.StandardError), row.Estimate
                + (1.959964 * row.StandardError)) { StandardError = row.StandardError };
        });
        Row("phylogenetic sd, Poisson, 200 species with three records", 0.7, studies, seed => FromCovariance(
            Glmm.Fit("y ~ 1 + phylo(1 | species)", Species(tree, 3, seed), Family.Poisson(),
                new GlmmOptions { Relatedness = new Dictionary<string, Relatedness> { ["species"] = tree } }), "sd"));
    }

    private static Interval FromCovariance(GlmmFit fit, string name)
    {
        var row = fit.CovarianceParameters.Single(p => p.Name == name);
        var factor = Math.Exp(1.959964 * row.StandardError / row.Estimate);
        return new Interval(row.Part, name, row.Estimate, row.Estimate / factor, row.Estimate * factor) { StandardError =
            row.StandardError };
    }

    private static void Row(string what, double truth, int studies, Func<long, Interval> study)
    {
        var all = Enumerable.Range(1, studies).Select(seed => study(seed)).Where(i => double.IsFinite(i.StandardError)).ToArray();
        var mean = all.Average(i => i.Estimate);
        var spread = Math.Sqrt(all.Average(i => (i.Estimate - mean) * (i.Estimate - mean)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} ({all.Length} of {studies} studies) | {truth:0.000} | {mean:0.000} | {spread / Math.Sqrt(all.Length):0.000} | "
            + $"{spread:0.000} | {all.Average(i => i.StandardError):0.000} | "
            + $"{all.Average(i => i.Lower <= truth && truth <= i.Upper ? 1.0 : 0):0.00} |"));
    }

    /// <summary>Records of the last animals: V_A 1 (Poisson 0.3), permanent environment 0.5 (0.15), residual 1.</summary>
    private static FieldData Animals(Pedigree pedigree, double animals, int records, bool poisson, long seed = 1)
    {
        var random = new RandomStream(seed + 1000);
        var genes = pedigree.SimulateEffects(poisson ? Math.Sqrt(0.3) : 1, seed);
        var first = pedigree.Names.Count - (int)animals;
        var (names, values) = (new List<string>(), new List<double>());
        for (var i = first; i < genes.Length; i++)
        {
            var eta = genes[i] + (random.NextNormal() * Math.Sqrt(poisson ? 0.15 : 0.5));
            for (var k = 0; k < records; k++)
            {
                names.Add(pedigree.Names[i]);
                values.Add(poisson ? random.NextPoisson(Math.Exp(0.7 + eta)) : 10 + eta + random.NextNormal());
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["animal"] = names.ToArray(), ["id"] = names.ToArray(),
            ["y"] = values.ToArray() });
    }

    /// <summary>One number for each species, 0.6 of its variance of one along the tree, the rest its own.</summary>
    private static FieldData Shrunk(PhylogeneticTree tree, long seed)
    {
        var random = new RandomStream(seed + 5000);
        var effects = tree.SimulateEffects(Math.Sqrt(0.6), seed);
        var tips = tree.Tips.Count;
        return FieldData.From(new Dictionary<string, object>
        {
            ["species"] = tree.Names.Take(tips).ToArray(),
            ["y"] = Enumerable.Range(0, tips).Select(i => 2 + effects[i] + (Math.Sqrt(0.4) * random.NextNormal())).ToArray(),
        });
    }

    private static FieldData Species(PhylogeneticTree tree, int records, long seed = 1)
    {
        var random = new RandomStream(seed + 2000);
        var effects = tree.SimulateEffects(0.7, seed);
        var (names, values) = (new List<string>(), new List<double>());
        for (var i = 0; i < tree.Tips.Count; i++)
        {
            for (var k = 0; k < records; k++)
            {
                names.Add(tree.Names[i]);
                values.Add(random.NextPoisson(Math.Exp(0.5 + effects[i])));
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["species"] = names.ToArray(), ["y"] = values.ToArray() });
    }

    /// <summary>A tree that splits at random (Yule), of height one.</summary>
    private static PhylogeneticTree RandomTree(int tips)
    {
        var random = new RandomStream(5);
        var alive = new List<string>();
        // Backwards in time: two of k lines meet after a time of mean 1/k, which is a Yule tree seen from its tips.
        var ages = new List<double>();
        for (var i = 0; i < tips; i++)
        {
            alive.Add($"s{i}");
            ages.Add(0);
        }

        var now = 0.0;
        while (alive.Count > 1)
        {
            now += random.NextExponential() / alive.Count;
            var (a, b) = (random.NextInt(alive.Count), 0);
            do b = random.NextInt(alive.Count);
            while (b == a);
            string Branch(int i) => string.Create(CultureInfo.InvariantCulture, $"{alive[i]}:{now - ages[i]:R}");
            var joined = $"({Branch(a)},{Branch(b)})";
            (alive[a], ages[a]) = (joined, now);
            (alive[b], ages[b]) = (alive[^1], ages[^1]);
            alive.RemoveAt(alive.Count - 1);
            ages.RemoveAt(ages.Count - 1);
        }

        return PhylogeneticTree.Parse(alive[0] + ";").ScaledToUnitHeight();
    }
}
