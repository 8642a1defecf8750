namespace EcoGlmm.RandomEffects;

/// <summary>
/// The pairs of levels (a of term <c>First</c>, b of term <c>Second</c>, First no later than Second, and b &gt; a within one
/// term) that share an observation, or that the precision of the term links, in compressed-row form: the blocks of
/// ZᵀWZ and P off the diagonal that are not zero.
/// </summary>
internal sealed class CrossBlocks
{
    private CrossBlocks(int first, int second, int[] starts, int[] partners, int size)
    {
        First = first;
        Second = second;
        Starts = starts;
        Partners = partners;
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

    /// <summary>The block that each observation adds to, where it belongs to one level of either term; null where it may belong to
    /// several.</summary>
    public int[]? BlockOfRow { get; private init; }

    /// <summary>What adds to the blocks where an observation may belong to several levels.</summary>
    public EntryPairs? Pairs { get; private init; }

    /// <summary>Where the precision of the term has each block, −1 where it has none; null where levels are independent or differ in
    /// term.</summary>
    public int[]? PrecisionIndex { get; private init; }

    /// <summary>Entries of a block.</summary>
    public int Size { get; }

    /// <summary>Blocks of ZᵀWZ, each (effects of second) × (effects of first), row-major.</summary>
    public double[] A { get; }

    /// <summary>Blocks of ΛH⁻¹Λᵀ on the same pattern.</summary>
    public double[] B { get; }

    /// <summary>The blocks by effects of L⁻¹u, where one of the terms has dense covariances: of ZᵀWZ, or of H⁻¹ by u.</summary>
    public double[]? Mixed { get; private set; }

    public static CrossBlocks Find(RandomTerm[] terms, int first, int second)
    {
        var (s, t) = (terms[first], terms[second]);
        var blocks = first == second || s.Entries is not null || t.Entries is not null ? FindAmongEntries(terms, first, second)
            : FindByCodes(terms, first, second);
        if (s.Structure.Precision?.DenseGroups is not null || t.Structure.Precision?.DenseGroups is not null)
            blocks.Mixed = new double[blocks.Partners.Length * Math.Max(blocks.Size, s.LatentWidth * t.LatentWidth)];
        return blocks;
    }

    private static CrossBlocks FindByCodes(RandomTerm[] terms, int first, int second)
    {
        var (s, t) = (terms[first], terms[second]);
        var (ofFirst, ofSecond) = (new LevelGroups(s), new LevelGroups(t));
        var n = s.Codes.Length;
        var (rowStarts, rows) = RowsByLevel(s.Codes, s.Levels.Count);
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
            var (from, to) = ofFirst.Of(a);
            foreach (var i in rows.AsSpan(rowStarts[from], rowStarts[to] - rowStarts[from]))
            {
                var b = t.Codes[i];
                if (seen[b] != a) ofSecond.Add(b, a, seen, partners);
            }

            partners.Sort(starts[a], partners.Count - starts[a], null);
            for (var k = starts[a]; k < partners.Count; k++) position[partners[k]] = k;
            foreach (var i in mine) blockOfRow[i] = position[t.Codes[i]];
        }

        starts[^1] = partners.Count;
        return new CrossBlocks(first, second, starts, [.. partners], s.Width * t.Width) { BlockOfRow = blockOfRow };
    }

    /// <summary>Whether the levels of a term are linked to each other at all.</summary>
    public static bool HasWithin(RandomTerm term) => term.Entries is not null || term.Structure.Precision is not null;

