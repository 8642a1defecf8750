namespace EcoGlmm.Charts;

/// <summary>Amounts that start at zero, a row each, named at the left from top to bottom.</summary>
internal static class LollipopPanel
{
    /// <param name="title">Heading of the panel.</param>
    /// <param name="names">The rows.</param>
    /// <param name="amounts">Their amounts; NaN for none.</param>
    /// <param name="axis">The horizontal axis.</param>
    /// <param name="color">Colour of stems and heads.</param>
    /// <param name="text">What hovering shows.</param>
    public static Panel Of(string? title,
        IReadOnlyList<string> names, IReadOnlyList<double> amounts, Axis axis, string color, Func<int, string> text)
    {
        var n = names.Count;
        int[] rows = [.. Enumerable.Range(0, n).Where(i => double.IsFinite(amounts[i]))];
        double[] x = [.. rows.Select(i => amounts[i])], y = [.. rows.Select(i => n - 1.0 - i)];
        return new Panel(title,
            new LineTrace([.. x.SelectMany(v => new[] { 0, v, double.NaN })], [.. y.SelectMany(v => new[] { v, v, double.NaN })]) { Color =
                color, Width = 3 },
            new PointTrace(x, y) { Color = color, Size = 10, Text = [.. rows.Select(text)] })
        {
            XAxis = axis,
            YAxis = new Axis { Categories = [.. names.Reverse()], Minimum = -0.7, Maximum = n - 0.3 },
            Shapes = [PanelShape.VerticalLine(0)],
        };
    }
}
