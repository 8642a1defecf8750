using System.Globalization;
using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Benchmarks;

/// <summary>How often the quantile test rejects, on residuals without a model that have a pattern of known shape.</summary>
internal static class QuantileBenchmark
{
    private sealed record Shape(string Name, Func<double, double> Mean, Func<double, double> Spread);

    private static readonly Shape[] Shapes =
    [
        new("none (the size)", _ => 0, _ => 1),
        new("mean 0.45 (u − ½)", u => 0.45 * (u - 0.5), _ => 1),
        new("mean 2 (u − ½)²", u => 2 * (u - 0.5) * (u - 0.5), _ => 1),
        new("spread exp(0.5 (u − ½))", _ => 0, u => Math.Exp(0.5 * (u - 0.5))),
        new("mean 0.45 sin 4πu", u => 0.45 * Math.Sin(4 * Math.PI * u), _ => 1),
        new("mean 0.45 sin 6πu", u => 0.45 * Math.Sin(6 * Math.PI * u), _ => 1),
        new("mean 0.45 sin 8πu", u => 0.45 * Math.Sin(8 * Math.PI * u), _ => 1),
        new("mean 0.8 in a sixth of the range", u => u is > 0.4 and < 0.4 + (1.0 / 6) ? 0.8 : 0, _ => 1),
        new("mean 0.35 in the upper half", u => u > 0.5 ? 0.35 : 0, _ => 1),
    ];

    public static void Run(Arguments arguments)
    {
        var count = int.Parse(arguments.Value("count") ?? "1000", CultureInfo.InvariantCulture);
        int[] sizes = [200, 600];
        Console.WriteLine($"| pattern | {string.Join(" | ", sizes.Select(n => $"{n} rows"))} |");
        foreach (var shape in Shapes)
        {
            var shares = sizes.Select(rows => 100.0 * Enumerable.Range(1, count).Count(study => Rejects(shape, rows, study)) / count);
            Console.WriteLine($"| {shape.Name} | "
                + $"{string.Join(" | ", shares.Select(s => s.ToString("0.0", CultureInfo.InvariantCulture)))} |");
        }
    }

    private static bool Rejects(Shape shape, int rows, int study)
    {
        var random = new RandomStream(((long)rows * 100_000) + study);
        double[] u = [.. Enumerable.Range(0, rows).Select(i => (i + 0.5) / rows)];
        double[] residuals = [.. u.Select(at => Normal.CDF(0, 1, shape.Mean(at) + (shape.Spread(at) * random.NextNormal())))];
        var curves = QuantileSpline.Test(u, residuals, [0.25, 0.5, 0.75]);
        return PValueAdjustment.BenjaminiHochberg([.. curves.Select(c => c.PValue)]).Min() < TestResult.SignificanceLevel;
    }
}
