using System.Globalization;

namespace EcoGlmm.Text;

/// <summary>Numbers for reading, in R's manner, whatever the machine's culture.</summary>
internal static class NumberFormat
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>
    /// A number with so many significant digits, trailing zeros dropped; fixed notation unless scientific is shorter.
    /// </summary>
    public static string Significant(double value, int digits = 4) => Column([value], digits)[0];

    /// <summary>
    /// The numbers of one column with the same number of decimals, such that each shows at least <paramref name="digits"/>
    /// significant digits as far as it has them; all in scientific notation if that is narrower. R prints matrices so.
    /// </summary>
    public static string[] Column(IReadOnlyList<double> values, int digits = 4)
    {
        var decimals = 0;
        var mantissa = 0;
        var (fixedWidth, scientificWidth) = (0, 0);
        foreach (var value in values.Where(v => double.IsFinite(v) && v != 0))
        {
            var (shown, exponent) = Digits(value, digits);
            decimals = Math.Max(decimals, shown - 1 - exponent);
            mantissa = Math.Max(mantissa, shown - 1);
            fixedWidth = Math.Max(fixedWidth, Math.Max(exponent, 0) + 1);
            scientificWidth = Math.Max(scientificWidth, Math.Abs(exponent) >= 100 ? 5 : 4);
        }

        fixedWidth += decimals > 0 ? decimals + 1 : 0;
        scientificWidth += 1 + (mantissa > 0 ? mantissa + 1 : 0);
        var scientific = decimals > 15 || fixedWidth > scientificWidth;
        return [.. values.Select(v => Text(v, scientific, scientific ? mantissa : decimals))];
    }

    /// <summary>Columns of numbers with as many significant digits, all with a power of ten.</summary>
    public static string[][] Scientific(int digits, params double[][] columns) =>
        Array.ConvertAll(columns, column => Array.ConvertAll(column, v => Text(v, true, digits - 1)));

    /// <summary>A number with so many decimals.</summary>
    public static string Fixed(double value, int decimals) => Text(value, false, decimals);

    /// <summary>A whole number, with commas between thousands.</summary>
    public static string Count(long value) => value.ToString("N0", Invariant);

    /// <summary>A p-value: three decimals, or <c>&lt;0.001</c>.</summary>
    public static string PValue(double p) =>
        double.IsNaN(p) ? "NaN" : p < 0.001 ? "<0.001" : p.ToString("F3", Invariant);

    /// <summary>A p-value in a sentence: <c>p = 0.042</c> or <c>p &lt; 0.001</c>.</summary>
    public static string PEquals(double p) => p < 0.001 ? "p < 0.001" : $"p = {PValue(p)}";

    /// <summary>R's marks of significance: <c>***</c> below 0.001, <c>**</c> below 0.01, <c>*</c> below 0.05, <c>.</c> below 0.1.</summary>
    public static string Stars(double p) => p switch
    {
        < 0.001 => "***",
        < 0.01 => "**",
        < 0.05 => "*",
        < 0.1 => ".",
        _ => "",
    };

    /// <summary>How many significant digits, at most <paramref name="most"/>, the number has, and its decimal exponent.</summary>
    private static (int Shown, int Exponent) Digits(double value, int most)
    {
        var text = Math.Abs(value).ToString("E" + (most - 1).ToString(Invariant), Invariant);
        var e = text.IndexOf('E');
        var shown = Math.Max(1, text[..e].Replace(".", "").TrimEnd('0').Length);
        return (shown, int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, Invariant));
    }

    private static string Text(double value, bool scientific, int decimals)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Inf" : "-Inf";
        if (!scientific)
        {
            var text = value.ToString("F" + decimals.ToString(Invariant), Invariant);
            return text[0] == '-' && !text.AsSpan().ContainsAnyInRange('1', '9') ? text[1..] : text;
        }

        var pattern = (decimals > 0 ? "0." + new string('0', decimals) : "0") + "e+00";
        return value.ToString(pattern, Invariant);
    }

    /// <summary>"1 row", "1,200 rows".</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
