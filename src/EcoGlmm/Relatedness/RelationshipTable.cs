using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Relationships;

/// <summary>Finds the matrix and its names in a table that was read from a file.</summary>
internal static class RelationshipTable
{
    /// <summary>The columns of a sparse matrix in a file.</summary>
    public static readonly string[] PairColumns = ["first", "second", "relationship"];

    /// <summary>A file of numbers alone, separated by blanks, tabulators or commas.</summary>
    /// <exception cref="GlmmException">It is not a square of numbers, or not of as many rows as there are names.</exception>
    public static double[] ReadNumbers(string path, int n)
    {
        var values = new double[checked(n * n)];
        var row = 0;
        foreach (var line in File.ReadLines(path))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            var fields = line.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != n || row == n)
            {
                var what = row == n ? "more rows" : $"{fields.Length} numbers in row {row + 1}";
                throw new GlmmException($"The file \"{path}\" has {what}, but there are {Names.Count(n, "name")}; "
                    + "a relationship matrix has a row and a column for each.");
            }

            for (var j = 0; j < n; j++)
            {
                values[(row * n) + j] = NumberText.TryParse(fields[j], out var value) && double.IsFinite(value) ? value
                    : throw new GlmmException($"The file \"{path}\" has \"{fields[j]}\" in row {row + 1}, column {j + 1}, where a "
                        + "relationship should be.");
            }

            row++;
        }

        return row == n ? values
            : throw new GlmmException($"The file \"{path}\" has {Names.Count(row, "row")}, but there are {Names.Count(n, "name")}; a "
                + "relationship matrix has a row and a column for each.");
    }

    /// <exception cref="GlmmException">The table is not square, or an entry is missing or no number.</exception>
    public static (double[] Values, string[] Names) Read(FieldData data, string path)
    {
        var n = data.RowCount;
        var columns = data.ColumnNames;
        if (columns.All(c => NumberText.TryParse(c, out var number) && number != Math.Round(number)))
        {
            throw new GlmmException($"The file \"{path}\" has numbers alone, as GEMMA writes them (.cXX.txt, .sXX.txt), so that it does "
                + "not say whose relationships they are. Read it with RelationshipMatrix.ReadCsv(path, names), the names in its order, as "
                + "Genotypes.Individuals.");
        }

        var hasRowNames = columns.Count == n + 1;
        if (!hasRowNames && columns.Count != n)
        {
            throw new GlmmException($"The file \"{path}\" has {Names.Count(n, "row")} and {Names.Count(columns.Count, "column")}; a "
                + "relationship matrix has as many of both, with names in the first row, and may have names in the first column, too.");
        }
        var names = hasRowNames ? Array.ConvertAll(data.Texts(columns[0]), name => name ?? "") : [.. columns];
        // Columns may stand in another order than rows; headers that R changed ("X12" for 12) are taken as they stand.
        var headers = hasRowNames ? [.. columns.Skip(1)] : names;
        if (headers.Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)))
            headers = names;
        var values = new double[n * n];
        for (var j = 0; j < n; j++)
        {
            var column = data.Numbers(headers[j]);
            for (var i = 0; i < n; i++)
            {
                if (double.IsNaN(column[i]))
                {
                    throw new GlmmException($"The file \"{path}\" has no number in row {i + 1}, column \"{headers[j]}\"; "
                        + "a relationship matrix has no gaps.");
                }
                values[(i * n) + j] = column[i];
            }
        }
        return (values, names);
    }
}
