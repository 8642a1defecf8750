namespace EcoGlmm.Diagnostics;

/// <summary>How figures and tables name the rows of a set of residuals.</summary>
/// <param name="Kind">What a row is: "Row", or "Group" after regrouping.</param>
/// <param name="Label">The label of a row by its index: its number in the data, and grouping levels where there are some.</param>
/// <param name="Origin">What the residuals are of, for the figure's title; null for nothing to say.</param>
internal sealed record ResidualRows(string Kind, Func<int, string> Label, string? Origin)
{
    /// <summary>What several rows are, in a sentence.</summary>
    public string Plural => $"{Kind.ToLowerInvariant()}s";

    public static readonly ResidualRows Plain =
        new("Row", row => (row + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), null);
}
