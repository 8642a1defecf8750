using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Syntheses;

/// <summary>The numbers of tests/reference/synthesis.R and counts.R.</summary>
internal static class SynthesisReference
{
    private static readonly Lazy<JsonElement> Effects = new(() => Read("synthesis.json"));
    private static readonly Lazy<JsonElement> ReadCounts = new(() => Read("counts.json"));

    /// <summary>Effect sizes.</summary>
    public static JsonElement Root => Effects.Value;

    public static JsonElement Counts => ReadCounts.Value;

    public static double Number(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    public static double[] Numbers(this JsonElement element, string name) => element.GetProperty(name)
        is { ValueKind: JsonValueKind.Array } values
        ? [.. values.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN)]
        : [element.Number(name)];

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>A row for each arm.</summary>
    public static FieldData Arms(string kind, string name)
    {
        var table = Counts.GetProperty(kind).GetProperty(name);
        double[] a = table.Numbers("ai"), n = table.Numbers("n1i"), c = table.Numbers("ci"), m = table.Numbers("n2i");
        return FieldData.From(new Dictionary<string, object>
        {
            ["study"] = a.SelectMany((_, i) => new[] { $"s{i + 1:D3}", $"s{i + 1:D3}" }).ToArray(),
            ["treated"] = a.SelectMany(_ => new[] { 1.0, 0 }).ToArray(),
            ["events"] = a.SelectMany((_, i) => new[] { a[i], c[i] }).ToArray(),
            ["size"] = n.SelectMany((_, i) => new[] { n[i], m[i] }).ToArray(),
        });
    }

    /// <summary>A table of effect sizes.</summary>
    public static FieldData Table(string name)
    {
        var columns = new Dictionary<string, object>();
        foreach (var column in Root.GetProperty("tables").GetProperty(name).EnumerateObject()
            .Where(c => c.Value.ValueKind == JsonValueKind.Array && c.Value[0].ValueKind != JsonValueKind.Array))
        {
            var isText = column.Value.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.String);
            columns[column.Name] = isText ? column.Value.EnumerateArray().Select(v => v.GetString()).ToArray() : Root.GetProperty("tables")
                .GetProperty(name).Numbers(column.Name);
        }

        return FieldData.From(columns);
    }

    public static double[,] Matrix(JsonElement rows)
    {
        var n = rows.GetArrayLength();
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                matrix[i, j] = rows[i][j].GetDouble();
            }
        }

        return matrix;
    }

    private static JsonElement Read(string file)
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", file));
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
