using System.Globalization;
using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Model;

namespace EcoGlmm.Diagnostics;

/// <summary>Which rows a figure draws, and what hovering over each of them says.</summary>
internal static class ResidualPoints
{
    /// <summary>Figures of more rows than this draw a part of them.</summary>
    public const int Limit = 1500;

    /// <summary>The most points that hovering says everything of.</summary>
    private const int MostDetailed = 1000;

    /// <summary>Places at each end of a sorted list that are always drawn.</summary>
    private const int EachEnd = 100;

    /// <summary>
    /// The rows to draw, ascending: all of them, or, of many, those at even steps along the order of <paramref name="x"/> and
    /// (even steps again, if they are many) those outside all simulations.
    /// </summary>
    public static int[] Choose(double[] x, double[] scaled)
    {
        var n = x.Length;
        if (n <= Limit)
            return [.. Enumerable.Range(0, n)];
        var keys = (double[])x.Clone();
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(keys, order);
        int[] outliers = [.. order.Where(row => IsOutlier(scaled[row]))];
        var outlierCount = Math.Min(outliers.Length, Limit / 5);
        int[] chosen = [.. Thinning.Steps(n, Limit - outlierCount).Select(i => order[i]), .. Thinning.Steps(outliers.Length, outlierCount)
            .Select(i => outliers[i])];
        return [.. chosen.Distinct().Order()];
    }

    /// <summary>Places of a sorted list to draw: all, or even steps with every place among the first and last hundred.</summary>
    public static int[] ChooseSorted(int n, int limit = Limit) => Thinning.Sorted(n, limit, EachEnd);

    /// <summary>The most levels of a grouping factor that a figure draws; of more, the first and last hundred and even steps
    /// between.</summary>
    public const int MostLevels = 600;

    /// <summary>"; 600 of 4,500 drawn", or nothing when all are.</summary>
    public static string Drawn(int levels) => Thinning.Note(levels, MostLevels);

    public static bool IsOutlier(double scaled) => scaled is 0 or 1;

    /// <summary>How strongly to draw one of so many points.</summary>
    public static double Opacity(int count) => Math.Clamp(30 / Math.Sqrt(count), 0.35, 0.85);

    /// <summary>
    /// Row, observed, predicted, residual, and the central 95 % of what was simulated for the row; of many rows only what the axes do
    /// not show, since words are most of a figure's weight.
    /// </summary>
    public static string[] Hover(SimulatedResiduals residuals, ResidualRows names, int[] rows, Func<int[], double[][]> simulatedRows)
    {
        if (rows.Length > MostDetailed)
        {
            return Array.ConvertAll(rows, row => $"{names.Kind} {names.Label(row)}\nObserved {Number(residuals.ObservedValues[row])}"
                + $"\nPredicted {Number(residuals.FittedValues[row])}");
        }

        var simulated = simulatedRows(rows);
        var text = new string[rows.Length];
        Parallel.For(0, rows.Length, LiveProgress.CurrentParallel(), i =>
        {
            var row = rows[i];
            Array.Sort(simulated[i]);
            var line = new StringBuilder()
                .Append(names.Kind).Append(' ').Append(names.Label(row))
                .Append("\nObserved ").Append(Number(residuals.ObservedValues[row]))
                .Append("\nPredicted ").Append(Number(residuals.FittedValues[row]))
                .Append("\nResidual ").Append(residuals.ScaledValues[row].ToString("0.###", CultureInfo.InvariantCulture))
                .Append("\nSimulated ").Append(Number(Quantile(simulated[i], 0.025))).Append(" to ")
                .Append(Number(Quantile(simulated[i], 0.975))).Append(" (95 %)");
            if (IsOutlier(residuals.ScaledValues[row]))
                line.Append(residuals.ScaledValues[row] == 0 ? "\nBelow all simulations" : "\nAbove all simulations");
            text[i] = line.ToString();
        });
        return text;
    }

    /// <summary>A quantile of sorted values, linear between them (R's type 7).</summary>
    internal static double Quantile(double[] sorted, double probability)
    {
        var h = (sorted.Length - 1) * probability;
        var low = (int)Math.Floor(h);
        return low + 1 < sorted.Length ? sorted[low] + (h - low) * (sorted[low + 1] - sorted[low]) : sorted[low];
    }

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
