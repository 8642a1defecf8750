using System.Diagnostics;
using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Fields in space and series in time: how long a field on a mesh takes, and whether range, standard deviation and correlation,
/// known by simulation, come back: bias of the estimate and coverage of the 95 % interval, on a mesh and by the dense model.
/// </summary>
internal static class SpaceBenchmark
{
    private const double Quantile = 1.959964;

    public static void Run(Arguments arguments)
    {
        if (arguments.Value("recover") is { } studies) Recover(int.Parse(studies, CultureInfo.InvariantCulture));
        else Time();
    }

    private static void Time()
    {
        var random = new RandomStream(3);
        const int n = 10_000;
        var (x, y, z, count) = (new double[n], new double[n], new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            (x[i], y[i], z[i]) = (100 * random.NextDouble(), 100 * random.NextDouble(), random.NextNormal());
            var mu = Math.Exp(1 + (0.3 * z[i]) + (0.6 * (Math.Sin(x[i] / 9) + Math.Cos(y[i] / 11))));
            count[i] = random.NextPoisson(mu * random.NextGamma(2) / 2);
        }

        var data = FieldData.From(new Dictionary<string, double[]> { ["x"] = x, ["y"] = y, ["z"] = z, ["count"] = count });
        var watch = Stopwatch.StartNew();
        var mesh = Mesh.From(data, "x", "y", new MeshOptions { MaxEdge = 5.5, Cutoff = 3, Extension = 30 });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mesh of {mesh.NodeCount} nodes: {watch.Elapsed.TotalSeconds:0.00} s"));
        foreach (var run in new[] { "first", "again" })
        {
            watch.Restart();
            var fit = Glmm.Fit("count ~ z + spde(0 + x + y | 1, m)", data, Family.NegativeBinomial2(),
                new GlmmOptions { Meshes = new Dictionary<string, Mesh> { ["m"] = mesh } });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"nbinom2, {n} rows ({run}): {watch.Elapsed.TotalSeconds:0.00} s, log-likelihood {fit.LogLikelihood:0.000}, "
                + $"{fit.Convergence.Status}"));
        }
    }

    private static void Recover(int studies)
    {
        Console.WriteLine("| what | truth | mean | standard error of the mean | spread | mean standard error | coverage of 95 % |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        var random = new RandomStream(11);
        const int places = 100;
        var (x, y) = (new double[places], new double[places]);
        for (var i = 0; i < places; i++) (x[i], y[i]) = (10 * random.NextDouble(), 10 * random.NextDouble());
        var mesh = new Dictionary<string, Mesh> { ["m"] = Mesh.From(x.Zip(y), new MeshOptions { MaxEdge = 0.9, Cutoff = 0.3,
            Extension = 5 }) };
        var truth = 1.0;
        var tables = Enumerable.Range(1, studies).Select(seed => Field(x, y, truth, seed)).ToArray();
        // The range is √8/κ on the mesh, 1/κ in the dense model.
        Both("spde on a mesh", Math.Sqrt(8), data => Glmm.Fit("height ~ 1 + spde(0 + x + y | 1, m)", data,
            options: new GlmmOptions { Meshes = mesh }));
        Both("mat, smoothness held at 1", 1, data => Glmm.Fit("height ~ 1 + mat(0 + x + y | 1)", data,
            options: new GlmmOptions { Fixed = [Parameter.Covariance("all", "shape", 1)] }));
        foreach (var occasions in new[] { 5, 50 })
        {
            var series = Enumerable.Range(1, studies).Select(seed => Glmm.Fit("y ~ 1 + ar1(0 + t | g)", Series(500 / occasions,
                occasions, seed)));
            Line($"ar1 correlation, {500 / occasions} groups of {occasions} occasions", 0.7, [.. series.Select(Correlation)]);
        }

        void Both(string how, double unit, Func<FieldData, GlmmFit> fit)
        {
            var fits = tables.Select(fit).ToArray();
            Line($"range, {how}", truth * unit, [.. fits.Select(f => Positive(f, "range"))]);
            Line($"sd, {how}", 1, [.. fits.Select(f => Positive(f, "sd"))]);
        }
    }

    /// <summary>A Matérn surface of smoothness one and standard deviation one at places, with noise of 0.3.</summary>
    private static FieldData Field(double[] x, double[] y, double range, int seed)
    {
        var n = x.Length;
        var c = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var d = Math.Sqrt(((x[i] - x[j]) * (x[i] - x[j])) + ((y[i] - y[j]) * (y[i] - y[j]))) / range;
                c[(i * n) + j] = d == 0 ? 1 : d * MathNet.Numerics.SpecialFunctions.BesselK(1, d);
            }
        }

        var lower = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(n, n, c).Cholesky().Factor;
        var random = new RandomStream(seed + 3000);
        var z = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(n, _ => random.NextNormal());
        var height = (lower * z).Select(v => 4 + v + (0.3 * random.NextNormal())).ToArray();
        return FieldData.From(new Dictionary<string, double[]> { ["x"] = x, ["y"] = y, ["height"] = height });
    }

    private static FieldData Series(int groups, int occasions, int seed)
    {
        var random = new RandomStream(seed + 4000);
        var (g, t, y) = (new List<string>(), new List<double>(), new List<double>());
        for (var i = 0; i < groups; i++)
        {
            var u = random.NextNormal();
            for (var k = 0; k < occasions; k++)
            {
                if (k > 0) u = (0.7 * u) + (Math.Sqrt(1 - 0.49) * random.NextNormal());
                g.Add($"g{i}");
                t.Add(k);
                y.Add(2 + u + (0.5 * random.NextNormal()));
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["g"] = g.ToArray(), ["t"] = t.ToArray(), ["y"] = y.ToArray() });
    }

    private static Interval Positive(GlmmFit fit, string name)
    {
        var row = fit.CovarianceParameters.Single(p => p.Name == name);
        var factor = Math.Exp(Quantile * row.StandardError / row.Estimate);
        return new Interval(row.Part, name, row.Estimate, row.Estimate / factor, row.Estimate * factor) { StandardError =
            row.StandardError };
    }

    /// <summary>With an interval on the scale of atanh.</summary>
    private static Interval Correlation(GlmmFit fit)
    {
        var row = fit.CovarianceParameters.Single(p => p.Name == "correlation");
        var half = Quantile * row.StandardError / (1 - (row.Estimate * row.Estimate));
        return new Interval(row.Part, row.Name, row.Estimate, Math.Tanh(Math.Atanh(row.Estimate) - half), Math.Tanh(Math.Atanh(row.Estimate)
            + half)) { StandardError = row.StandardError };
    }

    private static void Line(string what, double truth, Interval[] studies)
    {
        var all = Array.FindAll(studies, i => double.IsFinite(i.StandardError));
        var mean = all.Average(i => i.Estimate);
        var spread = Math.Sqrt(all.Average(i => (i.Estimate - mean) * (i.Estimate - mean)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} ({all.Length} of {studies.Length} studies) | {truth:0.000} | {mean:0.000} | {spread / Math.Sqrt(all.Length):0.000} "
            + $"| {spread:0.000} | {all.Average(i => i.StandardError):0.000} | "
            + $"{all.Average(i => i.Lower <= truth && truth <= i.Upper ? 1.0 : 0):0.00} |"));
    }
}