    private static CrossBlocks FindAmongEntries(RandomTerm[] terms, int first, int second)
    {
        var s = terms[first];
        var t = terms[second];
        var isWithin = first == second;
        var precision = isWithin ? s.Structure.Precision?.Pattern : null;
        var sharesRows = !isWithin || s.Entries is not null;
        var (firstLevels, firstRows) = EntriesOf(s);
        var (entryStarts, entries) = sharesRows ? RowsByLevel(firstLevels, s.Levels.Count) : (new int[s.Levels.Count + 1], []);
        var starts = new int[s.Levels.Count + 1];
        var partners = new List<int>();
        var seen = new int[t.Levels.Count];
        Array.Fill(seen, -1);
        var position = new int[t.Levels.Count];
        var pairs = new EntryPairs();
        var precisionIndex = precision is null ? null : new List<int>();
        var (ofFirst, ofSecond) = (new LevelGroups(isWithin ? null : s), new LevelGroups(isWithin ? null : t));
        for (var a = 0; a < s.Levels.Count; a++)
        {
            starts[a] = partners.Count;
            var mine = entries.AsSpan(entryStarts[a], entryStarts[a + 1] - entryStarts[a]);
            var (firstLevel, lastLevel) = ofFirst.Of(a);
            foreach (var e in entries.AsSpan(entryStarts[firstLevel], entryStarts[lastLevel] - entryStarts[firstLevel]))
            {
                var i = firstRows is null ? e : firstRows[e];
                var (from, to) = Range(t, i);
                for (var f = from; f < to; f++)
                {
                    var b = LevelOf(t, f);
                    if (seen[b] != a && !(isWithin && b <= a)) ofSecond.Add(b, a, seen, partners);
                }
            }

            for (var k = precision?.ColumnPointers[a] + 1 ?? 0; k < (precision?.ColumnPointers[a + 1] ?? 0); k++)
            {
                var b = precision!.RowIndices[k];
                if (seen[b] == a) continue;
                seen[b] = a;
                partners.Add(b);
            }

            partners.Sort(starts[a], partners.Count - starts[a], null);
            for (var k = starts[a]; k < partners.Count; k++) position[partners[k]] = k;
            if (precisionIndex is not null)
            {
                for (var k = starts[a]; k < partners.Count; k++) precisionIndex.Add(-1);
                for (var k = precision!.ColumnPointers[a] + 1; k < precision.ColumnPointers[a + 1]; k++)
                    precisionIndex[position[precision.RowIndices[k]]] = k;
            }

            foreach (var e in mine)
            {
                var i = firstRows is null ? e : firstRows[e];
                var (from, to) = Range(t, i);
                for (var f = from; f < to; f++)
                {
                    var b = LevelOf(t, f);
                    if (!isWithin || b > a) pairs.Add(i, e, f, position[b]);
                }
            }
        }

        starts[^1] = partners.Count;
        return new CrossBlocks(first, second, starts, [.. partners], s.Width * t.Width)
        {
            Pairs = pairs,
            PrecisionIndex = precisionIndex is null ? null : [.. precisionIndex],
        };
    }

    /// <summary>The level of each entry of Z, and its row; null where entry and row are the same.</summary>
    private static (int[] Levels, int[]? Rows) EntriesOf(RandomTerm term)
    {
        if (term.Entries is not { } entries) return (term.Codes, null);
        var rows = new int[entries.Levels.Length];
        for (var i = 0; i + 1 < entries.Starts.Length; i++)
            rows.AsSpan(entries.Starts[i], entries.Starts[i + 1] - entries.Starts[i]).Fill(i);
        return (entries.Levels, rows);
    }

    private static (int From, int To) Range(RandomTerm term, int row) =>
        term.Entries is { } entries ? (entries.Starts[row], entries.Starts[row + 1]) : (row, row + 1);

    private static int LevelOf(RandomTerm term, int entry) => term.Entries is { } entries ? entries.Levels[entry] : term.Codes[entry];

    private static (int[] Starts, int[] Rows) RowsByLevel(int[] codes, int levels)
    {
        var starts = new int[levels + 1];
        foreach (var a in codes) starts[a + 1]++;
        for (var a = 0; a < levels; a++) starts[a + 1] += starts[a];
        var next = starts.AsSpan(0, levels).ToArray();
        var rows = new int[codes.Length];
        for (var i = 0; i < codes.Length; i++) rows[next[codes[i]]++] = i;
        return (starts, rows);
    }
}

/// <summary>The levels that a level is mixed with, so that it has the partners of them all: those of its group where covariances are dense,
/// else itself alone.</summary>
internal sealed class LevelGroups
{
    private readonly (int From, int To)[]? _ranges;

    public LevelGroups(RandomTerm? term)
    {
        if (term?.Structure.Precision?.DenseGroups is not { } starts) return;
        _ranges = new (int, int)[term.Levels.Count];
        for (var g = 0; g + 1 < starts.Length; g++) _ranges.AsSpan(starts[g], starts[g + 1] - starts[g]).Fill((starts[g], starts[g + 1]));
    }

    /// <summary>The first of them, and the one after the last.</summary>
    public (int From, int To) Of(int level) => _ranges is null ? (level, level + 1) : _ranges[level];

    /// <summary>Adds a level with its group to the partners of another, and marks them.</summary>
    public void Add(int level, int partner, int[] seen, List<int> partners)
    {
        var (from, to) = Of(level);
        for (var b = from; b < to; b++)
        {
            seen[b] = partner;
            partners.Add(b);
        }
    }
}

/// <summary>Pairs of entries of Z, of one row each, with the block that they add to.</summary>
internal sealed class EntryPairs
{
    private readonly List<(int Row, int First, int Second, int Block)> _pairs = [];

    public int Count => _pairs.Count;

    public ReadOnlySpan<(int Row, int First, int Second, int Block)> All =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pairs);

    public void Add(int row, int first, int second, int block) => _pairs.Add((row, first, second, block));
}
