using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Points, one for each pair of <paramref name="X"/> and <paramref name="Y"/>.</summary>
/// <param name="X">The horizontal positions.</param>
/// <param name="Y">The vertical positions, as many.</param>
public sealed record PointTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y) : PanelTrace
{
    /// <summary>What hovering over each point shows; null shows its coordinates.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>A name drawn beside each point, where there is room for it; empty for none.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>A value carried along with each point for scripts, such as its row number; not shown.</summary>
    public IReadOnlyList<double>? CustomData { get; init; }

    /// <summary>The diameter, in pixels.</summary>
    public double Size { get; init; } = 6;

    /// <summary>The symbol of every point.</summary>
    public MarkerSymbol Symbol { get; init; }

    /// <summary>A colour for each point, before <see cref="PanelTrace.Color"/>.</summary>
    public IReadOnlyList<string>? Colors { get; init; }

    /// <summary>A diameter for each point, in pixels, before <see cref="Size"/>.</summary>
    public IReadOnlyList<double>? Sizes { get; init; }

    /// <summary>A symbol for each point, before <see cref="Symbol"/>.</summary>
    public IReadOnlyList<MarkerSymbol>? Symbols { get; init; }

    /// <summary>The left end of a horizontal interval through each point.</summary>
    public IReadOnlyList<double>? XLower { get; init; }

    /// <summary>The right end of a horizontal interval through each point.</summary>
    public IReadOnlyList<double>? XUpper { get; init; }

    /// <summary>The lower end of a vertical interval through each point.</summary>
    public IReadOnlyList<double>? YLower { get; init; }

    /// <summary>The upper end of a vertical interval through each point.</summary>
    public IReadOnlyList<double>? YUpper { get; init; }

    /// <summary>Beyond so many points SVG is slow, and WebGL draws them.</summary>
    private const int MostSvgPoints = 15_000;

    /// <summary>Up to so many points, those on the edge of the plot are drawn whole.</summary>
    private const int MostWholePoints = 5000;

    /// <summary>From so many points on, those that fall on the same half pixel are drawn once.</summary>
    private const int Many = 2000;

    internal override string Summary => Counted(X.Count, "point");

    internal override IReadOnlyList<double> Drawn => Y;

    internal override bool IsClipped => false;

    internal override string PlotlyType => X.Count > MostSvgPoints ? "scattergl" : "scatter";

    internal override void Check()
    {
        Same(X.Count, Y.Count, "Y");
        Same(X.Count, Text?.Count, "Text");
        Same(X.Count, Labels?.Count, "Labels");
        Same(X.Count, CustomData?.Count, "CustomData");
        Same(X.Count, Colors?.Count, "Colors");
        Same(X.Count, Sizes?.Count, "Sizes");
        Same(X.Count, Symbols?.Count, "Symbols");
        Both(XLower, XUpper, "XLower", "XUpper");
        Both(YLower, YUpper, "YLower", "YUpper");
        Same(X.Count, XLower?.Count, "XLower");
        Same(X.Count, XUpper?.Count, "XUpper");
        Same(X.Count, YLower?.Count, "YLower");
        Same(X.Count, YUpper?.Count, "YUpper");
    }

    internal override bool CanBeMoved => true;

    internal override PanelTrace Moved(Func<double, double> x, Func<double, double> y) => this with
    {
        X = [.. X.Select(x)], Y = [.. Y.Select(y)], XLower = XLower?.Select(x).ToArray(), XUpper = XUpper?.Select(x).ToArray(),
        YLower = YLower?.Select(y).ToArray(), YUpper = YUpper?.Select(y).ToArray(), Text = Text ?? Coordinates(X, Y),
    };

    internal override void Extend(PanelExtent extent)
    {
        extent.X.AddRange([.. X, .. XLower ?? [], .. XUpper ?? []]);
        extent.Y.AddRange([.. Y, .. YLower ?? [], .. YUpper ?? []]);
    }

    internal override void Draw(SvgTraces svg, string color)
    {
        DrawIntervals(svg, color);
        var groups = new Dictionary<(string, double, MarkerSymbol), (StringBuilder Path, HashSet<(int, int)> Seen)>();
        var grid = X.Count > Many ? 2.0 : 10.0;
        for (var i = 0; i < X.Count; i++)
        {
            var (x, y) = (svg.X(X[i]), svg.Y(Y[i]));
            if (!svg.Inside(x, y))
                continue;
            var key = (Colors?[i] ?? color, Sizes?[i] ?? Size, Symbols?[i] ?? Symbol);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = (new StringBuilder(), []);
            var (gx, gy) = ((int)Math.Round(x * grid), (int)Math.Round(y * grid));
            if (group.Seen.Add((gx, gy)))
                SvgMarker.Add(group.Path, gx / grid, gy / grid, key.Item2, key.Item3);
        }

        foreach (var ((fill, size, symbol), (path, _)) in groups)
            SvgMarker.Draw(svg.Text, path, size, symbol, fill, Opacity);
        DrawLabels(svg);
    }

    private void DrawLabels(SvgTraces svg)
    {
        if (Labels is null)
            return;
        (double X, double Y)[] points = [.. X.Select((x, i) => (svg.X(x), svg.Y(Y[i])))];
        var sides = LabelPlaces.Choose(points, Labels, svg.Width, svg.Height, Obstacles(svg.Panel, svg.X, svg.Y));
        for (var i = 0; i < points.Length; i++)
            svg.Label(Labels[i], points[i].X, points[i].Y, sides[i]);
    }

