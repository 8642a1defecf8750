using System.Globalization;
using System.Text;
using EcoGlmm.Diagnostics;

namespace EcoGlmm;

/// <summary>What a test of residuals found.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <param name="Name">The test's name.</param>
/// <param name="Statistic">The test statistic; what it is depends on the test, and its documentation says so.</param>
/// <param name="PValue">
/// The p-value. One that was found by counting simulations is 0 when no simulation was as extreme as the data.
/// </param>
/// <param name="Alternative">The alternative hypothesis: "two.sided", "greater" or "less".</param>
/// <param name="Message">One sentence, in plain words, on what the test found.</param>
public sealed record TestResult(string Name, double Statistic, double PValue, string Alternative, string Message) : IResultTable
{
    /// <summary>The p-value below which the messages and figures of this library call a departure significant.</summary>
    internal const double SignificanceLevel = 0.05;

    /// <summary>
    /// The tests that were combined into this one (a level of a factor, a quantile), or none. <see cref="PValue"/> of each
    /// is not adjusted for their number, <see cref="AdjustedPValue"/> is.
    /// </summary>
    public IReadOnlyList<TestResult> Parts { get; init; } = [];

    /// <summary>The p-value adjusted for the number of tests made together, or null for a test that stands alone.</summary>
    public double? AdjustedPValue { get; init; }

    /// <summary>
    /// What the statistic is expected to be if the model is right, where the test has it (Moran's I: −1 / (rows − 1), DHARMa's "expected");
    /// otherwise NaN.
    /// </summary>
    public double Expected { get; init; } = double.NaN;

    /// <summary>Its standard deviation then (Moran's I: under random assignment of the residuals to the places, DHARMa's "sd"); otherwise
    /// NaN.</summary>
    public double StandardDeviation { get; init; } = double.NaN;

    /// <summary>The smallest p-value above 0 that the test can give when it counts simulations; 0 for other tests.</summary>
    internal double Resolution { get; init; }

    /// <summary>The finding in two or three words, for figures.</summary>
    internal string Verdict { get; init; } = "";

    /// <summary>Whether the p-value (adjusted, if there were several tests) is below 0.05.</summary>
    public bool IsSignificant => (AdjustedPValue ?? PValue) < SignificanceLevel;

    /// <summary>Draws the picture that belongs to the test; null where there is none.</summary>
    internal TestChart? Chart { get; init; }

    /// <summary>Whether <see cref="Plot"/> has something to draw.</summary>
    public bool HasChart => Chart is not null;

    /// <summary>The p-value as text: "p = 0.031", "p &lt; 0.001".</summary>
    internal string PValueText => FormatPValue(PValue, Resolution);

    /// <summary>The p-value after adjustment, where there were several tests, as text.</summary>
    internal string AdjustedText => FormatPValue(AdjustedPValue ?? PValue, Resolution);

    /// <summary>The chart of the test: what it compared, with the finding in words.</summary>
    /// <exception cref="GlmmException">The test has no chart, as a part of another test has none.</exception>
    public Figure Plot() => Chart?.Draw()
        ?? throw new GlmmException($"There is no chart of \"{Name}\" by itself: plot the test that it is a part of.");

    /// <summary>The test as data, in one row, followed by the tests that were combined into it.</summary>
    public FieldData ToFieldData() => Table([this, .. Parts]);

    internal static FieldData Table(IEnumerable<TestResult> tests) => FieldData.FromRows(tests.Select(t => new
    {
        t.Name, t.Statistic, t.PValue, t.AdjustedPValue, t.Alternative, t.Message,
    }));

    internal static string FormatPValue(double p, double resolution)
    {
        if (double.IsNaN(p))
            return "p not available";
        var floor = Math.Max(resolution, 0.001);
        return p < floor
            ? "p < " + floor.ToString("0.###", CultureInfo.InvariantCulture)
            : "p = " + p.ToString(p < 0.01 ? "0.0000" : "0.000", CultureInfo.InvariantCulture);
    }

    internal static string FormatStatistic(double statistic) =>
        double.IsFinite(statistic) ? statistic.ToString("0.####", CultureInfo.InvariantCulture) : "not available";

    /// <summary>The test in plain text: name, statistic, p-value and the sentence.</summary>
    public override string ToString()
    {
        var text = new StringBuilder()
            .Append(Name).Append(": statistic = ").Append(FormatStatistic(Statistic)).Append(", ").Append(PValueText)
            .Append(" (").Append(Alternative).Append(")\n").Append(Message);
        foreach (var part in Parts)
        {
            text.Append("\n  ").Append(part.Name).Append(": statistic = ").Append(FormatStatistic(part.Statistic))
                .Append(", ").Append(FormatPValue(part.PValue, part.Resolution));
            if (part.AdjustedPValue is { } adjusted)
                text.Append(", adjusted ").Append(FormatPValue(adjusted, part.Resolution));
        }

        return text.ToString();
    }

    /// <summary>The test as a small HTML table, with its sentence, and its chart.</summary>
    public string ToHtml() =>
        "<div>" + TestTable.Html(Parts.Count == 0 ? [this] : [this, .. Parts]) + (Chart is null ? "" : Plot().ToHtml()) + "</div>";
}
