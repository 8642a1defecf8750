namespace EcoGlmm.RandomEffects;

/// <summary>
/// The pairs of levels (a of term <c>First</c>, b of term <c>Second</c>, First before Second) that share an
/// observation, in compressed-row form: the blocks of ZᵀWZ off the diagonal that are not zero.
/// </summary>
internal sealed class CrossBlocks
{
    private CrossBlocks(int first, int second, int[] starts, int[] partners, int[] blockOfRow, int size)
    {
        First = first;
        Second = second;
        Starts = starts;
        Partners = partners;
        BlockOfRow = blockOfRow;
        Size = size;
        A = new double[(long)partners.Length * size];
        B = new double[(long)partners.Length * size];
    }

    public int First { get; }

    public int Second { get; }

    /// <summary>Blocks of level a are Starts[a] … Starts[a + 1] − 1.</summary>
    public int[] Starts { get; }

    /// <summary>The level of the second term, for each block; ascending within a level of the first.</summary>
    public int[] Partners { get; }

    /// <summary>The block that each observation adds to.</summary>
    public int[] BlockOfRow { get; }

    /// <summary>Entries of a block.</summary>
    public int Size { get; }

    /// <summary>Blocks of ZᵀWZ, each (effects of second) × (effects of first), row-major.</summary>
    public double[] A { get; }

    /// <summary>Blocks of ΛH⁻¹Λᵀ on the same pattern.</summary>
    public double[] B { get; }

    public static CrossBlocks Find(RandomTerm[] terms, int first, int second)
    {
        var s = terms[first];
        var t = terms[second];
        var n = s.Codes.Length;
        var rowStarts = new int[s.Levels.Count + 1];
        foreach (var a in s.Codes) rowStarts[a + 1]++;
        for (var a = 0; a < s.Levels.Count; a++) rowStarts[a + 1] += rowStarts[a];
        var next = rowStarts.AsSpan(0, s.Levels.Count).ToArray();
        var rows = new int[n];
        for (var i = 0; i < n; i++) rows[next[s.Codes[i]]++] = i;

        var starts = new int[s.Levels.Count + 1];
        var partners = new List<int>();
        var blockOfRow = new int[n];
        var seen = new int[t.Levels.Count];
        Array.Fill(seen, -1);
        var position = new int[t.Levels.Count];
        for (var a = 0; a < s.Levels.Count; a++)
        {
            starts[a] = partners.Count;
            var mine = rows.AsSpan(rowStarts[a], rowStarts[a + 1] - rowStarts[a]);
            foreach (var i in mine)
            {
                var b = t.Codes[i];
                if (seen[b] == a) continue;
                seen[b] = a;
                partners.Add(b);
            }

            partners.Sort(starts[a], partners.Count - starts[a], null);
            for (var k = starts[a]; k < partners.Count; k++) position[partners[k]] = k;
            foreach (var i in mine) blockOfRow[i] = position[t.Codes[i]];
        }

        starts[^1] = partners.Count;
        return new CrossBlocks(first, second, starts, [.. partners], blockOfRow, s.Width * t.Width);
    }
}
