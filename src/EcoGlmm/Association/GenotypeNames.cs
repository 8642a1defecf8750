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

    /// <summary>Names markers that a file calls "." by their position, and by their alleles where several lie there.</summary>
    public static void NameByPosition(List<Marker> markers)
    {
        string Name(Marker m) => $"{m.Chromosome}:{m.Position}";
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var marker in markers.Where(m => m.IsUnnamed))
        {
            places[Name(marker)] = places.GetValueOrDefault(Name(marker)) + 1;
        }

        for (var j = 0; j < markers.Count; j++)
        {
            var m = markers[j];
            if (m.IsUnnamed)
            {
                markers[j] = m with { Name = places[Name(m)] == 1 ? Name(m) : $"{Name(m)}:{m.OtherAllele}:{m.EffectAllele}" };
            }
        }
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
