using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>Texts in the order in which they were first met, kept and looked up as the bytes that a file holds.</summary>
internal sealed class Utf8Levels
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;   // 2^64 by the golden ratio: spreads bits that stand side by side

    // Open addressing; a text of up to eight bytes is its slot's prefix, so that one look into memory finds it.
    private Slot[] _slots = new Slot[16];
    private Entry[] _entries = new Entry[8];
    private byte[] _bytes = new byte[64];

    public int Count { get; private set; }

    /// <summary>The code of a text, a new one where it has not been met before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Code(ReadOnlySpan<byte> text)
    {
        var prefix = Prefix(text);
        var hash = Hash(text, prefix);
        var slots = _slots;
        var at = (int)hash & (slots.Length - 1);
        for (; slots[at].Number != 0; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Prefix == prefix && slot.Length == text.Length
                && (text.Length <= sizeof(ulong) || text.SequenceEqual(Bytes(slot.Number - 1))))
                return slot.Number - 1;
        }
        return Insert(text, hash, prefix, at);
    }

    public ReadOnlySpan<byte> Bytes(int code) => _bytes.AsSpan(_entries[code].Start, _entries[code].Length);

    public string[] Texts()
    {
        var texts = new string[Count];
        for (var code = 0; code < Count; code++)
            texts[code] = Encoding.UTF8.GetString(Bytes(code));
        return texts;
    }

    private int Insert(ReadOnlySpan<byte> text, uint hash, ulong prefix, int at)
    {
        var start = Count == 0 ? 0 : _entries[Count - 1].Start + _entries[Count - 1].Length;
        if (start + text.Length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)start + text.Length)));
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        text.CopyTo(_bytes.AsSpan(start));
        _entries[Count] = new(hash, start, text.Length);
        _slots[at] = new(prefix, text.Length, ++Count);
        if (2 * Count > _slots.Length)
            Rehash();
        return Count - 1;
    }

    private void Rehash()
    {
        var slots = new Slot[2 * _slots.Length];
        foreach (var slot in _slots)
        {
            if (slot.Number == 0)
                continue;
            var at = (int)_entries[slot.Number - 1].Hash & (slots.Length - 1);
            while (slots[at].Number != 0)
                at = (at + 1) & (slots.Length - 1);
            slots[at] = slot;
        }
        _slots = slots;
    }

    // The first eight bytes; of fewer all of them, in an order that depends on their number alone.
    private static ulong Prefix(ReadOnlySpan<byte> text) => text.Length switch
    {
        >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(text),
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text)
            | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32),
        3 => text[0] | ((ulong)text[1] << 8) | ((ulong)text[2] << 16),
        2 => text[0] | ((ulong)text[1] << 8),
        1 => text[0],
        _ => 0,
    };

    private static uint Hash(ReadOnlySpan<byte> text, ulong prefix)
    {
        var hash = Mixed(prefix ^ ((ulong)text.Length * Multiplier));
        for (var i = sizeof(ulong); i < text.Length; i += sizeof(ulong))
            hash = Mixed(hash ^ Prefix(text[i..]));
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mixed(ulong bits)
    {
        var product = bits * Multiplier;
        return BitOperations.RotateLeft(product ^ (product >> 32), 29) * Multiplier;
    }

    private readonly record struct Entry(uint Hash, int Start, int Length);

    /// <summary>Where a text stands: its code + 1, or 0 for none.</summary>
    private readonly record struct Slot(ulong Prefix, int Length, int Number);
}
