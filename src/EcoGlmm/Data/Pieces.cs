namespace EcoGlmm.Data;

/// <summary>Values that are added one by one, in pieces, so that growth copies nothing.</summary>
internal sealed class Pieces<T>
{
    private const int FirstPiece = 64;

    private const int LargestPiece = 1 << 16;

    private readonly List<ArraySegment<T>> _full = [];
    private T[] _last = [];
    private int _used;

    public void Add(T value)
    {
        if (_used == _last.Length)
            Grow();
        _last[_used++] = value;
    }

    public void Add(T value, int times)
    {
        for (var i = 0; i < times; i++)
            Add(value);
    }

    /// <summary>Takes over the values of another, behind its own.</summary>
    public void Append(Pieces<T> next)
    {
        Close();
        next.Close();
        _full.AddRange(next._full);
        next._full.Clear();
    }

    /// <summary>The pieces in their order.</summary>
    public IReadOnlyList<ArraySegment<T>> All()
    {
        Close();
        return _full;
    }

    /// <summary>All values in one array; none are left here.</summary>
    public T[] Take()
    {
        Close();
        var values = GC.AllocateUninitializedArray<T>(_full.Sum(piece => piece.Count));
        var start = 0;
        for (var i = 0; i < _full.Count; i++)
        {
            _full[i].CopyTo(values, start);
            start += _full[i].Count;
            _full[i] = default;
        }
        _full.Clear();
        return values;
    }

    private void Close()
    {
        if (_used > 0)
            _full.Add(new(_last, 0, _used));
        (_last, _used) = ([], 0);
    }

    private void Grow()
    {
        var length = Math.Clamp(2 * _last.Length, FirstPiece, LargestPiece);
        Close();
        _last = GC.AllocateUninitializedArray<T>(length);
    }
}
