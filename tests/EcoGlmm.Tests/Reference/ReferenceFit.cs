using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>One fit by R, as tests/reference/run.R writes it. Null stands for NA.</summary>
public sealed record ReferenceFit(
    string Name,
    string Dataset,
    string Formula,
    string Family,
    string Link,
    bool Reml,
    string? ZeroInflationFormula,
    string? DispersionFormula,
    string? Weights,
    Dictionary<string, string[]>? Factors,
    string? Only,
    string Package,
    double LogLik,
    double Aic,
    double Bic,
    int Observations,
    int Parameters,
    double? Sigma,
    double? Shape,
    bool Singular,
    ReferenceCoefficient[] Fixed,
    ReferenceCoefficient[]? ZeroInflation,
    ReferenceCoefficient[]? Dispersion,
    ReferenceVariance[] Variances,
    ReferenceMode[] Modes,
    double?[] Fitted,
    ReferenceResiduals Residuals,
    ReferencePredictions Predictions)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>The fits of a file in tests/reference, by name.</summary>
    public static IReadOnlyDictionary<string, ReferenceFit> Read(string file)
    {
        using var stream = File.OpenRead(Path.Combine(RepositoryFolder, "tests", "reference", file));
        var content = JsonSerializer.Deserialize<ReferenceFile>(stream, Options)!;
        return content.Fits.ToDictionary(fit => fit.Name, StringComparer.Ordinal);
    }

    /// <summary>The folder that holds EcoGlmm.sln.</summary>
    public static string RepositoryFolder { get; } = FindRepository();

    /// <summary>The data of a fit, with its factors made so.</summary>
    public FieldData ReadData()
    {
        var path = Path.Combine(RepositoryFolder, "datasets", Dataset + ".csv");
        return WithFactors(FieldData.ReadCsv(File.Exists(path) ? path : path + ".gz"));
    }

    /// <summary>The new rows that R predicted for.</summary>
    public FieldData ReadNewData()
    {
        var columns = new Dictionary<string, object>();
        foreach (var (name, values) in Predictions.Data)
        {
            columns[name] = values.All(value => value.ValueKind == JsonValueKind.Number)
                ? values.Select(value => value.GetDouble()).ToArray()
                : values.Select(value => value.GetString()).ToArray();
        }
        return WithFactors(FieldData.From(columns));
    }

    public override string ToString() => Name;

    private FieldData WithFactors(FieldData data)
    {
        foreach (var (column, levels) in Factors ?? [])
        {
            if (data.ColumnNames.Contains(column))
                data = data.AsFactor(column, levels);
        }
        return data;
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("No folder above the tests holds EcoGlmm.sln.");
    }

    private sealed record ReferenceFile(ReferenceFit[] Fits);
}

/// <summary>A fixed effect; both numbers null if R left the column out as aliased.</summary>
public sealed record ReferenceCoefficient(string Name, double? Estimate, double? StandardError);

/// <summary>A standard deviation (Term2 null) or a correlation.</summary>
public sealed record ReferenceVariance(
    string Part, string Group, string Term1, string? Term2, double? Sd, double? Correlation);

/// <summary>A conditional mode and its standard deviation given the parameters.</summary>
public sealed record ReferenceMode(string Part, string Group, string Level, string Term, double Mode, double Sd);

/// <summary>The residuals of the first rows.</summary>
public sealed record ReferenceResiduals(double?[]? Response, double?[]? Pearson, double?[]? Deviance);

/// <summary>Predictions for new rows, on the scale of the link unless the name says response.</summary>
public sealed record ReferencePredictions(
    Dictionary<string, JsonElement[]> Data,
    double[]? Conditional,
    double[]? ConditionalResponse,
    double[]? Population,
    double[]? PopulationResponse,
    double[] PopulationError);
