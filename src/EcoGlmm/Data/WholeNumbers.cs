using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Whole numbers in one, two or four bytes each, as many as they need.</summary>
internal sealed class WholeNumbers
{
    /// <summary>What stands for a missing number.</summary>
    public const int Missing = int.MinValue;

    private readonly sbyte[] _bytes = [];
    private readonly short[] _shorts = [];
    private readonly int[] _ints = [];

    public WholeNumbers(sbyte[] values)
    {
        _bytes = values;
        Width = sizeof(sbyte);
    }

    public WholeNumbers(short[] values)
    {
        _shorts = values;
        Width = sizeof(short);
    }

    public WholeNumbers(int[] values)
    {
        _ints = values;
        Width = sizeof(int);
    }

    /// <summary>The bytes of each.</summary>
    public int Width { get; }

    public int Length => _bytes.Length + _shorts.Length + _ints.Length;

    public int this[int row] => Width switch
    {
        sizeof(sbyte) => _bytes[row] is var one && one == sbyte.MinValue ? Missing : one,
        sizeof(short) => _shorts[row] is var two && two == short.MinValue ? Missing : two,
        _ => _ints[row],
    };

    /// <summary>The bytes of a number from −|most| to |most| beside the mark for a missing one.</summary>
    public static int WidthOf(int most) => Math.Abs((long)most) switch
    {
        <= sbyte.MaxValue => sizeof(sbyte),
        <= short.MaxValue => sizeof(short),
        _ => sizeof(int),
    };

    /// <summary>The same numbers in as few bytes as they need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static WholeNumbers Of(int[] values)
    {
        var most = 0;
        foreach (var value in values)
        {
            if (value != Missing)
                most = Math.Max(most, Math.Abs(value));
        }
        return WidthOf(most) switch
        {
            sizeof(sbyte) => new(Array.ConvertAll(values, value => value == Missing ? sbyte.MinValue : (sbyte)value)),
            sizeof(short) => new(Array.ConvertAll(values, value => value == Missing ? short.MinValue : (short)value)),
            _ => new(values),
        };
    }

    public WholeNumbers Take(int[] rows) => Width switch
    {
        sizeof(sbyte) => new(Array.ConvertAll(rows, row => _bytes[row])),
        sizeof(short) => new(Array.ConvertAll(rows, row => _shorts[row])),
        _ => new(Array.ConvertAll(rows, row => _ints[row])),
    };

    /// <summary>The numbers, NaN for a missing one.</summary>
    public double[] ToDoubles()
    {
        var values = GC.AllocateUninitializedArray<double>(Length);
        CopyTo(values);
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(Span<double> values)
    {
        for (var row = 0; row < _bytes.Length; row++)
            values[row] = _bytes[row] == sbyte.MinValue ? double.NaN : _bytes[row];
        for (var row = 0; row < _shorts.Length; row++)
            values[row] = _shorts[row] == short.MinValue ? double.NaN : _shorts[row];
        for (var row = 0; row < _ints.Length; row++)
            values[row] = _ints[row] == int.MinValue ? double.NaN : _ints[row];
    }

    /// <summary>The numbers, none of which is missing, such as codes that are −1 where a label is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int[] ToInts()
    {
        if (Width == sizeof(int))
            return _ints;
        var values = GC.AllocateUninitializedArray<int>(Length);
        for (var row = 0; row < _bytes.Length; row++)
            values[row] = _bytes[row];
        for (var row = 0; row < _shorts.Length; row++)
            values[row] = _shorts[row];
        return values;
    }

    public bool HasMissing() => _bytes.AsSpan().Contains(sbyte.MinValue) || _shorts.AsSpan().Contains(short.MinValue)
        || _ints.AsSpan().Contains(int.MinValue);

    /// <summary>Whether any number is below zero, a missing one included.</summary>
    public bool HasNegative() => _bytes.AsSpan().ContainsAnyExceptInRange((sbyte)0, sbyte.MaxValue)
        || _shorts.AsSpan().ContainsAnyExceptInRange((short)0, short.MaxValue)
        || _ints.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue);
}
