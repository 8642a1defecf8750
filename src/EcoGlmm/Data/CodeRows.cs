using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Texts that are added one after the other, as codes of those that differ.</summary>
internal sealed class CodeRows
{
    /// <summary>The code of a missing text.</summary>
    public const int Missing = -1;

    /// <summary>Rows whose codes are replaced at once.</summary>
    private const int Step = 1 << 18;

    private readonly WholeRows _codes;

    // Rows taken over from other stores, and for each code there the one here; null for codes given here.
    private readonly List<(int Rows, int[]? Codes)> _parts = [];
    private int _rowsInParts;

    public CodeRows() : this(new WholeRows())
    {
    }

    private CodeRows(WholeRows codes) => _codes = codes;

    public Utf8Levels Levels { get; } = new();

    public int Count => _codes.Count;

    public void Add(ReadOnlySpan<byte> text) => _codes.Add(Levels.Code(text));

    public void AddMissing(int count)
    {
        for (var i = 0; i < count; i++)
            _codes.Add(Missing);
    }

    /// <summary>Adds codes that <see cref="Levels"/> gave.</summary>
    public void AddCodes(ReadOnlySpan<int> codes) => _codes.Add(codes, Levels.Count);

    public void Reserve(int total) => _codes.Reserve(total);

    /// <summary>An empty store for texts behind those of this one: see <see cref="RowStore{T}.Part"/>.</summary>
    public CodeRows Part(int start, int length) => new(_codes.Part(start, length));

    /// <summary>Takes over the texts of another, behind its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Append(CodeRows next)
    {
        if (next.Count == 0)
            return;
        if (Count > _rowsInParts)
            _parts.Add((Count - _rowsInParts, null));
        var codes = new int[next.Levels.Count];
        for (var code = 0; code < codes.Length; code++)
            codes[code] = Levels.Code(next.Levels.Bytes(code));
        _parts.Add((next.Count, codes));
        _codes.Append(next._codes);
        _rowsInParts = Count;
    }

    /// <summary>A factor, its levels sorted ordinally; the rows are handed over.</summary>
    public CategoricalColumn ToColumn(string name, string? keptAsText)
    {
        if (Count > _rowsInParts)
            _parts.Add((Count - _rowsInParts, null));
        var (levels, rank) = Levels.Sorted();
        _codes.Widen(WholeNumbers.WidthOf(levels.Length));
        var steps = new List<(int From, int Count, int[] Codes)>();
        var from = 0;
        foreach (var (rows, codes) in _parts)
        {
            int[] final = [Missing, .. codes is null ? rank : Array.ConvertAll(codes, code => rank[code])];
            for (var to = from + rows; from < to; from += Step)
                steps.Add((from, Math.Min(Step, to - from), final));
            from = steps.Count == 0 ? 0 : steps[^1].From + steps[^1].Count;
        }
        Cores.For(steps.Count, i => _codes.Replace(steps[i].From, steps[i].Count, steps[i].Codes));
        return new CategoricalColumn(name, levels, _codes.Take(), keptAsText: keptAsText);
    }

    /// <summary>A factor whose levels are all texts, ordered as they were met; the rows are handed over.</summary>
    public CategoricalColumn ToOrdered(string name)
    {
        var levels = new string[Levels.Count];
        for (var code = 0; code < levels.Length; code++)
            levels[code] = Levels.Text(code);
        return new CategoricalColumn(name, levels, _codes.Take(), explicitLevels: true, isOrdered: true);
    }
}
