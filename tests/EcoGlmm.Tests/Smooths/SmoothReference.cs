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

/// <summary>The fits of tests/reference/smooths.json and curves.json with their data.</summary>
public static class SmoothReference
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    private static readonly Lazy<SmoothFile> Smooths = new(() => Read("smooths.json", ""));

    private static readonly Lazy<SmoothFile> Curves = new(() => Read("curves.json", "curves: "));

    public static IReadOnlyList<SmoothFit> Fits => [.. Smooths.Value.Fits, .. Curves.Value.Fits];

    public static FieldData Data => Smooths.Value.Rows;

    /// <summary>The new rows at which a fit is predicted.</summary>
    public static FieldData NewOf(SmoothFit fit) => FileOf(fit).NewRows;

    /// <summary>The same model by EcoGlmm.</summary>
    public static GlmmFit Fit(SmoothFit expected) =>
        Glmm.Fit(expected.Formula, FileOf(expected).Rows, Family.Parse(expected.Family), new GlmmOptions { Reml = expected.Reml });

    private static SmoothFile FileOf(SmoothFit fit) => Smooths.Value.Fits.Contains(fit) ? Smooths.Value : Curves.Value;

    private static SmoothFile Read(string file, string prefix)
    {
        var read = JsonSerializer.Deserialize<SmoothFile>(
            File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", file)), Options)!;
        return read with { Fits = Array.ConvertAll(read.Fits, f => f with { Name = prefix + f.Name }) };
    }

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

        return columns.ContainsKey("f") ? data.AsFactor("f", ["a", "b", "c"]).AsOrdered("o", ["a", "b", "c"]) : data;
    }

    private sealed record SmoothFile(Dictionary<string, JsonElement[]> Data, Dictionary<string, JsonElement[]> New, SmoothFit[] Fits)
    {
        private FieldData? _rows;
        private FieldData? _newRows;

        public FieldData Rows => _rows ??= Table(Data);

        public FieldData NewRows => _newRows ??= Table(New);
    }
}
