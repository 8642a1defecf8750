namespace EcoGlmm.Charts;

/// <summary>One line of a panel's heading, broken to fit its plot.</summary>
internal sealed record HeaderLine(string Text, string Color, bool Bold, double FontSize);

/// <summary>Where one panel's plot lies in the figure, in pixels from its upper left corner.</summary>
internal sealed record PanelBox(
    Panel Panel, AxisFrame X, AxisFrame Y, double Left, double Top, double Width, double Height,
    IReadOnlyList<HeaderLine> Header, bool SlantedLabels, double NameRoom)
{
    public double Bottom => Top + Height;

    public double Right => Left + Width;
}

/// <summary>An entry of the legend and where it begins.</summary>
internal sealed record LegendEntry(string Name, PanelTrace Trace, string Color, double Left, double Top);

/// <summary>
/// The layout of a figure at a given width. The still picture and the Plotly figure share it, so that one can take the
/// other's place without a jump.
/// </summary>
internal sealed class FigureGeometry
{
    public const double TickFont = 11;
    public const double LabelFont = 12;
    public const double PanelTitleFont = 14;
    public const double TitleFont = 17;
    public const double HeaderLineHeight = 16;
    public const double PanelTitleLineHeight = 19;
    public const double TitleLineHeight = 23;
    public const double SubtitleLineHeight = 17;
    public const double NameLineHeight = 14;
    private const double RightMargin = 18;
    private const double NarrowestPanel = 300, NarrowestSmallPanel = 170;
    private const double LegendLineHeight = 21;

    /// <summary>The share of a panel's place that names at its left may take, and what they may take at least, in pixels.</summary>
    private const double NameShare = 0.4, LeastNameRoom = 84;

    private readonly double[] _leftMargins;
    private readonly double _nameRoom;
    private readonly double _panelHeight;

    public FigureGeometry(Figure figure, double width)
    {
        Figure = figure;
        Width = width;
        TitleLines = TextWidth.Wrap(figure.Title, width - 2 * RightMargin, TitleFont);
        SubtitleLines = TextWidth.Wrap(figure.Subtitle, width - 2 * RightMargin, LabelFont);
        TitleHeight = TitleLines.Count * TitleLineHeight + SubtitleLines.Count * SubtitleLineHeight
            + (TitleLines.Count + SubtitleLines.Count > 0 ? 12 : 0);
        var most = figure.Columns > 0 ? figure.Columns : figure.Panels.Count == 4 ? 2 : 3;
        var narrowest = figure.HasSmallPanels ? NarrowestSmallPanel : NarrowestPanel;
        Columns = (int)Math.Clamp(Math.Floor(width / narrowest), 1, Math.Clamp(figure.Panels.Count, 1, most));
        var frames = figure.Panels.Select(AxisFrame.Of).ToArray();
        _nameRoom = Math.Max(LeastNameRoom, (NameShare * width / Columns) - AroundNames);
        _panelHeight = frames.Select(f => HeightFor(f.Y)).Append(figure.PanelHeight).Max();
        _leftMargins = [.. Enumerable.Range(0, Columns).Select(c =>
            frames.Where((_, i) => i % Columns == c).Select(f => LeftOf(f.Y)).DefaultIfEmpty(RightMargin).Max())];
        Panels = Place(frames, out var bottom);
        Legend = PlaceLegend(bottom, out var height);
        LegendTop = bottom;
        Height = height;
    }

    public Figure Figure { get; }

    public double Width { get; }

    public double Height { get; }

    public int Columns { get; }

    public double LeftMargin => _leftMargins[0];

    public double TitleHeight { get; }

    public double LegendTop { get; }

    public IReadOnlyList<string> TitleLines { get; }

    public IReadOnlyList<string> SubtitleLines { get; }

    public IReadOnlyList<PanelBox> Panels { get; }

    public IReadOnlyList<LegendEntry> Legend { get; }

    public static string ColorOf(Panel panel, int trace) => panel.Traces[trace].Color ?? Palette.Cycle(trace);

