using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Whole numbers that are added one after the other, in as few bytes each as the largest so far needs.</summary>
internal sealed class WholeRows
{
    private readonly RowStore<sbyte> _bytes = new();
    private readonly RowStore<short> _shorts = new();
    private readonly RowStore<int> _ints = new();
    private int _width = sizeof(sbyte);
    private int _reserved;

    public WholeRows()
    {
    }

    private WholeRows(RowStore<sbyte> bytes, RowStore<short> shorts, RowStore<int> ints, int width, int reserved) =>
        (_bytes, _shorts, _ints, _width, _reserved) = (bytes, shorts, ints, width, reserved);

    public int Count => _bytes.Count + _shorts.Count + _ints.Count;

    /// <summary>Makes room for so many numbers in all.</summary>
    public void Reserve(int total)
    {
        _reserved = Math.Max(_reserved, total);
        switch (_width)
        {
            case sizeof(sbyte): _bytes.Reserve(_reserved); break;
            case sizeof(short): _shorts.Reserve(_reserved); break;
            default: _ints.Reserve(_reserved); break;
        }
    }

    /// <summary>An empty store for numbers behind those of this one: see <see cref="RowStore{T}.Part"/>.</summary>
    public WholeRows Part(int start, int length) => new(
        _width == sizeof(sbyte) ? _bytes.Part(start, length) : new(), _width == sizeof(short) ? _shorts.Part(start, length) : new(),
        _width == sizeof(int) ? _ints.Part(start, length) : new(), _width, length);

    public void Add(int value) => Add([value], value == WholeNumbers.Missing ? 0 : value);

    public void AddMissing(int count)
    {
        switch (_width)
        {
            case sizeof(sbyte): _bytes.Add(sbyte.MinValue, count); break;
            case sizeof(short): _shorts.Add(short.MinValue, count); break;
            default: _ints.Add(int.MinValue, count); break;
        }
    }

    /// <summary>Adds numbers.</summary>
    /// <param name="values">Numbers, or <see cref="WholeNumbers.Missing"/>.</param>
    /// <param name="most">A number that needs as many bytes as any of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> values, int most)
    {
        Widen(WholeNumbers.WidthOf(most));
        switch (_width)
        {
            case sizeof(sbyte):
                var bytes = _bytes.Room(values.Length);
                for (var i = 0; i < values.Length; i++)
                    bytes[i] = values[i] == WholeNumbers.Missing ? sbyte.MinValue : (sbyte)values[i];
                break;
            case sizeof(short):
                var shorts = _shorts.Room(values.Length);
                for (var i = 0; i < values.Length; i++)
                    shorts[i] = values[i] == WholeNumbers.Missing ? short.MinValue : (short)values[i];
                break;
            default:
                values.CopyTo(_ints.Room(values.Length));
                break;
        }
    }

    /// <summary>Takes over the numbers of another, behind its own.</summary>
    public void Append(WholeRows next)
    {
        Widen(next._width);
        next.Widen(_width);
        _bytes.Append(next._bytes);
        _shorts.Append(next._shorts);
        _ints.Append(next._ints);
    }

    /// <summary>All numbers, none of which are left here.</summary>
    public WholeNumbers Take() => _width switch
    {
        sizeof(sbyte) => new(_bytes.Take()),
        sizeof(short) => new(_shorts.Take()),
        _ => new(_ints.Take()),
    };

    /// <summary>Moves all numbers to where decimals can follow.</summary>
    public void MoveTo(RowStore<double> numbers)
    {
        numbers.Reserve(Math.Max(_reserved, Count));
        var whole = Take();
        whole.CopyTo(numbers.Room(whole.Length));
    }

    /// <summary>Makes room for numbers of so many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Widen(int width)
    {
        if (width <= _width)
            return;
        var count = Count;
        var bytes = _bytes.Values;
        var shorts = _shorts.Values;
        if (width == sizeof(short))
        {
            _shorts.Reserve(Math.Max(_reserved, count));
            var wider = _shorts.Room(count);
            for (var i = 0; i < bytes.Length; i++)
                wider[i] = bytes[i] == sbyte.MinValue ? short.MinValue : bytes[i];
        }
        else
        {
            _ints.Reserve(Math.Max(_reserved, count));
            var wider = _ints.Room(count);
            for (var i = 0; i < bytes.Length; i++)
                wider[i] = bytes[i] == sbyte.MinValue ? int.MinValue : bytes[i];
            for (var i = 0; i < shorts.Length; i++)
                wider[i] = shorts[i] == short.MinValue ? int.MinValue : shorts[i];
            _shorts.Clear();
        }
        _bytes.Clear();
        _width = width;
    }

    /// <summary>Puts another code in the place of each of some: <paramref name="codes"/> holds that of code k at k + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Replace(int from, int count, ReadOnlySpan<int> codes)
    {
        switch (_width)
        {
            case sizeof(sbyte):
                foreach (ref var code in _bytes.Values.Slice(from, count))
                    code = (sbyte)codes[code + 1];
                break;
            case sizeof(short):
                foreach (ref var code in _shorts.Values.Slice(from, count))
                    code = (short)codes[code + 1];
                break;
            default:
                foreach (ref var code in _ints.Values.Slice(from, count))
                    code = codes[code + 1];
                break;
        }
    }
}
