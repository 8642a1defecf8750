using EcoGlmm.Text;

namespace EcoGlmm.Reporting;

/// <summary>Numbers in the style of a journal.</summary>
internal sealed class StyledNumbers(NumberStyle style)
{
    /// <summary>Restyles a number, or a text with numbers, that was written in the invariant way.</summary>
    public string Restyle(string text) =>
        text.Replace(".", style.DecimalMark, StringComparison.Ordinal).Replace("-", style.Minus, StringComparison.Ordinal);

    public string Fixed(double value, int decimals) => double.IsNaN(value) ? "" : Restyle(NumberFormat.Fixed(value, decimals));

    public string Significant(double value, int digits) => double.IsNaN(value) ? "" : Restyle(NumberFormat.Significant(value, digits));

    public string Count(long value) => NumberFormat.Count(value);

    /// <summary>Decimals that show two significant digits of a standard error.</summary>
    public int Decimals(double standardError) => style.Decimals
        ?? (standardError > 0 && double.IsFinite(standardError) ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(standardError)), 0, 8) : 2);

    public string Interval(double lower, double upper, int decimals) =>
        $"{Fixed(lower, decimals)}{style.IntervalSeparator}{Fixed(upper, decimals)}";

    /// <summary>A ratio and the ends of its interval, with as many decimals as two significant digits of the narrower side need.</summary>
    public (string Estimate, string Interval) Ratio(double estimate, double lower, double upper)
    {
        var side = Math.Min(upper - estimate, estimate - lower);
        var decimals = style.Decimals ?? (side > 0 && double.IsFinite(side) ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(side)), 0, 6) : 2);
        return double.IsFinite(upper) && upper < 1e6
            ? (Fixed(estimate, decimals), Interval(lower, upper, decimals))
            : (Significant(estimate, 3), $"{Significant(lower, 3)}{style.IntervalSeparator}{Significant(upper, 3)}");
    }

    public string PValue(double p)
    {
        if (double.IsNaN(p))
            return "";
        var text = NumberFormat.PValue(p);
        if (!style.LeadingZero)
            text = text.Replace("0.", ".", StringComparison.Ordinal);
        return Restyle(text);
    }

    /// <summary>In a sentence: "p = 0.031", "p &lt; 0.001".</summary>
    public string PEquals(double p)
    {
        var text = PValue(p);
        return text.StartsWith('<') ? $"p < {text[1..]}" : $"p = {text}";
    }
}
