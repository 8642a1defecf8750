namespace EcoGlmm.Association;

/// <summary>Names of individuals, markers and alleles as files give them.</summary>
internal static class GenotypeNames
{
    private static readonly string[] Bases = ["A", "C", "G", "T", "0", "1", "2"];

    /// <summary>An allele's text; the common ones share one string.</summary>
    public static string Allele(ReadOnlySpan<char> text)
    {
        foreach (var known in Bases)
        {
            if (text.SequenceEqual(known))
            {
                return known;
            }
        }

        return text.ToString();
    }

    /// <summary>Each name may stand but once.</summary>
    public static void RefuseDuplicates(IEnumerable<string> names, string kind, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                throw new GlmmException($"The {kind} \"{name}\" stands more than once in \"{path}\", so that results could not be "
                    + $"told apart. Give every {kind} a name of its own.");
            }
        }
    }
}
