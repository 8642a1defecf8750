using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Numbers such as <c>12</c> and <c>-0.50</c> of at most 15 digits, read from the bytes of a file.</summary>
internal static class PlainNumber
{
    // Up to 15 digits, and powers of ten up to 10^22, are doubles themselves: one division rounds as it should (Clinger 1990).
    private static readonly double[] PowersOfTen =
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>The length of the number that a text begins with; 0 where there is none, or it goes on otherwise than with a separator
    /// or the line's end, or is not written in the plain way of <see cref="NumberForms.AddPlain"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int TryRead(ReadOnlySpan<byte> text, byte separator, byte point, ref NumberForms forms, out double number)
    {
        number = 0;
        var start = text[0] == '-' ? 1 : 0;
        var i = start;
        var whole = 0UL;
        for (uint digit; i < text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
            whole = (10 * whole) + digit;
        var digits = i - start;
        if (digits == 0 || (digits > 1 && text[start] == '0'))
            return 0;
        var decimals = 0;
        if (i < text.Length && text[i] == point)
        {
            i++;
            for (uint digit; i < text.Length && (digit = (uint)(text[i] - '0')) <= 9; i++)
                whole = (10 * whole) + digit;
            decimals = i - start - digits - 1;
            digits += decimals;
            if (decimals == 0)
                return 0;
        }
        // More digits than fit may have gone round: they are too many in any case.
        if (digits > NumberLabels.DigitsOfItsOwn || (start > 0 && digits == 1 && whole == 0)
            || (i < text.Length && text[i] != separator && text[i] is not ((byte)'\n' or (byte)'\r')))
            return 0;
        number = decimals == 0 ? whole : whole / PowersOfTen[decimals];
        number = start > 0 ? -number : number;
        forms.AddPlain(decimals, decimals > 0 && text[i - 1] == '0');
        return i;
    }
}