    private PanelBox[] Place((AxisFrame X, AxisFrame Y)[] frames, out double bottom)
    {
        var boxes = new PanelBox[frames.Length];
        var rightMargin = RightMargin + (Figure.Panels.Any(p => p.Traces.Any(t => t.HasColorBar)) ? RasterScale.BarMargin : 0);
        var plotWidth = (Width - _leftMargins.Sum() - Columns * rightMargin) / Columns;
        var top = TitleHeight;
        for (var first = 0; first < frames.Length; first += Columns)
        {
            var row = Enumerable.Range(first, Math.Min(Columns, frames.Length - first)).ToArray();
            var headers = row.Select(i => HeaderOf(Figure.Panels[i], plotWidth)).ToArray();
            top += headers.Max(HeaderHeight) + 10;
            var below = 0.0;
            for (var k = 0; k < row.Length; k++)
            {
                var (x, y) = frames[row[k]];
                var slanted = Slanted(x, plotWidth);
                if (Figure.Panels[row[k]].EqualScales)
                    (x, y) = AxisFrame.Equal(x, y, plotWidth, _panelHeight);
                var left = _leftMargins.Take(k + 1).Sum() + k * (rightMargin + plotWidth);
                boxes[row[k]] = new PanelBox(
                    Figure.Panels[row[k]], x, y, left, top, plotWidth, _panelHeight, headers[k], slanted, _nameRoom);
                below = Math.Max(below, BelowPlot(x, plotWidth, slanted));
            }

            top += _panelHeight + below;
        }

        bottom = top;
        return boxes;
    }

    private LegendEntry[] PlaceLegend(double top, out double bottom)
    {
        var entries = new List<LegendEntry>();
        var (x, y) = (LeftMargin, top);
        foreach (var panel in Figure.Panels)
            for (var i = 0; i < panel.Traces.Count; i++)
            {
                var trace = panel.Traces[i];
                if (!trace.ShowInLegend || string.IsNullOrEmpty(trace.Name) || entries.Any(e => e.Name == trace.Name))
                    continue;
                var width = 46 + TextWidth.Of(trace.Name, LabelFont);
                if (x > LeftMargin && x + width > Width - RightMargin)
                    (x, y) = (LeftMargin, y + LegendLineHeight);
                entries.Add(new LegendEntry(trace.Name, trace, ColorOf(panel, i), x, y));
                x += width;
            }

        bottom = entries.Count > 0 ? y + LegendLineHeight + 8 : top;
        return [.. entries];
    }

    private static List<HeaderLine> HeaderOf(Panel panel, double width)
    {
        var lines = TextWidth.Wrap(panel.Title, width, PanelTitleFont)
            .Select(line => new HeaderLine(line, Palette.Ink, true, PanelTitleFont)).ToList();
        foreach (var note in panel.Annotations.Where(a => a.Place == AnnotationPlace.Header))
            lines.AddRange(TextWidth.Wrap(note.Text, width, note.Bold ? 1.08 * LabelFont : LabelFont)
                .Select(line => new HeaderLine(line, note.Color, note.Bold, LabelFont)));
        return lines;
    }

    public static double LineHeight(HeaderLine line) =>
        line.FontSize == PanelTitleFont ? PanelTitleLineHeight : HeaderLineHeight;

    private static double HeaderHeight(IReadOnlyList<HeaderLine> lines) => lines.Sum(LineHeight) + 6;

    /// <summary>The tick, gaps and, where there is one, the title left of the names.</summary>
    private const double AroundNames = 16, SideTitle = 22;

    private double LeftOf(AxisFrame y)
    {
        var title = string.IsNullOrEmpty(y.Axis.Title) ? 0 : SideTitle;
        return Math.Max(46, AroundNames + WidestLine(y.Ticks(_panelHeight, 45, _nameRoom)) + title);
    }

    /// <summary>The widest line of labels, in pixels.</summary>
    public static double WidestLine(IEnumerable<(double Fraction, string Label)> ticks) =>
        ticks.SelectMany(t => t.Label.Split('\n')).Select(line => TextWidth.Of(line, TickFont)).DefaultIfEmpty(0).Max();

    /// <summary>The height that names on several lines need; none for names too many to be shown all.</summary>
    private double HeightFor(AxisFrame y)
    {
        if (y.Axis.Categories is not { Count: > 0 } names || names.Count * NameLineHeight > Figure.PanelHeight)
            return 0;
        var lines = names.Max(name => TextWidth.WrapName(name, _nameRoom, TickFont).Count(c => c == '\n') + 1);
        return names.Count * ((lines * NameLineHeight) + 4);
    }

    private static bool Slanted(AxisFrame x, double width) =>
        x.Axis.Categories is { Count: > 0 } names
        && names.Max(n => TextWidth.Of(TextWidth.Shorten(n, AxisFrame.LongestName), TickFont)) > 0.92 * width / names.Count;

    private static double BelowPlot(AxisFrame x, double width, bool slanted)
    {
        var labels = slanted
            ? 18 + 0.71 * x.CategoryTicks(width, null).Max(t => TextWidth.Of(t.Label, TickFont))
            : 20;
        return labels + (string.IsNullOrEmpty(x.Axis.Title) ? 6 : 28) + 6;
    }
}
