using EcoGlmm.Data;

namespace EcoGlmm.Marginal;

/// <summary>The rows of a table by subject, each subject's in the order of its occasions.</summary>
internal sealed class SubjectRows
{
    /// <param name="data">The table.</param>
    /// <param name="rows">The rows used.</param>
    /// <param name="id">The column that tells subjects apart.</param>
    /// <param name="order">The column of occasions; null where rows follow one another.</param>
    /// <param name="positional">Whether occasions are counted within each subject even where there is an order.</param>
    /// <exception cref="GlmmException">A subject or an occasion is missing, or a subject has an occasion twice.</exception>
    public SubjectRows(FieldData data, int[] rows, string id, string? order, bool positional = false)
    {
        var ids = data.Column(id).Take(rows);
        var times = order is null ? null : Times(data.Column(order).Take(rows), rows);
        var byName = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Length; i++)
        {
            var name = ids.TextAt(i) ?? throw new GlmmException($"Row {rows[i] + 1} has no value of \"{id}\", so that its subject is not "
                + $"known. Leave such rows out with Where.");
            if (!byName.TryGetValue(name, out var members)) byName.Add(name, members = []);
            members.Add(i);
        }

        var distinct = times?.Distinct().Order().ToArray();
        Subjects = new Subject[byName.Count];
        var at = 0;
        foreach (var (name, members) in byName)
        {
            int[] sorted = times is null ? [.. members] : [.. members.OrderBy(i => times[i])];
            double[] own = [.. sorted.Select((i, k) => times?[i] ?? k)];
            for (var k = 1; k < own.Length; k++)
            {
                if (own[k] == own[k - 1])
                    throw new GlmmException($"\"{id}\" {name} has two rows with the same \"{order}\" (rows {rows[sorted[k - 1]] + 1} and "
                        + $"{rows[sorted[k]] + 1}), so that their order is not known. Average them, or order by another column.");
            }

            var occasions = distinct is null || positional ? [.. Enumerable.Range(0, own.Length)] : Array.ConvertAll(own, t =>
                Array.BinarySearch(distinct, t));
            Subjects[at++] = new Subject(sorted, occasions, own);
        }

        Largest = Subjects.Max(s => s.Rows.Length);
        OccasionCount = Subjects.Max(s => s.Occasions[^1]) + 1;
        DistinctTimes = distinct;
    }

    /// <summary>The subjects, in the order in which they first occur.</summary>
    public Subject[] Subjects { get; }

    /// <summary>Rows of the subject that has most.</summary>
    public int Largest { get; }

    /// <summary>Number of occasions.</summary>
    public int OccasionCount { get; }

    /// <summary>The values of the order column; null without one.</summary>
    public double[]? DistinctTimes { get; }

    private static double[] Times(FieldColumn column, int[] rows)
    {
        var values = column switch
        {
            NumericColumn numbers => numbers.Values,
            DateColumn dates => Array.ConvertAll(dates.Values, d => d is { } day ? DateColumn.Days(day) : double.NaN),
            CategoricalColumn factor => Array.ConvertAll(factor.Codes, c => c < 0 ? double.NaN : c),
            _ => throw new GlmmException($"\"{column.Name}\" is {column.Kind}, which does not order occasions. Use numbers, dates or a "
                + $"factor."),
        };
        var missing = Array.FindIndex(values, double.IsNaN);
        return missing < 0 ? values
            : throw new GlmmException($"Row {rows[missing] + 1} has no value of \"{column.Name}\", so that its occasion is not known. "
                + $"Leave such rows out with Where.");
    }
}