    internal override void DrawKey(StringBuilder svg, double x, double y, string color) =>
        SvgMarker.Draw(svg, x + 15, y, 8, Symbol, color, Opacity);

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        var json = plotly.Json;
        json.WriteString("mode", Labels is null ? "markers" : "markers+text");
        plotly.Numbers("x", X);
        plotly.Numbers("y", Y);
        plotly.Hover(panel, Text, Labels is null ? "text" : "hovertext");
        if (Labels is not null)
            WriteLabels(plotly, panel, Labels);
        if (CustomData is not null)
            plotly.Numbers("customdata", CustomData);
        if (X.Count <= MostWholePoints)
            json.WriteBoolean("cliponaxis", false);
        json.WriteStartObject("marker");
        if (Colors is not null)
            json.Texts("color", Colors.Select(plotly.Paint));
        else
            json.WriteString("color", plotly.Paint(color));
        if (Sizes is not null)
            plotly.Numbers("size", Sizes);
        else
            json.Number("size", Size);
        if (Symbols is not null)
            json.Texts("symbol", Symbols.Select(PlotlyTraces.Symbol));
        else if (Symbol != MarkerSymbol.Circle)
            json.WriteString("symbol", PlotlyTraces.Symbol(Symbol));
        json.Number("opacity", Opacity);
        json.WriteStartObject("line");
        json.Number("width", 0);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteIntervals(plotly, "error_x", X, XLower, XUpper, color);
        WriteIntervals(plotly, "error_y", Y, YLower, YUpper, color);
    }

    /// <summary>The plot for which names find their places, in pixels: one that a notebook on a narrow page has.</summary>
    private const double LabelledWidth = 270, LabelledHeight = 380;

    private void WriteLabels(PlotlyTraces plotly, Panel panel, IReadOnlyList<string> labels)
    {
        var (x, y) = AxisFrame.Of(panel);
        if (panel.EqualScales)
            (x, y) = AxisFrame.Equal(x, y, LabelledWidth, LabelledHeight);
        double Across(double value) => x.Fraction(value) * LabelledWidth;
        double Down(double value) => (1 - y.Fraction(value)) * LabelledHeight;
        (double X, double Y)[] points = [.. X.Select((value, i) => (Across(value), Down(Y[i])))];
        var sides = LabelPlaces.Choose(points, labels, LabelledWidth, LabelledHeight, Obstacles(panel, Across, Down));
        plotly.Json.Texts("text", labels.Select((label, i) => sides[i] == LabelSide.None ? "" : PlotlyText.Encode(label)));
        plotly.Json.Texts("textposition", sides.Select(PlotlyTraces.Place));
        plotly.Json.WriteStartObject("textfont");
        plotly.Json.Number("size", FigureGeometry.TickFont);
        plotly.Json.WriteEndObject();
    }

    /// <summary>Traces of more points are a background, which names may lie on.</summary>
    private const int MostInTheWay = 200;

    /// <summary>The points of the panel's other traces with their intervals, which no name is to cover.</summary>
    private IEnumerable<PlotBox> Obstacles(Panel panel, Func<double, double> x, Func<double, double> y) =>
        panel.Traces.OfType<PointTrace>().Where(t => !ReferenceEquals(t, this) && t.X.Count <= MostInTheWay)
            .SelectMany(t => Enumerable.Range(0, t.X.Count).SelectMany(i => t.Marks(i, x, y)));

    /// <summary>What a point and its intervals cover, in pixels.</summary>
    private IEnumerable<PlotBox> Marks(int i, Func<double, double> x, Func<double, double> y)
    {
        var (across, down) = (x(X[i]), y(Y[i]));
        yield return PlotBox.Around(across, down, (Sizes?[i] ?? Size) / 2);
        if (XLower is not null)
            yield return new PlotBox(x(XLower[i]), down - 1, x(XUpper![i]), down + 1);
        if (YLower is not null)
            yield return new PlotBox(across - 1, y(YUpper![i]), across + 1, y(YLower[i]));
    }

    private void DrawIntervals(SvgTraces svg, string color)
    {
        var path = new StringBuilder();
        for (var i = 0; i < X.Count; i++)
        {
            var (x, y) = (svg.X(X[i]), svg.Y(Y[i]));
            if (!svg.Inside(x, y))
                continue;
            if (XLower is not null && double.IsFinite(XLower[i]) && double.IsFinite(XUpper![i]))
                path.Append('M').Pair(svg.ClampX(XLower[i]), y).Append('H').Append(SvgFigure.Number(svg.ClampX(XUpper[i])));
            if (YLower is not null && double.IsFinite(YLower[i]) && double.IsFinite(YUpper![i]))
                path.Append('M').Pair(x, svg.ClampY(YLower[i])).Append('V').Append(SvgFigure.Number(svg.ClampY(YUpper[i])));
        }

        if (path.Length > 0)
            svg.Path(path, color, 1.3, LineDash.Solid, Opacity);
    }

    private static void WriteIntervals(PlotlyTraces plotly, string name, IReadOnlyList<double> centre, IReadOnlyList<double>? lower,
        IReadOnlyList<double>? upper, string color)
    {
        if (lower is null || upper is null)
            return;
        var json = plotly.Json;
        json.WriteStartObject(name);
        json.WriteString("type", "data");
        json.WriteBoolean("symmetric", false);
        plotly.Numbers("array", centre.Zip(upper, (c, u) => u - c));
        plotly.Numbers("arrayminus", centre.Zip(lower, (c, l) => c - l));
        json.WriteString("color", plotly.Paint(color));
        json.Number("thickness", 1.3);
        json.Number("width", 0);
        json.WriteEndObject();
    }
}
