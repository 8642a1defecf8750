using EcoGlmm.Data;

namespace EcoGlmm.Association;

/// <summary>Genotypes from a table of numbers.</summary>
internal static class TableGenotypes
{
    public static Genotypes Read(FieldData table, string individual, IEnumerable<Marker>? markers, string source)
    {
        var names = table.Texts(individual);
        var unnamed = Array.FindIndex(names, string.IsNullOrWhiteSpace);
        if (unnamed >= 0)
        {
            throw new GlmmException($"The individual in row {unnamed + 1} of {source} has no name in the column \"{individual}\".");
        }

        GenotypeNames.RefuseDuplicates(names!, "individual", source);
        var known = markers?.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var described = new List<Marker>();
        var rows = new List<byte[]>();
        foreach (var column in table.ColumnNames.Where(c => c != individual))
        {
            Marker? marker = null;
            if (known is not null && !known.TryGetValue(column, out marker))
            {
                continue;
            }

            described.Add(marker ?? new Marker(column, "0", 0, "1", "0"));
            rows.Add(Pack(Numbers(table, column, source), column, source));
        }

        return rows.Count > 0
            ? new Genotypes(source, names!, described, new GenotypeStore(names.Length, rows))
            : throw new GlmmException($"There are no columns of genotypes in {source} beside the names \"{individual}\".");
    }

    private static double[] Numbers(FieldData table, string marker, string source)
    {
        try
        {
            return table.Numbers(marker);
        }
        catch (GlmmException)
        {
            var texts = table.Texts(marker);
            var row = Array.FindIndex(texts, t => t is not null && !NumberText.TryParse(t, out _));
            throw new GlmmException($"The column \"{marker}\" of {source} has \"{texts[Math.Max(0, row)]}\" in row {Math.Max(0, row) + 1}; "
                + "genotypes are 0, 1 or 2 copies of an allele, or missing (NA). Leave columns of other things out of the table.");
        }
    }

    private static byte[] Pack(double[] copies, string marker, string source)
    {
        var row = GenotypeStore.NewRow(copies.Length);
        for (var i = 0; i < copies.Length; i++)
        {
            if (!double.IsNaN(copies[i]) && copies[i] is not (0 or 1 or 2))
            {
                throw new GlmmException($"The marker \"{marker}\" of {source} has the value {NumberText.Format(copies[i])} in row {i + 1}; "
                    + "genotypes are 0, 1 or 2 copies of an allele, or missing.");
            }

            GenotypeStore.Set(row, i, double.IsNaN(copies[i]) ? -1 : (int)copies[i]);
        }

        return row;
    }
}
