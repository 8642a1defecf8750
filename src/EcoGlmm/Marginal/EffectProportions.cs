using EcoGlmm.Text;
using MathNet.Numerics.RootFinding;

namespace EcoGlmm.Marginal;

/// <summary>
/// Observations of yes or no in an effect chart: zeros and ones would be two piles, so that each point is the proportion of ones among
/// rows that lie together, its area in proportion to how many they are.
/// </summary>
internal sealed class EffectProportions(GlmmFit fit, EffectRows observations)
{
    /// <summary>Rows of a point along a covariate, about, and the most points of a curve.</summary>
    private const int RowsOfPoint = 15, MostPoints = 10;

    /// <summary>A covariate of so few values has a point at each of them.</summary>
    private const int FewValues = 12;

    private const double Largest = 11, Smallest = 5;

    /// <summary>Up to so many points of factor levels have their number of rows beside them.</summary>
    private const int MostLabels = 24;

    /// <summary>Counts of rows that differ by less than this are told as about equal.</summary>
    private const double AboutEqual = 1.3;

    /// <summary>Whether the response is zero or one in every row.</summary>
    public static bool AreOf(GlmmFit fit) =>
        Enumerable.Range(0, fit.ObservationCount).All(row => fit.Observed(row) is 0 or 1 && (fit.Family.WeightRole != WeightRole.Trials
            || fit.SizeOf(row) == 1));

    /// <summary>Points along a covariate, of about as many rows each.</summary>
    /// <param name="rows">Rows of the fit.</param>
    /// <param name="x">The covariate in each of them.</param>
    /// <param name="means">What the curve has there, to adjust the observations to; null for observations as they are.</param>
    /// <param name="name">What the covariate is called.</param>
    /// <param name="color">The colour of the points.</param>
    public PointTrace Along(int[] rows, double[] x, double[]? means, string name, string color)
    {
        var bins = Bins(x);
        return Trace(rows, means, bins, [.. bins.Select(bin => bin.Average(i => x[i]))], [.. bins.Select(bin =>
        {
            var (low, high) = (bin.Min(i => x[i]), bin.Max(i => x[i]));
            return low == high ? $"{name} = {NumberFormat.Significant(low, 3)}"
                : $"{name} = {NumberFormat.Significant(low, 3)} to {NumberFormat.Significant(high, 3)}";
        })]) with { Color = color };
    }

