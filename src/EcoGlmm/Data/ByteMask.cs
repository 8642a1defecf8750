using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Data;

/// <summary>Sixty-four bytes that are compared with a character at once; bit i of an answer is byte i.</summary>
internal readonly struct ByteMask
{
    public const int Width = 64;

    private readonly Vector512<byte> _wide;
    private readonly Vector256<byte> _low;
    private readonly Vector256<byte> _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ByteMask(ref byte first)
    {
        Unsafe.SkipInit(out this);
        if (Vector512.IsHardwareAccelerated)
            _wide = Vector512.LoadUnsafe(ref first);
        else
        {
            _low = Vector256.LoadUnsafe(ref first);
            _high = Vector256.LoadUnsafe(ref first, (nuint)Vector256<byte>.Count);
        }
    }

    /// <summary>The bytes that begin at a place, behind which there are as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteMask Of(ReadOnlySpan<byte> text, int at) => new(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Equal(byte character)
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512.Equals(_wide, Vector512.Create(character)).ExtractMostSignificantBits();
        var sought = Vector256.Create(character);
        return Vector256.Equals(_low, sought).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(_high, sought).ExtractMostSignificantBits() << Vector256<byte>.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LineEnds() => Equal((byte)'\n') | Equal((byte)'\r');
}
