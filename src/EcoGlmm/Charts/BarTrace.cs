using EcoGlmm.Charts;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Vertical bars that stand on zero.</summary>
/// <param name="X">The centres of the bars.</param>
/// <param name="Heights">Their heights, as many.</param>
public sealed record BarTrace(IReadOnlyList<double> X, IReadOnlyList<double> Heights) : PanelTrace
{
    /// <summary>What hovering over each bar shows; null shows its height.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>The width of a bar, in units of X.</summary>
    public double Width { get; init; } = 0.8;

    internal override string Summary => Counted(X.Count, "bar");

    internal override IReadOnlyList<double> Drawn => Heights;

    internal override string PlotlyType => "bar";

    internal override void Check()
    {
        Same(X.Count, Heights.Count, "Heights");
        Same(X.Count, Text?.Count, "Text");
    }

    internal override void Extend(PanelExtent extent)
    {
        foreach (var x in X)
            extent.X.AddRange([x - Width / 2, x + Width / 2]);
        extent.Y.AddRange([.. Heights, 0]);
        extent.YFromZero = true;
    }

    internal override void Draw(SvgTraces svg, string color)
    {
        for (var i = 0; i < X.Count; i++)
            svg.Bar(X[i] - Width / 2, X[i] + Width / 2, Heights[i], color, Opacity);
    }

    internal override void Write(PlotlyTraces plotly, Panel panel, string color)
    {
        var json = plotly.Json;
        plotly.Numbers("x", X);
        plotly.Numbers("y", Heights);
        json.Number("width", Width);
        plotly.Hover(panel, Text);
        // A bar would print its text; it is for hovering.
        json.WriteString("textposition", "none");
        plotly.Fill(color, 0.85 * Opacity);
    }
}
