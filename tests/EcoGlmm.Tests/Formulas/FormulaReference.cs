using System.Text.Json;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Formulas;

/// <summary>What R gave for the formulas of tests/reference/formulas.R.</summary>
internal static class FormulaReference
{
    private static readonly Lazy<JsonElement> Document = new(Read);

    public static JsonElement Root => Document.Value;

    public static FieldData Data { get; } = Table(Root.GetProperty("data"));

    public static FieldData NewData { get; } = Table(Root.GetProperty("newData"));

    public static IEnumerable<object[]> Cases(string list) =>
        Root.GetProperty(list).EnumerateArray().Select((entry, i) => new object[]
        {
            i, entry.TryGetProperty("formula", out var formula) ? formula.GetString()! : entry.GetProperty("text").GetString()!,
        });

    public static double[] Numbers(JsonElement list) => list.EnumerateArray().Select(Number).ToArray();

    public static string[] Texts(JsonElement list) => list.EnumerateArray().Select(value => value.GetString()!).ToArray();

    public static void Close(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var tolerance = 1e-9 * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance || double.IsNaN(expected[i]) && double.IsNaN(actual[i]),
                $"{what}, entry {i}: {actual[i]:R} instead of {expected[i]:R}");
        }
    }

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    private static FieldData Table(JsonElement columns) => new(columns.EnumerateObject().Select(Column).ToArray());

    private static FieldColumn Column(JsonProperty column)
    {
        var values = column.Value.EnumerateArray().ToArray();
        if (values.Any(value => value.ValueKind == JsonValueKind.String))
            return CategoricalColumn.FromTexts(column.Name, values.Select(value => value.GetString()));
        if (values.Any(value => value.ValueKind is JsonValueKind.True or JsonValueKind.False))
            return new LogicalColumn(column.Name, Array.ConvertAll(values, value => (bool?)value.GetBoolean()));
        return new NumericColumn(column.Name, Array.ConvertAll(values, Number));
    }

    private static JsonElement Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln")))
            folder = folder.Parent!;
        var path = Path.Combine(folder.FullName, "tests", "reference", "formulas.json");
        return JsonDocument.Parse(File.ReadAllText(path)).RootElement;
    }
}
