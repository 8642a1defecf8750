using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EcoGlmm.Data;

/// <summary>
/// Watches the texts that the numbers of a column are read from, for what a number would lose: identifiers such as
/// <c>007</c> beside <c>7</c>, or a ring number of more digits than a <see cref="double"/> holds.
/// </summary>
internal sealed class NumberLabels
{
    /// <summary>Every decimal number of so many significant digits is a double of its own (IEEE 754, binary64).</summary>
    public const int DigitsOfItsOwn = 15;

    /// <summary>2⁵³: up to it every whole number is a <see cref="double"/>.</summary>
    public const double LargestExactWhole = 9007199254740992;

    // Numbers that were not written in the one plain way: a fingerprint of their text, and how many rows have it.
    private readonly Dictionary<double, (ulong Text, int Rows)> _unusual = [];

    /// <summary>Why the texts must be kept, as the end of a sentence; null as long as numbers hold all that they say.</summary>
    public string? Loss { get; private set; }

    /// <summary>How many numbers are not written in the one plain way.</summary>
    public int Unusual => _unusual.Count;

    /// <summary>Whether <see cref="Complete"/> has to look at the numbers.</summary>
    public bool NeedsNumbers => Loss is null && _unusual.Count > 0;

    /// <param name="text">The text as it stands, without blanks around it, with a decimal point.</param>
    /// <param name="value">The number read from it.</param>
    public void Add(ReadOnlySpan<char> text, double value)
    {
        if (Loss is not null || IsPlain(text) || double.IsNaN(value) || IsWordForInfinity(text, value))
            return;
        if (HasLeadingZeros(text))
            Loss = $"\"{text}\" begins with zeros that a number would lose";
        else if (LosesDigits(text, value))
            Loss = $"\"{text}\" has more digits than a number holds";
        else if (!IsShortest(text, value))
            Remember(text, value);
    }

    /// <summary>Looks, once all texts have been added, for two texts that are one number.</summary>
    /// <param name="numbers">The numbers of the column, in any order; NaN is ignored.</param>
    public void Complete(ReadOnlySpan<double> numbers)
    {
        if (!NeedsNumbers)
            return;
        var (least, most) = (_unusual.Keys.Min(), _unusual.Keys.Max());
        foreach (var number in numbers)
        {
            if (!(number >= least && number <= most))
                continue;
            ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_unusual, number);
            if (!Unsafe.IsNullRef(ref known) && --known.Rows < 0)
            {
                Loss = Merged(number);
                return;
            }
        }
    }

    /// <summary>Adds what others have looked at, of which none is lost.</summary>
    public void Append(NumberLabels next)
    {
        foreach (var (number, (text, rows)) in next._unusual)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_unusual, number, out var exists);
            if (exists && known.Text != text)
                Loss = Merged(number);
            known = (text, known.Rows + rows);
        }
    }

    /// <summary>The whole number as text, where a double would be another number; otherwise null.</summary>
    public static string? Exact(object value) => value switch
    {
        long whole when Math.Abs((double)whole) >= LargestExactWhole && ((double)whole >= long.MaxValue || (long)(double)whole != whole)
            => whole.ToString(CultureInfo.InvariantCulture),
        ulong whole when whole >= LargestExactWhole && new BigInteger((double)whole) != whole =>
        whole.ToString(CultureInfo.InvariantCulture),
        decimal number when Math.Abs(number) >= (decimal)LargestExactWhole && decimal.Truncate(number) == number
            && new BigInteger((double)number) != new BigInteger(number) => number.ToString("0", CultureInfo.InvariantCulture),
        BigInteger whole when BigInteger.Abs(whole) >= new BigInteger(LargestExactWhole)
            && (double.IsInfinity((double)whole) || new BigInteger((double)whole) != whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private void Remember(ReadOnlySpan<char> text, double value)
    {
        // A rounded -0.00 is no other text than 0.00; -0 is no rounded number.
        var fingerprint = Fingerprint(value == 0 && text[0] == '-' && text.Contains('.') ? text[1..] : text);
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_unusual, value, out var exists);
        if (exists && known.Text != fingerprint)
            Loss = Merged(value);
        known = (fingerprint, known.Rows + 1);
    }

    private static string Merged(double number) => $"different texts in it are one number, {NumberText.Format(number)}";

    // Without a last 0 behind the point, no two such texts are one number.
    private static bool IsPlain(ReadOnlySpan<char> text) =>
        TryPlain(text, out var decimals) && (decimals == 0 || text[^1] != '0');

    /// <summary>Whether a text is -?(0|[1-9]d*)(.d+)? of at most 15 digits, and not -0.</summary>
    public static bool TryPlain(ReadOnlySpan<char> text, out int decimals)
    {
        decimals = 0;
        var start = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var i = start;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
            i++;
        var whole = i - start;
        if (whole == 0 || (whole > 1 && text[start] == '0'))
            return false;
        if (i < text.Length && text[i++] != '.')
            return false;
        for (; i < text.Length && char.IsAsciiDigit(text[i]); i++)
            decimals++;
        return i == text.Length && text[^1] != '.' && whole + decimals <= DigitsOfItsOwn && text is not "-0";
    }

    /// <summary>Whether a text is the shortest that reads back as its number, without an exponent.</summary>
    public static bool IsShortest(ReadOnlySpan<char> text, double value)
    {
        if (text[^1] == '0' && text.Contains('.'))
            return false;
        Span<char> shortest = stackalloc char[32];
        return value != 0 && value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture)
            && !shortest[..length].Contains('E') && text.SequenceEqual(shortest[..length]);
    }

    private static bool HasLeadingZeros(ReadOnlySpan<char> text)
    {
        var digits = Unsigned(text);
        return digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]);
    }

    private static bool LosesDigits(ReadOnlySpan<char> text, double value)
    {
        if (double.IsInfinity(value))
            return true;
        var digits = Unsigned(text);
        if (digits.Length <= DigitsOfItsOwn || digits.ContainsAnyExceptInRange('0', '9'))
            return false;
        return Math.Abs(value) >= LargestExactWhole && BigInteger.Parse(text, NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture) != new BigInteger(value)
            && !text.SequenceEqual(NumberText.Format(value));
    }

    public static bool IsWordForInfinity(ReadOnlySpan<char> text, double value) =>
        double.IsInfinity(value) && !Unsigned(text).ContainsAnyInRange('0', '9');

    private static ReadOnlySpan<char> Unsigned(ReadOnlySpan<char> text) => text.Length > 0 && text[0] is '-' or '+' ? text[1..] : text;

    // FNV-1a, 64 bits (Fowler, Noll, Vo): the same on every machine and run.
    private static ulong Fingerprint(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 1099511628211UL);
        return hash;
    }
}
