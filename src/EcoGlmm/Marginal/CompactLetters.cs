namespace EcoGlmm.Marginal;

/// <summary>
/// The compact letter display: means that share a letter do not differ. As few letters as inserting and absorbing finds.
/// Source: H.-P. Piepho (2004), J. Comput. Graph. Stat. 13, 456-466.
/// </summary>
internal static class CompactLetters
{
    /// <param name="differ">Whether two means differ; symmetric.</param>
    /// <param name="order">The means in the order in which letters are given, a first.</param>
    public static string[] Of(bool[,] differ, IReadOnlyList<int> order)
    {
        var n = order.Count;
        var sets = new List<HashSet<int>> { new(order) };
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                if (!differ[order[i], order[j]])
                    continue;
                foreach (var set in sets.Where(s => s.Contains(order[i]) && s.Contains(order[j])).ToArray())
                {
                    sets.Remove(set);
                    sets.Add([.. set.Where(k => k != order[i])]);
                    sets.Add([.. set.Where(k => k != order[j])]);
                }

                Absorb(sets);
            }
        }

        var letters = new string[n];
        Array.Fill(letters, "");
        var sorted = sets.OrderBy(s => Enumerable.Range(0, n).First(k => s.Contains(order[k])))
            .ThenBy(s => Enumerable.Range(0, n).Last(k => s.Contains(order[k])));
        foreach (var (set, at) in sorted.Select((s, at) => (s, at)))
        {
            foreach (var k in set)
                letters[k] += Letter(at);
        }

        return letters;
    }

    /// <summary>Sets that lie within others say nothing of their own.</summary>
    private static void Absorb(List<HashSet<int>> sets)
    {
        for (var a = sets.Count - 1; a >= 0; a--)
        {
            if (sets.Where((other, b) => b != a && (sets[a].IsProperSubsetOf(other) || (b < a && sets[a].SetEquals(other)))).Any())
                sets.RemoveAt(a);
        }
    }

    private static string Letter(int at) => at < 26 ? ((char)('a' + at)).ToString() : Letter((at / 26) - 1) + Letter(at % 26);
}
