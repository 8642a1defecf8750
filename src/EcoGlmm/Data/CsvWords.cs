using System.Globalization;

namespace EcoGlmm.Data;

/// <summary>Truth values and dates as files write them.</summary>
internal static class CsvWords
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd' 'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    public static bool TryLogical(ReadOnlySpan<char> field, out bool value)
    {
        value = field is "TRUE" or "true" or "True" or "T";
        return value || field is "FALSE" or "false" or "False" or "F";
    }

    /// <summary>ISO 8601; a time with an offset is converted to UTC.</summary>
    public static bool TryDate(ReadOnlySpan<char> field, out DateTime date)
    {
        date = default;
        if (field.Length < 10 || field[4] != '-' || field[7] != '-')
            return false;
        if (field.Length == 10)
            return TryDay(field, out date);
        if (!DateTime.TryParseExact(field, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal,
                out date))
            return false;
        date = DateTime.SpecifyKind(date, DateTimeKind.Unspecified);
        return true;
    }

    // yyyy-MM-dd, the dashes known to be there.
    private static bool TryDay(ReadOnlySpan<char> field, out DateTime date)
    {
        date = default;
        if (!TryDigits(field[..4], out var year) || !TryDigits(field[5..7], out var month) || !TryDigits(field[8..10], out var day)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month))
            return false;
        date = new DateTime(year, month, day);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            number = (10 * number) + (c - '0');
        }
        return true;
    }
}
