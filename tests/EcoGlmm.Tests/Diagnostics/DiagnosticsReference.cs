using System.Text.Json;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>tests/reference/diagnostics.json: what R says of residual tests, collinearity and influence.</summary>
internal static class DiagnosticsReference
{
    private static readonly Lazy<JsonElement> Read = new(() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository(), "tests", "reference", "diagnostics.json"))).RootElement);

    public static JsonElement Root => Read.Value;

    public static FieldData Data(string name) => FieldData.ReadCsv(Path.Combine(Repository(), "datasets", name + ".csv"));

    public static double[,] Matrix(this JsonElement element)
    {
        double[][] rows = [.. element.EnumerateArray().Select(row => row.Numbers())];
        var matrix = new double[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
        {
            for (var j = 0; j < rows[i].Length; j++)
                matrix[i, j] = rows[i][j];
        }

        return matrix;
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "EcoGlmm.sln")))
            folder = Path.GetDirectoryName(folder);
        Assert.NotNull(folder);
        return folder;
    }
}
