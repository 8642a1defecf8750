using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EcoGlmm.Data;

/// <summary>Numbers such as <c>12</c>, <c>-0.50</c> and <c>0.12345678901234567</c>, read from the bytes of a file.</summary>
internal static class PlainNumber
{
    private const ulong Ones = 0x0101010101010101;
    private const ulong Zeros = Ones * '0';
    private const ulong Signs = Ones * 0x80;

    // A byte that is no digit's value has its highest bit set in the sum, or in itself.
    private const ulong BeyondNine = Ones * (0x80 - 10);

    private const int MostDecimals = 22;

    private const int MostDigits = 17;

    private const ulong DigitsOfItsOwnEnd = 1_000_000_000_000_000;

    // Up to 15 digits, and powers of ten up to 10^22, are doubles themselves: one division rounds as it should (Clinger 1990).
    private static ReadOnlySpan<double> PowersOfTen =>
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Reads a field that is a whole number of up to eight digits, without zeros before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryWhole(ReadOnlySpan<byte> text, int start, int end, out int number)
    {
        var sign = text[start] == '-' ? 1 : 0;
        start += sign;
        var length = end - start;
        number = 0;
        if (length is < 1 or > 8 || end < sizeof(ulong))
            return false;
        var digits = Eight(text, start, end);
        number = (int)Value(digits);
        if ((((digits + BeyondNine) | digits) & Signs) != 0 || (text[start] == '0' && length + sign > 1))
            return false;
        number = (number ^ -sign) + sign;
        return true;
    }

    /// <summary>Reads a field that is a number written in the plain way of <see cref="NumberForms.AddPlain"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryDecimal(ReadOnlySpan<byte> text, int start, int end, byte point, ref NumberForms forms, out double number)
    {
        // Signs come as they like, and no processor foresees them: no branch depends on them.
        var sign = text[start] == '-' ? 1 : 0;
        start += sign;
        var length = end - start;
        number = 0;
        if (length is < 1 or > 8 || end < sizeof(ulong))
            return TryLong(text[start..end], sign == 1, point, ref forms, out number);
        var digits = Eight(text, start, end);
        var difference = digits ^ (Ones * (ulong)(point ^ '0'));
        var points = (difference - Ones) & ~difference & Signs;
        var decimals = 0;
        if (points != 0)
        {
            var bits = BitOperations.TrailingZeroCount(points) - 7;
            decimals = 7 - (bits >> 3);
            // What stands before the point moves to where the point was.
            var before = digits & ((1UL << bits) - 1);
            digits = ((digits >> bits >> 8) << bits << 8) | (before << 8);
            if (decimals == 0 || decimals == length - 1)
                return false;
        }
        if ((((digits + BeyondNine) | digits) & Signs) != 0
            || (text[start] == '0' && (decimals == 0 ? length + sign > 1 : length - decimals > 2)))
            return false;
        number = Value(digits) / PowersOfTen[decimals];
        number = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(number) | ((ulong)sign << 63));
        forms.AddPlain(decimals, decimals > 0 & text[end - 1] == '0');
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryLong(ReadOnlySpan<byte> text, bool isNegative, byte point, ref NumberForms forms, out double number)
    {
        number = 0;
        var i = 0;
        var whole = 0UL;
        for (uint digit; i < text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
            whole = (10 * whole) + digit;
        var digits = i;
        if (digits == 0 || (digits > 1 && text[0] == '0'))
            return false;
        var decimals = 0;
        if (i < text.Length && text[i] == point)
        {
            i++;
            for (uint digit; i < text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
                whole = (10 * whole) + digit;
            decimals = i - digits - 1;
            digits += decimals;
            if (decimals == 0)
                return false;
        }
        if (i < text.Length || (isNegative && digits == 1 && whole == 0))
            return false;
        var isPadded = decimals > 0 && text[^1] == '0';
        if (digits > NumberLabels.DigitsOfItsOwn)
        {
            // More digits than fit may have gone round: they are too many in any case.
            if (isPadded || decimals > MostDecimals || digits - LeadingZeros(text) > MostDigits
                || !TryManyDigits(whole, decimals, out number))
                return false;
        }
        else
        {
            number = whole / PowersOfTen[decimals];
            forms.AddPlain(decimals, isPadded);
        }
        number = isNegative ? -number : number;
        return true;
    }

    // The shortest text of a number, as all of up to 15 digits are that end without a zero.
    private static bool TryManyDigits(ulong whole, int decimals, out double number)
    {
        if (whole >= DigitsOfItsOwnEnd)
            return LongDecimal.TryShortest(whole, decimals, out number);
        number = whole / PowersOfTen[decimals];
        return number >= LongDecimal.Least;
    }

    private static int LeadingZeros(ReadOnlySpan<byte> text) => text[0] == '0' ? Math.Max(1, text[2..].IndexOfAnyExcept((byte)'0') + 1) : 0;

    // The values of up to eight digits, the last in the highest byte, zeros before the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Eight(ReadOnlySpan<byte> text, int start, int end)
    {
        var bytes = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), end - sizeof(ulong)));
        bytes = BitConverter.IsLittleEndian ? bytes : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bytes);
        return (bytes ^ Zeros) & (ulong.MaxValue << (8 * (sizeof(ulong) - end + start)));
    }

    // Pairs of digits, then of pairs, then of these (D. Lemire 2021, Number parsing at a gigabyte per second).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Value(ulong digits)
    {
        const ulong Mask = 0x000000FF000000FF;
        digits = (digits * 10) + (digits >> 8);
        return (uint)((((digits & Mask) * 0x000F424000000064) + (((digits >> 16) & Mask) * 0x0000271000000001)) >> 32);
    }
}
