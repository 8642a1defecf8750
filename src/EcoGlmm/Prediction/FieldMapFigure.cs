using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>Maps of fields and of predictions.</summary>
internal static class FieldMapFigure
{
    private const int MostPanels = 12, MostPlaces = 5000, Height = 380;

    public static Figure Draw(FieldMap map, MeshPlace field, (double X, double Y)[][] places, double[][] estimate, double[][] error)
    {
        var title = $"Field of {map.Term}";
        if (map.Groups.Count == 1)
        {
            return new Figure(title,
                Map("Estimate", map.X, map.Y, estimate[0], RasterColors.Diverging, field.X, field.Y, places[0]),
                Map("Standard error", map.X, map.Y, error[0], RasterColors.Sequential, field.X, field.Y, places[0]))
            { PanelHeight = Height, Columns = 2, Subtitle = "On the scale of the linear predictor; points are the places of the data." };
        }

        var shown = Math.Min(MostPanels, map.Groups.Count);
        var largest = estimate.Take(shown).SelectMany(v => v).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(1).Max();
        var panels = Enumerable.Range(0, shown).Select(g =>
        {
            var panel = Map(map.Groups[g], map.X, map.Y, estimate[g], RasterColors.Diverging, field.X, field.Y, places[g]);
            return panel with { Traces = [((RasterTrace)panel.Traces[0]) with { Minimum = -largest, Maximum = largest },
                .. panel.Traces.Skip(1)] };
        }).ToArray();
        return new Figure(title, panels)
        {
            PanelHeight = 260,
            Columns = 3,
            Subtitle = "On the scale of the linear predictor; points are the places of the data."
                + (shown < map.Groups.Count ? $" The first {shown} of {NumberFormat.Count(map.Groups.Count)} are shown." : ""),
        };
    }

    /// <summary>Predictions for rows on a raster, or at any places.</summary>
    public static Figure Draw(Predictions predictions, double[] x, double[] y, string xName, string yName, string value)
    {
        var (estimate, error) = (predictions.Estimate, predictions.StandardError);
        if (MapRaster.Of(x, y) is not var (columns, rows))
        {
            throw new GlmmException($"The rows to draw a map of are not on a raster: \"{xName}\" or \"{yName}\" is not evenly spaced. Make "
                + "one with Raster(), which has the columns of the coordinates and what you add to it.");
        }

        double[] Cells(double[] values)
        {
            var cells = new double[columns.Length * rows.Length];
            Array.Fill(cells, double.NaN);
            for (var i = 0; i < values.Length; i++)
            {
                if (double.IsFinite(x[i]) && double.IsFinite(y[i]))
                    cells[(MapRaster.IndexOf(rows, y[i]) * columns.Length) + MapRaster.IndexOf(columns, x[i])] = values[i];
            }

            return cells;
        }

        return new Figure($"Predicted {value}",
            Map("Estimate", columns, rows, Cells(estimate), RasterColors.Sequential, xName, yName, []),
            Map("Standard error", columns, rows, Cells(error), RasterColors.Sequential, xName, yName, []))
        { PanelHeight = Height, Columns = 2 };
    }

    private static Panel Map(string title, IReadOnlyList<double> x, IReadOnlyList<double> y, double[] values, RasterColors colors,
        string xName, string yName,
        (double X, double Y)[] places)
    {
        var stride = Math.Max(1, (int)Math.Ceiling((double)places.Length / MostPlaces));
        (double X, double Y)[] drawn = [.. places.Where((_, i) => i % stride == 0)];
        PanelTrace[] traces = [new RasterTrace(x, y, values) { Colors = colors, Name = title }];
        if (drawn.Length > 0)
            traces = [.. traces, new PointTrace([.. drawn.Select(p => p.X)], [.. drawn.Select(p => p.Y)]) { Color = "#111111",
                Size = drawn.Length > 300 ? 2.5 : 4, Opacity = 0.65 }];
        return new Panel(title, traces) { XAxis = xName, YAxis = yName, EqualScales = true };
    }
}
