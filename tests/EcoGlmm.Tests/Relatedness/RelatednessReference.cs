using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Relationships;

/// <summary>tests/reference/relatedness.json.</summary>
public sealed record RelatednessReference(ReferencePedigree[] Pedigrees, ReferenceTree[] Trees)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static RelatednessReference Read() => JsonSerializer.Deserialize<RelatednessReference>(
        File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "relatedness.json")), Options)!;
}

/// <summary>A pedigree with its numerator relationship matrix by the tabular method.</summary>
public sealed record ReferencePedigree(string Name, string[] Id, string?[] Sire, string?[] Dam, bool Hermaphrodites, double[] Inbreeding,
    double[][] A, double LogDeterminant)
{
    /// <summary>A with animal i moved to place[i].</summary>
    public double[,] Dense(int[] place)
    {
        var dense = new double[place.Length, place.Length];
        for (var i = 0; i < place.Length; i++)
        {
            for (var j = 0; j < place.Length; j++)
                dense[place[i], place[j]] = A[i][j];
        }
        return dense;
    }
}

/// <summary>A tree with the covariances of its tips by ape.</summary>
public sealed record ReferenceTree(string Name, string Newick, string[] Tips, double[][] Vcv, double Lambda, double[][] Pagel, double Alpha,
    double[][] Ou);
