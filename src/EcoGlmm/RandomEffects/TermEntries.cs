namespace EcoGlmm.RandomEffects;

/// <summary>
/// Z of a term of which a row may belong to several levels, with weights: row i has the entries Starts[i] … Starts[i + 1] − 1,
/// each level at most once in a row.
/// </summary>
/// <param name="Starts">One more than there are rows.</param>
/// <param name="Levels">The level of each entry.</param>
/// <param name="Weights">Entries × effects, row-major.</param>
internal sealed record TermEntries(int[] Starts, int[] Levels, double[] Weights)
{
    /// <summary>Puts entries of the same level in a row together.</summary>
    /// <param name="rows">For each row its levels with their weights (one effect).</param>
    public static TermEntries Of(IReadOnlyList<IReadOnlyList<(int Level, double Weight)>> rows)
    {
        var starts = new int[rows.Count + 1];
        var levels = new List<int>();
        var weights = new List<double>();
        for (var i = 0; i < rows.Count; i++)
        {
            foreach (var (level, weight) in rows[i])
            {
                var at = levels.IndexOf(level, starts[i]);
                if (at >= 0)
                {
                    weights[at] += weight;
                    continue;
                }

                levels.Add(level);
                weights.Add(weight);
            }

            starts[i + 1] = levels.Count;
        }

        return new TermEntries(starts, [.. levels], [.. weights]);
    }
}
