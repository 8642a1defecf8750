using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>Tables of predictions: their first rows.</summary>
internal static class PredictionTables
{
    private const int ShownRows = 10;
    private const int ShownPredictors = 6;
    private const string BeyondMark = "†";

    public static TableContent Of(Predictions predictions)
    {
        var rows = Math.Min(ShownRows, predictions.RowCount);
        var level = NumberFormat.Significant(100 * predictions.Level);
        var notes = new List<string>();
        if (rows < predictions.RowCount) notes.Add($"the first {rows} of {NumberFormat.Count(predictions.RowCount, "prediction")}");
        if (predictions.UnseenLevelRows > 0)
            notes.Add($"{NumberFormat.Count(predictions.UnseenLevelRows, "row")} with a grouping level that the model has not seen");
        if (predictions.NewIndividuals.Count > 0)
            notes.Add($"{NumberFormat.Count(predictions.NewIndividuals.Count, "individual")} that the model has not seen, with means, "
                + $"first and last values from these rows");
        if (predictions.Extrapolations.Count > 0)
            notes.Add($"{BeyondMark} beyond the data of the fit: {string.Join("; ", predictions.Extrapolations)}");
        var beyond = predictions.Extrapolates;
        var content = new TableContent("Predictions") { Note = Note(notes) }.Number("Row");
        var predictors = Predictors(content, predictions.Rows, predictions.Shown, rows);
        content.Number("Estimate").Number("Std. error").Number($"Lower {level} %").Number($"Upper {level} %");
        var columns = ResultTable.Together(predictions.Estimate[..rows], predictions.StandardError[..rows], predictions.Lower[..rows],
            predictions.Upper[..rows]);
        for (var i = 0; i < rows; i++)
        {
            content.Row([NumberFormat.Count(i + 1) + (beyond[i] ? $" {BeyondMark}" : ""), .. predictors.Select(p => p[i]), columns[0][i],
                columns[1][i], columns[2][i], columns[3][i]]);
        }

        return content;
    }

    /// <summary>Adds the columns of the rows that are shown beside the predictions, and returns their cells.</summary>
    private static string[][] Predictors(TableContent content, FieldData? data, IReadOnlyList<string> names, int rows)
    {
        if (data is null) return [];
        var cells = new List<string[]>();
        foreach (var name in names.Distinct().Where(name => data.TryGetColumn(name, out _)).Take(ShownPredictors))
        {
            if (data.Column(name) is NumericColumn numeric)
            {
                content.Number(name);
                cells.Add(NumberFormat.Column(numeric.Values[..rows]));
            }
            else
            {
                content.Text(name);
                cells.Add([.. data.Texts(name)[..rows].Select(text => text ?? "NA")]);
            }
        }

        return [.. cells];
    }

    public static TableContent Of(CategoryPredictions predictions)
    {
        var rows = Math.Min(ShownRows, predictions.RowCount);
        var content = new TableContent("Probabilities of categories")
        {
            Note = rows < predictions.RowCount
                ? $"The first {rows} of {NumberFormat.Count(predictions.RowCount, "prediction")}." : null,
        };
        content.Number("Row");
        var predictors = Predictors(content, predictions.Rows, predictions.Shown, rows);
        foreach (var category in predictions.Categories) content.Number(category);
        var probabilities = predictions.Probability;
        for (var i = 0; i < rows; i++)
        {
            content.Row([NumberFormat.Count(i + 1), .. predictors.Select(p => p[i]),
                .. probabilities[i].Select(p => NumberFormat.Fixed(p, 3))]);
        }

        return content;
    }

    private static string? Note(List<string> notes) =>
        notes.Count == 0 ? null : Names.Capitalised(string.Join("; ", notes)) + ".";
}
