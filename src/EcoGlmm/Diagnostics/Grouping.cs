using System.Globalization;

namespace EcoGlmm.Diagnostics;

/// <summary>Rows sorted into groups.</summary>
/// <param name="Levels">The groups' names: numbers by value, other text ordinally.</param>
/// <param name="Rows">The rows of each group, ascending.</param>
internal sealed record Grouping(string[] Levels, int[][] Rows)
{
    /// <exception cref="GlmmException">The number of rows differs, or a group is missing.</exception>
    public static Grouping From(IReadOnlyList<string?> by, int rowCount)
    {
        if (by is null)
            throw new GlmmException("A group is needed for each row, but there are none (null).");
        if (by.Count != rowCount)
        {
            throw new GlmmException(
                $"There are {by.Count} groups for {rowCount} rows of residuals. Rows with missing values, which the model left out, must "
                + $"be left out here too.");
        }

        var rows = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < rowCount; i++)
        {
            var level = by[i] ?? throw new GlmmException($"The group of row {i + 1} is missing. Leave out such rows, or name them.");
            if (!rows.TryGetValue(level, out var members))
                rows.Add(level, members = []);
            members.Add(i);
        }

        string[] levels = [.. rows.Keys];
        var numbers = new double[levels.Length];
        var numeric = true;
        for (var i = 0; i < levels.Length && numeric; i++)
            numeric = double.TryParse(levels[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]);
        if (numeric)
            Array.Sort(numbers, levels);
        else
            Array.Sort(levels, StringComparer.Ordinal);
        return new Grouping(levels, Array.ConvertAll(levels, level => rows[level].ToArray()));
    }

    /// <summary>Numbers as group names; a number that is missing gives a missing group.</summary>
    public static string?[] AsText(IReadOnlyList<double> by)
    {
        if (by is null)
            throw new GlmmException("A group is needed for each row, but there are none (null).");
        var text = new string?[by.Count];
        for (var i = 0; i < text.Length; i++)
            text[i] = double.IsNaN(by[i]) ? null : by[i].ToString("R", CultureInfo.InvariantCulture);
        return text;
    }

    /// <summary>Whole numbers as group names.</summary>
    public static string?[] AsText(IReadOnlyList<int> by) => by is null
        ? throw new GlmmException("A group is needed for each row, but there are none (null).")
        : [.. by.Select(value => value.ToString(CultureInfo.InvariantCulture))];

    /// <summary>One value for each group: the sum of its rows' values, or what <paramref name="aggregate"/> makes of them.</summary>
    public void Aggregate(double[] values, Span<double> destination, Func<double[], double>? aggregate)
    {
        for (var g = 0; g < Rows.Length; g++)
        {
            if (aggregate is not null)
            {
                destination[g] = aggregate(Array.ConvertAll(Rows[g], row => values[row]));
                continue;
            }

            double sum = 0;
            foreach (var row in Rows[g])
                sum += values[row];
            destination[g] = sum;
        }
    }
}
