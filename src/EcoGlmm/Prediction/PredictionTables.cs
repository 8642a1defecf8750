using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>Tables of predictions: their first rows.</summary>
internal static class PredictionTables
{
    private const int ShownRows = 10;

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
        var content = new TableContent("Predictions") { Note = Note(notes) }
            .Number("Row").Number("Estimate").Number("Std. error").Number($"Lower {level} %").Number($"Upper {level} %");
        var columns = ResultTable.Together(predictions.Estimate[..rows], predictions.StandardError[..rows], predictions.Lower[..rows],
            predictions.Upper[..rows]);
        for (var i = 0; i < rows; i++) content.Row(NumberFormat.Count(i + 1), columns[0][i], columns[1][i], columns[2][i], columns[3][i]);
        return content;
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
        foreach (var category in predictions.Categories) content.Number(category);
        var probabilities = predictions.Probability;
        for (var i = 0; i < rows; i++)
            content.Row([NumberFormat.Count(i + 1), .. probabilities[i].Select(p => NumberFormat.Fixed(p, 3))]);
        return content;
    }

    private static string? Note(List<string> notes) =>
        notes.Count == 0 ? null : Names.Capitalised(string.Join("; ", notes)) + ".";
}
