namespace EcoGlmm.Prediction;

/// <summary>Rasters over places.</summary>
internal static class MapRaster
{
    /// <summary>How far a map reaches beyond the places, relative to the longer side.</summary>
    private const double Margin = 0.05;

    /// <summary>Steps of a raster may differ by this much.</summary>
    private const double Unevenness = 1e-6;

    /// <summary>Centres of square cells over places, so many along the longer side.</summary>
    public static (double[] X, double[] Y) Axes(IEnumerable<(double X, double Y)> places, int cells)
    {
        double left = double.PositiveInfinity, right = double.NegativeInfinity, bottom = double.PositiveInfinity,
            top = double.NegativeInfinity;
        foreach (var (x, y) in places)
        {
            (left, right) = (Math.Min(left, x), Math.Max(right, x));
            (bottom, top) = (Math.Min(bottom, y), Math.Max(top, y));
        }

        var margin = Margin * Math.Max(right - left, top - bottom);
        (left, right, bottom, top) = (left - margin, right + margin, bottom - margin, top + margin);
        var side = Math.Max(right - left, top - bottom) / cells;
        return (Centres(left, right, side), Centres(bottom, top, side));
    }

    /// <summary>The axes of rows that are cells of a raster, whole or in part; null where they are none.</summary>
    public static (double[] X, double[] Y)? Of(double[] x, double[] y) =>
        Even(x) is { } xs && Even(y) is { } ys && (long)xs.Length * ys.Length <= 4L * Math.Max(x.Length, 100) ? (xs, ys) : null;

    /// <summary>The place of a centre among evenly spaced ones.</summary>
    public static int IndexOf(double[] axis, double value) => axis.Length < 2
        ? 0 : (int)Math.Round((value - axis[0]) / ((axis[^1] - axis[0]) / (axis.Length - 1)));

    private static double[] Centres(double low, double high, double side)
    {
        var count = Math.Max(1, (int)Math.Round((high - low) / side));
        return [.. Enumerable.Range(0, count).Select(k => low + ((k + 0.5) * (high - low) / count))];
    }

    private static double[]? Even(double[] values)
    {
        double[] distinct = [.. values.Where(double.IsFinite).Distinct().Order()];
        if (distinct.Length < 2) return null;
        var step = Enumerable.Range(1, distinct.Length - 1).Min(k => distinct[k] - distinct[k - 1]);
        var count = Math.Round((distinct[^1] - distinct[0]) / step);
        if (!(count <= 2000) || distinct.Any(v => Math.Abs(((v - distinct[0]) / step) - Math.Round((v - distinct[0]) / step)) > Unevenness
            * count)) return null;
        return [.. Enumerable.Range(0, (int)count + 1).Select(k => distinct[0] + (k * (distinct[^1] - distinct[0]) / count))];
    }
}
