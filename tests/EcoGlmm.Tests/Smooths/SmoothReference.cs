using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Smooths;

/// <summary>A smooth by R.</summary>
public sealed record ReferenceSmooth(string Name, double Edf, double ReferenceDf, double Statistic, double P);

/// <summary>One fit by mgcv or gamm4, as tests/reference/smooths.R writes it.</summary>
public sealed record SmoothFit(string Name, string Formula, string Family, bool Reml, string Package, double LogLik, double ResidualDf,
    ReferenceSmooth[] Smooths, double[] Fit, double[] StandardError)
{
    public override string ToString() => Name;
}

/// <summary>The fits of tests/reference/smooths.json with their data.</summary>
public static class SmoothReference
{
    private static readonly Lazy<SmoothFile> File_ = new(() => JsonSerializer.Deserialize<SmoothFile>(
        File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "smooths.json")),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!);

    public static IReadOnlyList<SmoothFit> Fits => File_.Value.Fits;

    public static FieldData Data { get; } = Table(File_.Value.Data);

    public static FieldData New { get; } = Table(File_.Value.New);

    /// <summary>The same model by EcoGlmm.</summary>
    public static GlmmFit Fit(SmoothFit expected) =>
        Glmm.Fit(expected.Formula, Data, Family.Parse(expected.Family), new GlmmOptions { Reml = expected.Reml });

    private static FieldData Table(Dictionary<string, JsonElement[]> columns)
    {
        var (first, rest) = (columns.First(), columns.Skip(1));
        var data = FieldData.From(first.Value.Select(v => new { Row = 0.0 })).With(first.Key, first.Value.Select(v => v.GetDouble()));
        foreach (var (name, values) in rest)
        {
            data = values[0].ValueKind == JsonValueKind.String
                ? data.With(name, values.Select(v => v.GetString()))
                : data.With(name, values.Select(v => v.GetDouble()));
        }

        return data.AsFactor("f", ["a", "b", "c"]).AsOrdered("o", ["a", "b", "c"]);
    }

    private sealed record SmoothFile(Dictionary<string, JsonElement[]> Data, Dictionary<string, JsonElement[]> New, SmoothFit[] Fits);
}
