using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>One structured fit by R, as tests/reference/structures.R writes it.</summary>
public sealed record StructuredFit(
    string Name,
    string Dataset,
    string Formula,
    string Family,
    string Link,
    bool Reml,
    string? ZeroInflationFormula,
    string? DispersionFormula,
    Dictionary<string, string[]>? Factors,
    Dictionary<string, ReferenceRelatedness> Relatedness,
    string? Only,
    double LogLik,
    int Parameters,
    double? Sigma,
    ReferenceCoefficient[] Fixed,
    ReferenceCoefficient[]? ZeroInflation,
    ReferenceCoefficient[]? Dispersion,
    ReferenceCovariance[] Covariance,
    ReferenceMode[] Modes,
    int[] FittedRows,
    double[] Fitted,
    ReferenceErrors? ConditionalErrors,
    ReferencePlaces? NewPlaces)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>The fits of tests/reference/structures.json.</summary>
    public static IReadOnlyList<StructuredFit> ReadAll()
    {
        // R writes an empty list as an array where there might be names.
        var text = File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "structures.json"))
            .Replace("\"relatedness\":[]", "\"relatedness\":{}");
        return JsonSerializer.Deserialize<StructuredFile>(text, Options)!.Fits;
    }

    public override string ToString() => Name;

    /// <summary>The same model by EcoGlmm.</summary>
    public GlmmFit Fit() => Glmm.Fit(Formula, Data(), EcoGlmm.Family.Parse(Family, Link), new GlmmOptions
    {
        Reml = Reml,
        ZeroInflation = ZeroInflationFormula ?? "~ 0",
        Dispersion = DispersionFormula ?? "~ 1",
        Relatedness = Relatedness.ToDictionary(r => r.Key, r => r.Value.Make()),
    });

    private FieldData Data()
    {
        var data = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", Dataset + ".csv"));
        foreach (var (column, levels) in Factors ?? [])
            data = data.AsFactor(column, levels);
        return data;
    }

    private sealed record StructuredFile(StructuredFit[] Fits);
}

/// <summary>A tree of the datasets, or a matrix.</summary>
public sealed record ReferenceRelatedness(string Kind, string? File, string[]? Names, double[][]? Values)
{
    public Relatedness Make()
    {
        if (Kind == "tree")
            return PhylogeneticTree.ReadNewick(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", File!));
        var matrix = new double[Names!.Length, Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            for (var j = 0; j < Names.Length; j++)
                matrix[i, j] = Values![i][j];
        }
        return RelationshipMatrix.From(matrix, Names);
    }
}

/// <summary>A standard deviation, correlation, range ….</summary>
public sealed record ReferenceCovariance(string Part, string Group, string Structure, string Name, string? Effect1, string? Effect2,
    double Estimate);

/// <summary>Conditional means on the scale of the link at times and places that the data do not have, and their standard errors.</summary>
public sealed record ReferencePlaces(Dictionary<string, JsonElement[]> Data, double[] Conditional, double[]? Errors);

/// <summary>Standard errors of a Gaussian's coefficients given its covariance parameters.</summary>
public sealed record ReferenceErrors(string[] Names, double[] Values);
