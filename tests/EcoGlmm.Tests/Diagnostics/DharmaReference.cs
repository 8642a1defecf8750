using System.Text.Json;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>tests/reference/dharma.json: what DHARMa itself says of fixed observations and simulations.</summary>
internal static class DharmaReference
{
    private static readonly Lazy<JsonElement> Read = new(() =>
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "tests", "reference", "dharma.json")))
            folder = Path.GetDirectoryName(folder);
        Assert.NotNull(folder);
        return JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tests", "reference", "dharma.json"))).RootElement;
    });

    public static JsonElement Root => Read.Value;

    public static JsonElement Case(string name) => Root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name")
        .GetString() == name);

    public static double[] Numbers(this JsonElement element) => [.. element.EnumerateArray().Select(v => v.GetDouble())];

    public static Alternative ToAlternative(string name) =>
        name switch { "greater" => Alternative.Greater, "less" => Alternative.Less, _ => Alternative.TwoSided };

    /// <summary>DHARMa's simulations, a row for each observation, turned into [simulation][row].</summary>
    public static double[][] Simulations(this JsonElement element)
    {
        double[][] rows = [.. element.EnumerateArray().Select(Numbers)];
        return [.. Enumerable.Range(0, rows[0].Length).Select(s => Array.ConvertAll(rows, row => row[s]))];
    }
}
