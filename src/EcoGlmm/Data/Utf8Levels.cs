using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>Texts in the order in which they were first met, kept and looked up as the bytes that a file holds.</summary>
internal sealed class Utf8Levels
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;   // 2^64 by the golden ratio: spreads bits that stand side by side

    // Open addressing; a text of up to eight bytes is its slot's key, so that one look into memory finds it.
    private Slot[] _slots = new Slot[16];
    private Entry[] _entries = new Entry[8];
    private byte[] _bytes = new byte[64];

    public int Count { get; private set; }

    /// <summary>The code of a text, a new one where it has not been met before.</summary>
    public int Code(ReadOnlySpan<byte> text) => Code(text, KeyOf(text));

    /// <summary>The same with the key that <see cref="KeyOf"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(ReadOnlySpan<byte> text, ulong key)
    {
        var slots = _slots;
        var at = PlaceOf(key, text.Length) & (slots.Length - 1);
        for (; slots[at].Number != 0; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Key == key && slot.Length == text.Length
                && (text.Length <= sizeof(ulong) || text.SequenceEqual(Bytes(slot.Number - 1))))
                return slot.Number - 1;
        }
        return Insert(text, key, at);
    }

    /// <summary>The bytes of a text where they are no more than eight, else a number made of all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong KeyOf(ReadOnlySpan<byte> text) => text.Length <= sizeof(ulong) ? Prefix(text) : LongKey(text);

    /// <summary>Lets the processor fetch the place of a text from memory, which takes it as long as dozens of other steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Fetch(ulong key, int length)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[PlaceOf(key, length) & (_slots.Length - 1)]));
    }

    public ReadOnlySpan<byte> Bytes(int code) => _bytes.AsSpan(_entries[code].Start, _entries[code].Length);

    /// <summary>The texts in ordinal order, and for each code the place of its text there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (string[] Texts, int[] Rank) Sorted()
    {
        var (order, keys) = (new int[Count], new ulong[Count]);
        for (var code = 0; code < Count; code++)
            (order[code], keys[code]) = (code, BinaryPrimitives.ReverseEndianness(Prefix(Bytes(code))));
        // UTF-16 puts what lies beyond its 65,536 characters before some that do not, UTF-8 behind.
        var used = Count == 0 ? [] : _bytes.AsSpan(0, _entries[Count - 1].Start + _entries[Count - 1].Length);
        if (used.ContainsAnyInRange((byte)0xee, byte.MaxValue))
        {
            var all = Array.ConvertAll(order, Text);
            Array.Sort(all, order, StringComparer.Ordinal);
        }
        else
        {
            Array.Sort(keys, order);
            for (var from = 0; from < Count;)
            {
                var to = from + 1;
                while (to < Count && keys[to] == keys[from])
                    to++;
                order.AsSpan(from, to - from).Sort((one, other) => Bytes(one).SequenceCompareTo(Bytes(other)));
                from = to;
            }
        }
        var rank = new int[Count];
        for (var place = 0; place < Count; place++)
            rank[order[place]] = place;
        return (Array.ConvertAll(order, Text), rank);
    }

    public string Text(int code) => Encoding.UTF8.GetString(Bytes(code));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Insert(ReadOnlySpan<byte> text, ulong key, int at)
    {
        var start = Count == 0 ? 0 : _entries[Count - 1].Start + _entries[Count - 1].Length;
        if (start + text.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)start + text.Length)));
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        text.CopyTo(_bytes.AsSpan(start));
        _entries[Count] = new(start, text.Length);
        _slots[at] = new(key, text.Length, ++Count);
        if (2 * Count > _slots.Length)
            Rehash();
        return Count - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rehash()
    {
        var slots = new Slot[2 * _slots.Length];
        foreach (var slot in _slots)
        {
            if (slot.Number == 0)
                continue;
            var at = PlaceOf(slot.Key, slot.Length) & (slots.Length - 1);
            while (slots[at].Number != 0)
                at = (at + 1) & (slots.Length - 1);
            slots[at] = slot;
        }
        _slots = slots;
    }

    // The first eight bytes, the first lowest; zeros where there are fewer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Prefix(ReadOnlySpan<byte> text) => text.Length switch
    {
        >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(text),
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text)
            | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << (8 * (text.Length - 4))),
        3 => text[0] | ((ulong)text[1] << 8) | ((ulong)text[2] << 16),
        2 => text[0] | ((ulong)text[1] << 8),
        1 => text[0],
        _ => 0,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong LongKey(ReadOnlySpan<byte> text)
    {
        var key = 0UL;
        for (; text.Length > sizeof(ulong); text = text[sizeof(ulong)..])
            key = Mixed(key ^ Prefix(text));
        return Mixed(key ^ Prefix(text));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(ulong key, int length)
    {
        var hash = Mixed(key ^ ((ulong)length * Multiplier));
        return (int)((hash ^ (hash >> 32)) & int.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mixed(ulong bits)
    {
        var product = bits * Multiplier;
        return BitOperations.RotateLeft(product ^ (product >> 32), 29) * Multiplier;
    }

    private readonly record struct Entry(int Start, int Length);

    /// <summary>Where a text stands: its code + 1, or 0 for none.</summary>
    private readonly record struct Slot(ulong Key, int Length, int Number);
}
