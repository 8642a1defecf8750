using System.Globalization;

namespace EcoGlmm.Data;

/// <summary>Numbers as text and back, in R's notation, whatever the machine's culture.</summary>
internal static class NumberText
{
    private const int MostDigits = 15;

    private static readonly double[] PowersOfTen =
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Reads <c>12</c>, <c>-0.5</c>, <c>1e5</c>, <c>Inf</c>, <c>NaN</c>; blanks around it are ignored.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        // Most field data are short whole numbers: read those without the general parser.
        if (text.Length is > 0 and <= 9)
        {
            var whole = 0;
            var i = text[0] == '-' ? 1 : 0;
            var digits = text.Length - i;
            for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
                whole = whole * 10 + (text[i] - '0');
            if (i == text.Length && digits > 0)
            {
                value = text[0] == '-' ? -(double)whole : whole;
                return true;
            }
        }
        if (TryDecimal(text, out value))
            return true;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return true;
        var sign = text.Length > 0 && text[0] is '-' or '+' ? text[0] : '+';
        var unsigned = text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;
        if (!unsigned.Equals("Inf", StringComparison.OrdinalIgnoreCase))
            return false;
        value = sign == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return true;
    }

    // Up to 15 digits, and powers of ten up to 10^22, are doubles themselves: one division rounds as it should (Clinger 1990).
    private static bool TryDecimal(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        var digits = isNegative ? text[1..] : text;
        var point = digits.IndexOf('.');
        if (point <= 0 || point == digits.Length - 1 || digits.Length > MostDigits + 1)
            return false;
        var whole = 0L;
        for (var i = 0; i < digits.Length; i++)
        {
            if (i == point)
                continue;
            if (!char.IsAsciiDigit(digits[i]))
                return false;
            whole = (10 * whole) + (digits[i] - '0');
        }
        value = whole / PowersOfTen[digits.Length - 1 - point];
        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>
    /// The shortest text that reads back as the same number, laid out as R does: fixed notation unless scientific is
    /// shorter (<c>1e-05</c>, <c>1e+15</c>), and whole numbers within R's integer range always in full.
    /// </summary>
    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Inf" : "-Inf";
        if (Math.Abs(value) <= int.MaxValue && value == Math.Floor(value))
            return ((long)value).ToString(CultureInfo.InvariantCulture);

        // "E16" style text cannot be asked to be shortest, so take the digits of the round-trip text apart.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var negative = text[0] == '-';
        if (negative)
            text = text[1..];
        var exponent = 0;
        var e = text.IndexOf('E');
        if (e >= 0)
        {
            exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }
        var point = text.IndexOf('.');
        var wholeDigits = point >= 0 ? point : text.Length;
        var allDigits = text.Replace(".", "");
        var leadingZeros = allDigits.Length - allDigits.TrimStart('0').Length;
        var digits = allDigits.Trim('0');
        exponent += wholeDigits - leadingZeros - 1;   // value = d.ddd x 10^exponent

        var magnitude = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        var scientific = (digits.Length > 1 ? digits[0] + "." + digits[1..] : digits)
                         + (exponent < 0 ? "e-" : "e+") + magnitude;
        string plain;
        if (exponent < 0)
            plain = "0." + new string('0', -exponent - 1) + digits;
        else if (digits.Length <= exponent + 1)
            plain = digits + new string('0', exponent + 1 - digits.Length);
        else
            plain = digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
        return (negative ? "-" : "") + (plain.Length <= scientific.Length ? plain : scientific);
    }
}
