using System.Text;
using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>One series of a <see cref="Panel"/>: points, a line, a histogram, bars, a box, a violin, a raster.</summary>
/// <remarks>Values that are NaN or infinite are left out of the drawing. Immutable, and safe to share among threads.</remarks>
public abstract record PanelTrace
{
    private protected PanelTrace()
    {
    }

    /// <summary>The name, shown in the legend and on hovering.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the legend lists the trace.</summary>
    public bool ShowInLegend { get; init; }

    /// <summary>A colour as #RRGGBB or <see cref="Palette.Ink"/>; null takes the next of <see cref="Palette.Colors"/>.</summary>
    public string? Color { get; init; }

    /// <summary>From 0 (invisible) to 1 (opaque).</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>What it is, in words: "12 points".</summary>
    internal abstract string Summary { get; }

    /// <summary>The values that tell whether there is anything to draw.</summary>
    internal abstract IReadOnlyList<double> Drawn { get; }

    /// <summary>Whether a still picture cuts off what lies outside the plot; points on its edge stay whole.</summary>
    internal virtual bool IsClipped => true;

    /// <summary>Whether its values are colours, told by a bar beside the panel.</summary>
    internal virtual bool HasColorBar => false;

    /// <summary>The colours of its values, where it has a bar of them.</summary>
    internal virtual RasterScale? ColorScale() => null;

    /// <summary>Plotly's name of the kind.</summary>
    internal abstract string PlotlyType { get; }

    /// <summary>Refuses lists that do not match.</summary>
    internal virtual void Check()
    {
    }

    /// <summary>Whether <see cref="Moved"/> is of the kind.</summary>
    internal virtual bool CanBeMoved => false;

    /// <summary>The same with other coordinates, hovering over which shows those it had.</summary>
    internal virtual PanelTrace Moved(Func<double, double> x, Func<double, double> y) =>
        throw new InvalidOperationException($"A {GetType().Name} cannot be moved.");

    /// <summary>What hovering shows of points that are drawn elsewhere.</summary>
    private protected static IReadOnlyList<string> Coordinates(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        [.. x.Select((value, i) => $"{NumberFormat.Significant(value)}, {NumberFormat.Significant(y[i])}")];

    /// <summary>Adds what the axes have to reach.</summary>
    internal abstract void Extend(PanelExtent extent);

    /// <summary>Draws it into a still picture.</summary>
    internal abstract void Draw(SvgTraces svg, string color);

    /// <summary>Draws its mark in the legend, 30 pixels wide from (x, y) on, y being the middle.</summary>
    internal virtual void DrawKey(StringBuilder svg, double x, double y, string color) =>
        svg.Append("<rect").Attribute("x", x + 9).Attribute("y", y - 6).Attribute("width", 12).Attribute("height", 12)
            .Append(" fill=\"").Append(SvgFigure.Encode(color)).Append("\" fill-opacity=\"0.85\"/>");

    /// <summary>Whether Plotly's legend shows what lies under the trace, not the trace.</summary>
    internal virtual bool IsNamedUnder => false;

    /// <summary>Writes traces of Plotly's that lie under this one, such as a line's band.</summary>
    /// <param name="plotly">Where they go.</param>
    /// <param name="panel">The panel's number.</param>
    /// <param name="color">The trace's colour.</param>
    /// <param name="listed">Whether they are in the legend.</param>
    internal virtual void WriteUnder(PlotlyTraces plotly, int panel, string color, bool listed)
    {
    }

    /// <summary>Writes its own properties of Plotly's trace.</summary>
    internal abstract void Write(PlotlyTraces plotly, Panel panel, string color);

    /// <summary>A number of things.</summary>
    private protected static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>Refuses a list of another length than X.</summary>
    private protected void Same(int expected, int? actual, string list)
    {
        if (actual is { } count && count != expected)
            throw Wrong($"{list} holds {count} values and X holds {expected}. They must be as many.");
    }

    /// <summary>Refuses one end of an interval without the other.</summary>
    private protected void Both(object? first, object? second, string firstName, string secondName)
    {
        if (first is null != second is null)
            throw Wrong($"give both {firstName} and {secondName}, or neither.");
    }

    private protected GlmmException Wrong(string what) =>
        new($"{(Name is { Length: > 0 } name ? $"Trace '{name}' of the figure" : $"A {GetType().Name} of the figure")}: {what}");
}