    /// <summary>A point for each level of a factor.</summary>
    /// <param name="rows">Rows of the fit.</param>
    /// <param name="level">The level in each of them.</param>
    /// <param name="means">As for <see cref="Along"/>.</param>
    /// <param name="position">Where a level stands.</param>
    /// <param name="label">What it is called.</param>
    /// <param name="color">The colour of the points.</param>
    public PointTrace AtLevels(int[] rows, int[] level, double[]? means, Func<int, double> position, Func<int, string> label, string color)
    {
        int[][] bins = [.. Enumerable.Range(0, rows.Length).GroupBy(i => level[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        return Trace(rows, means, bins, [.. bins.Select(bin => position(level[bin[0]]))], [.. bins.Select(bin => label(level[bin[0]]))])
            with { Color = color, Symbol = MarkerSymbol.Diamond };
    }

    /// <summary>All panels with areas by the largest number of rows of any, the numbers beside the points of factors.</summary>
    public static IReadOnlyList<Panel> Sized(IReadOnlyList<Panel> panels, bool isFactor)
    {
        var counts = Counts(panels);
        if (counts.Length == 0)
            return panels;
        var most = counts.Max();
        return [.. panels.Select(panel => panel with
        {
            Traces = [.. panel.Traces.Select(t => !IsProportion(t) || t is not PointTrace points ? t : points with
            {
                Sizes = [.. points.CustomData!.Select(n => Math.Max(Smallest, Largest * Math.Sqrt(n / most)))],
                Labels = isFactor && counts.Length <= MostLabels ? [.. points.CustomData!.Select(n => NumberFormat.Count((long)n))] : null,
            })],
        })];
    }

    /// <summary>What the points are and of how many rows.</summary>
    /// <param name="panels">The panels with them.</param>
    /// <param name="isFactor">Whether they are of levels of a factor.</param>
    /// <param name="ofAllLevels">Whether the curve is the typical level's, which is not the mean of all where the link bends.</param>
    public static string Words(IReadOnlyList<Panel> panels, bool isFactor, bool ofAllLevels)
    {
        var counts = Counts(panels);
        if (counts.Length == 0)
            return "";
        var (fewest, most) = (counts.Min(), counts.Max());
        var each = fewest == most ? NumberFormat.Count((long)most) : $"{NumberFormat.Count((long)fewest)} to "
            + NumberFormat.Count((long)most);
        return $"{(isFactor ? "diamonds" : "points")}: proportions among {each} rows{(ofAllLevels ? " of all levels" : "")}"
            + (most > AboutEqual * fewest ? ", larger for more" : "");
    }

    private const string TraceName = "Proportion";

    private static bool IsProportion(PanelTrace trace) => trace is PointTrace { Name: TraceName, CustomData: not null };

    private static double[] Counts(IReadOnlyList<Panel> panels) =>
        [.. panels.SelectMany(p => p.Traces).Where(IsProportion).Cast<PointTrace>().SelectMany(t => t.CustomData!)];

    private PointTrace Trace(int[] rows, double[]? means, int[][] bins, double[] x, string[] where)
    {
        double[] y = [.. bins.Select(bin => means is null ? bin.Average(i => fit.Observed(rows[i])) : Adjusted(rows, means, bin))];
        return new PointTrace(x, y)
        {
            Name = TraceName,
            Opacity = 0.55,
            CustomData = [.. bins.Select(bin => (double)bin.Length)],
            Text = [.. bins.Select((bin, k) => $"{where[k]}\n{fit.Specification.Response.Name}: "
                + $"{NumberFormat.Count(bin.Count(i => fit.Observed(rows[i]) == 1))} of {NumberFormat.Count(bin.Length)} rows"
                + (means is null ? $" ({NumberFormat.Significant(y[k], 3)})" : $"\nadjusted {NumberFormat.Significant(y[k], 3)}"))],
        };
    }

    /// <summary>
    /// The proportion that the rows would have where the curve holds everything else: its means moved on the scale of the link by what
    /// the rows' fitted values have to be moved by to have their proportion.
    /// </summary>
    private double Adjusted(int[] rows, double[] means, int[] bin)
    {
        if (fit.Family.WeightRole != WeightRole.Trials)
        {
            var shown = observations.Adjusted([.. bin.Select(i => rows[i])], [.. bin.Select(i => means[i])]);
            return shown.Average();
        }

        var link = fit.Family.Link;
        var observed = bin.Average(i => fit.Observed(rows[i]));
        if (observed is 0 or 1)
            return observed;
        var fitted = Array.ConvertAll(bin, i => link.LinearPredictor(observations.Fitted(rows[i])));
        double Mean(double by) => fitted.Average(eta => link.Mean(eta + by)) - observed;
        if (!Brent.TryFindRoot(Mean, -LargestMove, LargestMove, MoveAccuracy, MostSteps, out var move)) return observed;
        return bin.Average(i => link.Mean(link.LinearPredictor(means[i]) + move));
    }

    /// <summary>Beyond this, on the scale of a link, a probability is zero or one.</summary>
    private const double LargestMove = 64;

    /// <summary>How exact the move is, far below what a chart shows, and after how many steps at most.</summary>
    private const double MoveAccuracy = 1e-10;

    private const int MostSteps = 200;

    /// <summary>Indices that lie together: at each value where there are few, else as many in each, like values together.</summary>
    private static int[][] Bins(double[] x)
    {
        int[] order = [.. Enumerable.Range(0, x.Length).Where(i => double.IsFinite(x[i])).OrderBy(i => x[i])];
        int[][] values = [.. order.GroupBy(i => x[i]).Select(g => g.ToArray())];
        if (values.Length <= FewValues && values.Length * RowsOfPoint <= 2 * order.Length)
            return values;
        var points = Math.Clamp(order.Length / RowsOfPoint, 1, MostPoints);
        var bins = Enumerable.Range(0, points).Select(_ => new List<int>()).ToArray();
        var before = 0;
        foreach (var value in values)
        {
            // By the middle of the rows that have the value.
            bins[(int)((before + (value.Length / 2.0)) * points / order.Length)].AddRange(value);
            before += value.Length;
        }

        return [.. bins.Where(bin => bin.Count > 0).Select(bin => bin.ToArray())];
    }
}
