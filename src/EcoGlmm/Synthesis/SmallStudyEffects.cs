using EcoGlmm.Model;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Whether effects of small studies differ from those of large ones: a slope on the standard error in the model of the synthesis, with all
/// its
/// moderators and random effects. M. Egger et al., BMJ 315 (1997) 629-634; as a mixed model J. A. C. Sterne and M. Egger (2005), and for
/// several effects a study S. Nakagawa et al., Methods Ecol. Evol. 13 (2022) 4-21. Publication bias makes such a slope; so do small studies
/// of
/// other populations, and effect sizes whose variance depends on them.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SmallStudyEffects : IRichDisplay
{
    internal const string Predictor = "sampling_error_of_effect";

    private readonly bool _byVariance;

    private SmallStudyEffects(Synthesis synthesis, bool byVariance)
    {
        (Synthesis, _byVariance) = (synthesis, byVariance);
        var slope = synthesis.FixedEffects[Predictor];
        (Slope, StandardError, Statistic, PValue) = (slope.Estimate, slope.StandardError, slope.Statistic, slope.PValue);
        var limit = synthesis.FixedEffects.Contains(Intercept.Name) ? synthesis.FixedEffects[Intercept.Name] : null;
        var reach = synthesis.Numbers.Quantile * (limit?.StandardError ?? double.NaN);
        (LimitEstimate, LimitLower, LimitUpper) = limit is null ? (double.NaN, double.NaN, double.NaN) : (limit.Estimate, limit.Estimate
            - reach, limit.Estimate + reach);
    }

    /// <summary>The synthesis with the standard error, or the variance, as a moderator.</summary>
    public Synthesis Synthesis { get; }

    /// <summary>The slope.</summary>
    public double Slope { get; }

    /// <summary>Its standard error.</summary>
    public double StandardError { get; }

    /// <summary>Slope over standard error.</summary>
    public double Statistic { get; }

    /// <summary>Two-sided p-value of no small-study effect.</summary>
    public double PValue { get; }

    /// <summary>The effect in a study without sampling error, moderators at zero; NaN where the model has no intercept.</summary>
    public double LimitEstimate { get; }

    /// <summary>Lower end of its interval.</summary>
    public double LimitLower { get; }

    /// <summary>Upper end of its interval.</summary>
    public double LimitUpper { get; }

    /// <inheritdoc/>
    public override string ToString() => Sentence();

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("Small-study effects").Paragraph(Sentence()).ToHtml();

    internal static SmallStudyEffects Of(SynthesisNumbers numbers, bool byVariance)
    {
        if (numbers.WithModerator is not { } with)
        {
            throw new GlmmException("Small-study effects are looked for among effect sizes. The standard error of a log ratio of few "
                + "events depends on the ratio itself, so that such a slope would be there without any bias.");
        }

        double[] values = [.. numbers.Studies.Select(s => byVariance ? s.Variance : Math.Sqrt(s.Variance))];
        if (values.Max() - values.Min() < 1e-9 * values.Max())
        {
            throw new GlmmException("All effect sizes have the same sampling variance, so that small studies cannot be told from "
                + "large ones.");
        }

        return new SmallStudyEffects(with(values), byVariance);
    }

    private string Sentence()
    {
        var level = NumberFormat.Significant(100 * Synthesis.Level);
        var limit = double.IsNaN(LimitEstimate)
            ? "" : $" In a study without sampling error the effect would be {NumberFormat.Significant(LimitEstimate, 3)} "
            + $"({level} % interval {NumberFormat.Significant(LimitLower, 3)} to {NumberFormat.Significant(LimitUpper, 3)}).";
        return $"Effects change by {NumberFormat.Significant(Slope, 3)} (standard error {NumberFormat.Significant(StandardError, 3)}, "
            + $"{NumberFormat.PEquals(PValue)}) per unit of the {(_byVariance ? "sampling variance" : "standard error")}: "
            + (PValue < 0.05 ? "small studies differ from large ones." : "no difference between small and large studies is seen.") + limit;
    }
}
