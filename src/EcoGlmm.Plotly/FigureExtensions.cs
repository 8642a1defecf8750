using System.Text.Json;
using EcoGlmm.Plotly;
using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace EcoGlmm;

/// <summary>Figures as charts of Plotly.NET.</summary>
public static class FigureExtensions
{
    /// <summary>
    /// The figure as a chart of Plotly.NET, with the same traces, layout and configuration: to restyle with that library's
    /// functions, to combine with charts of one's own, to save or show its way.
    /// </summary>
    /// <remarks>
    /// For scripts and applications (<c>dotnet run chart.cs</c>). Plotly.NET 6 needs a later FSharp.Core than the kernel of .NET
    /// notebooks and <c>dotnet fsi</c> bring: there, show the <see cref="EcoGlmm.Figure"/> itself.
    /// </remarks>
    /// <param name="figure">The figure.</param>
    /// <exception cref="GlmmException">The figure is empty or its traces do not fit together; the message says which.</exception>
    public static GenericChart ToPlotly(this Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        using var json = JsonDocument.Parse(figure.ToJson());
        var root = json.RootElement;
        var traces = root.GetProperty("data").EnumerateArray().Select(PlotlyObjects.Trace);
        return GenericChart.NewMultiChart(ListModule.OfSeq(traces), PlotlyObjects.Fill(new Layout(), root.GetProperty("layout")),
            PlotlyObjects.Fill(new Config(), root.GetProperty("config")), new DisplayOptions());
    }
}
