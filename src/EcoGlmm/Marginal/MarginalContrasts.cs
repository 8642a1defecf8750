using System.Collections;
using EcoGlmm.Marginal;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A difference of two marginal means or slopes, on the link scale.</summary>
/// <param name="Name">"a - b".</param>
/// <param name="By">The levels within which they are compared; "overall" where there are none.</param>
/// <param name="Estimate">The difference.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Statistic">Difference over standard error.</param>
/// <param name="PValue">Two-sided, adjusted.</param>
/// <param name="Lower">Lower end of the interval, adjusted.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Ratio">exp(difference), where that is a ratio of means, odds or hazards; NaN otherwise.</param>
/// <param name="RatioLower">Lower end of the ratio's interval.</param>
/// <param name="RatioUpper">Upper end.</param>
/// <param name="DegreesOfFreedom">Denominator degrees of freedom; infinite for the normal approximation.</param>
public sealed record MarginalContrast(string Name, string By, double Estimate, double StandardError, double Statistic, double PValue,
    double Lower, double Upper, double Ratio, double RatioLower, double RatioUpper, double DegreesOfFreedom);

/// <summary>Pairwise comparisons of marginal means or slopes.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class MarginalContrasts : IReadOnlyList<MarginalContrast>, IResultTable
{
    private readonly MarginalContrast[] _rows;

    internal MarginalContrasts(IEnumerable<MarginalContrast> rows, Adjustment adjustment, double level, string? ratioName)
    {
        _rows = [.. rows];
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
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
        ["Lower"] = Array.ConvertAll(_rows, r => r.Lower),
        ["Upper"] = Array.ConvertAll(_rows, r => r.Upper),
        ["Ratio"] = Array.ConvertAll(_rows, r => r.Ratio),
    });

    /// <inheritdoc/>
    public IEnumerator<MarginalContrast> GetEnumerator() => ((IEnumerable<MarginalContrast>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(EffectTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(EffectTables.Of(this));

    /// <summary>Tests and intervals of one family of pairwise comparisons of <paramref name="means"/> means.</summary>
    internal static IEnumerable<MarginalContrast> Adjust(List<(string Name, double Estimate, double Error, double Degrees)> draft,
        int means, Adjustment adjustment, double level, string by, bool hasRatio)
    {
        var rule = ContrastAdjustment.Of(adjustment);
        var p = rule.PValues([.. draft.Select(d => (Math.Abs(d.Estimate / d.Error), d.Degrees))], means);
        var quantiles = draft.Select(d => d.Degrees).Distinct().ToDictionary(df => df, df => rule.Quantile(level, draft.Count, means, df));
        return draft.Select((d, i) =>
        {
            var half = d.Error * quantiles[d.Degrees];
            var (lower, upper) = (d.Estimate - half, d.Estimate + half);
            double Ratio(double x) => hasRatio ? Math.Exp(x) : double.NaN;
            return new MarginalContrast(d.Name, by, d.Estimate, d.Error, d.Estimate / d.Error, p[i], lower, upper,
                Ratio(d.Estimate), Ratio(lower), Ratio(upper), d.Degrees);
        });
    }
}
