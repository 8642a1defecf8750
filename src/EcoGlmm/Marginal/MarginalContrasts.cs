using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Marginal;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A comparison of marginal means or slopes, on the link scale.</summary>
/// <param name="Name">"a - b", or the name that it was given.</param>
/// <param name="By">The levels within which they are compared; "overall" where there are none.</param>
/// <param name="Estimate">The difference, or the combination.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Statistic">Estimate, less its value under the null hypothesis, over standard error.</param>
/// <param name="PValue">Two-sided, adjusted.</param>
/// <param name="Lower">Lower end of the interval, adjusted.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Ratio">exp(difference), where that is a ratio of means, odds or hazards; NaN otherwise.</param>
/// <param name="RatioLower">Lower end of the ratio's interval.</param>
/// <param name="RatioUpper">Upper end.</param>
/// <param name="DegreesOfFreedom">Denominator degrees of freedom; infinite for the normal approximation.</param>
/// <param name="RatioStandardError">Standard error of the ratio by the delta method: ratio times that of its logarithm.</param>
public sealed record MarginalContrast(string Name, string By, double Estimate, double StandardError, double Statistic, double PValue,
    double Lower, double Upper, double Ratio, double RatioLower, double RatioUpper, double DegreesOfFreedom,
    double RatioStandardError);

/// <summary>Comparisons of marginal means or slopes, or tests of them, with p-values and intervals adjusted for their number.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class MarginalContrasts : IReadOnlyList<MarginalContrast>, IResultTable, IIntervalTable
{
    /// <summary>Heading of estimates that compare.</summary>
    internal const string Difference = "Difference";

    /// <summary>What stands in the place of levels where there are none.</summary>
    internal const string Overall = "overall";

    private readonly MarginalContrast[] _rows;

    internal MarginalContrasts(IEnumerable<MarginalContrast> rows, Adjustment adjustment, double level, string? ratioName, string caption,
        string what, double nullValue)
    {
        _rows = [.. rows];
        (Caption, What, NullValue) = (caption, what, nullValue);
        Adjustment = adjustment;
        Level = level;
        RatioName = ratioName;
    }

    /// <summary>How p-values and intervals allow for the number of comparisons.</summary>
    public Adjustment Adjustment { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>What the exponential of a difference is ("Rate ratio", "Odds ratio"); null where it has no meaning.</summary>
    public string? RatioName { get; }

    /// <summary>What each comparison is tested against, on the link scale.</summary>
    public double NullValue { get; }

    internal string Caption { get; }

    /// <summary>Heading of the estimates.</summary>
    internal string What { get; }

    /// <summary>Whether means or slopes are compared, not tested one by one.</summary>
    internal bool AreDifferences => What == Difference;

    /// <summary>The comparison of a name; of the first family where there are several.</summary>
    /// <exception cref="GlmmException">There is none of that name.</exception>
    public MarginalContrast this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"There is no contrast \"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public MarginalContrast this[int index] => _rows[index];

    /// <summary>The comparisons as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["By"] = Array.ConvertAll(_rows, r => r.By),
        ["Contrast"] = Array.ConvertAll(_rows, r => r.Name),
        ["Estimate"] = Array.ConvertAll(_rows, r => r.Estimate),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["DegreesOfFreedom"] = Array.ConvertAll(_rows, r => r.DegreesOfFreedom),
        ["Statistic"] = Array.ConvertAll(_rows, r => r.Statistic),
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
        ["Lower"] = Array.ConvertAll(_rows, r => r.Lower),
        ["Upper"] = Array.ConvertAll(_rows, r => r.Upper),
        ["Ratio"] = Array.ConvertAll(_rows, r => r.Ratio),
        ["RatioStandardError"] = Array.ConvertAll(_rows, r => r.RatioStandardError),
        ["RatioLower"] = Array.ConvertAll(_rows, r => r.RatioLower),
        ["RatioUpper"] = Array.ConvertAll(_rows, r => r.RatioUpper),
    });

    /// <inheritdoc/>
    public IEnumerator<MarginalContrast> GetEnumerator() => ((IEnumerable<MarginalContrast>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(EffectTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(EffectTables.Of(this));
}
