using EcoGlmm.Prediction;

namespace EcoGlmm;

/// <summary>Maps from a fit.</summary>
public static class MapExtensions
{
    /// <summary>The field of a term <c>spde(0 + x + y | g)</c> on a raster over the places of the data, with standard errors.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The group (year) whose field is wanted; all when null.</param>
    /// <param name="cells">Cells along the longer side.</param>
    /// <param name="part">The part of the model that the term is in.</param>
    /// <exception cref="GlmmException">The part has no such term, or the term no such group.</exception>
    public static FieldMap FieldMap(this GlmmFit fit, string? group = null, int cells = 80, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return EcoGlmm.FieldMap.Of(fit, group, cells, part);
    }

    /// <summary>
    /// A map of the field of a term <c>spde(0 + x + y | g)</c>, with the places of the data, and of its standard error; a map for
    /// each group where there are several.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The group (year) whose field is wanted; all when null.</param>
    /// <param name="cells">Cells along the longer side.</param>
    /// <param name="part">The part of the model that the term is in.</param>
    /// <exception cref="GlmmException">The part has no such term, or the term no such group.</exception>
    public static Figure PlotMap(this GlmmFit fit, string? group = null, int cells = 80, ModelPart part = ModelPart.Conditional)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.FieldMap(group, cells, part).Plot();
    }

    /// <summary>A map of predictions for rows that are the cells of a raster, such as <see cref="Raster"/> makes, and of their standard
    /// errors.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="rows">The rows, with the columns of the model.</param>
    /// <param name="x">The column of the coordinate to the right.</param>
    /// <param name="y">The column of the coordinate upwards.</param>
    /// <param name="scale">The scale of the predictions.</param>
    /// <param name="randomEffects">What is done with random effects; a field is one.</param>
    /// <exception cref="GlmmException">A column is missing, or the rows are not on a raster.</exception>
    public static Figure PlotMap(this GlmmFit fit, FieldData rows, string x, string y, PredictionScale scale = PredictionScale.Response,
        RandomEffectsUse randomEffects = RandomEffectsUse.Conditional)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(rows);
        return FieldMapFigure.Draw(fit.Predict(rows, scale, randomEffects), rows.Numbers(x), rows.Numbers(y), x, y,
            fit.Specification.Formula.Response!.ToString());
    }

    /// <summary>
    /// A raster over the places of the data: a row for each cell, with the columns of the coordinates, and other columns at one value
    /// each, to predict for and to draw with <see cref="PlotMap(GlmmFit, FieldData, string, string, PredictionScale, RandomEffectsUse)"/>.
    /// </summary>
    /// <param name="fit">The fit.</param>
    /// <param name="x">The column of the coordinate to the right.</param>
    /// <param name="y">The column of the coordinate upwards.</param>
    /// <param name="others">The other columns that the model needs: a number or a text for each.</param>
    /// <param name="cells">Cells along the longer side.</param>
    /// <exception cref="GlmmException">The data have no such columns.</exception>
    public static FieldData Raster(this GlmmFit fit, string x, string y, IReadOnlyDictionary<string, object>? others = null, int cells = 60)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (cells is < 2 or > 1000) throw new GlmmException($"A raster has 2 to 1000 cells on its longer side, not {cells}.");
        var (xs, ys) = (fit.Data.Numbers(x), fit.Data.Numbers(y));
        var (columns, rows) = MapRaster.Axes(fit.UsedRows.Where(i => double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            .Select(i => (xs[i], ys[i])), cells);
        var n = columns.Length * rows.Length;
        var table = new Dictionary<string, object>
        {
            [x] = Enumerable.Range(0, n).Select(k => columns[k % columns.Length]).ToArray(),
            [y] = Enumerable.Range(0, n).Select(k => rows[k / columns.Length]).ToArray(),
        };
        foreach (var (name, value) in others ?? new Dictionary<string, object>())
        {
            table[name] = value switch
            {
                string text => Enumerable.Repeat(text, n).ToArray(),
                bool flag => Enumerable.Repeat(flag, n).ToArray(),
                IConvertible number => Enumerable.Repeat(number.ToDouble(System.Globalization.CultureInfo.InvariantCulture), n).ToArray(),
                _ => throw new GlmmException($"The column \"{name}\" of a raster takes a number, a text or true or false."),
            };
        }

        return FieldData.From(table);
    }
}
