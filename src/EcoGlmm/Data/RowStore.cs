namespace EcoGlmm.Data;

/// <summary>
/// Values of a column that are added one after the other. Where their number is known before, parts of a column fill their places in one
/// array side by side, so that nothing is copied.
/// </summary>
internal sealed class RowStore<T>
{
    private const int FirstLength = 64;

    private T[] _values = [];
    private int _start;
    private int _limit;

    public int Count { get; private set; }

    public Span<T> Values => _values.AsSpan(_start, Count);

    /// <summary>Makes room for so many values in all.</summary>
    public void Reserve(int total)
    {
        if (total <= _limit)
            return;
        var values = GC.AllocateUninitializedArray<T>(total);
        Values.CopyTo(values);
        (_values, _start, _limit) = (values, 0, total);
    }

    /// <summary>An empty store for so many values that come so many places behind the first of this one, in the same array if that
    /// reaches as far.</summary>
    public RowStore<T> Part(int start, int length)
    {
        var part = new RowStore<T>();
        if ((long)start + length <= _limit)
            (part._values, part._start, part._limit) = (_values, _start + start, length);
        else
            part.Reserve(length);
        return part;
    }

    public void Add(T value) => Room(1)[0] = value;

    public void Add(T value, int times) => Room(times).Fill(value);

    /// <summary>The places of the next values, which have to be filled at once.</summary>
    public Span<T> Room(int count)
    {
        if (Count + count > _limit)
            Grow(count);
        Count += count;
        return _values.AsSpan(_start + Count - count, count);
    }

    /// <summary>Takes over the values of another, behind its own.</summary>
    public void Append(RowStore<T> next)
    {
        var isInPlace = ReferenceEquals(_values, next._values) && next._start == _start + Count && Count + next.Count <= _limit;
        if (isInPlace)
            Count += next.Count;
        else
            next.Values.CopyTo(Room(next.Count));
    }

    /// <summary>All values in one array; none are left here.</summary>
    public T[] Take()
    {
        var values = _start == 0 && Count == _values.Length ? _values : Values.ToArray();
        Clear();
        return values;
    }

    public void Clear() => (_values, _start, _limit, Count) = ([], 0, 0, 0);

    private void Grow(int count)
    {
        var needed = (long)Count + count;
        if (needed > Array.MaxLength)
            throw GlmmException.InData($"The table has more than {Array.MaxLength:N0} rows, which is more than field data hold.");
        Reserve((int)Math.Clamp(2L * Count, Math.Max(needed, FirstLength), Array.MaxLength));
    }
}
