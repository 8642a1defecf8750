using EcoGlmm.Text;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>The likelihood ratio test of a model against a larger one of which it is a part.</summary>
/// <param name="Larger">The larger model.</param>
/// <param name="Statistic">Twice the difference of the log-likelihoods.</param>
/// <param name="P">Its p-value.</param>
internal sealed record LikelihoodRatio(GlmmFit Larger, double Statistic, double P)
{
    /// <summary>Both numbers, as they stand in a sentence.</summary>
    public string Words => $"likelihood ratio {NumberFormat.Fixed(Statistic, 1)}, {NumberFormat.PEquals(P)}";

    /// <summary>
    /// Fits the larger model and compares. A variance, a share of zeros, a dispersion or the weight of the tails is at its boundary in the
    /// smaller one: χ² with as many degrees of freedom as there are parameters more, and with one less, in equal parts (S. G. Self and
    /// K.-Y. Liang, 1987, JASA 82, 605-610; D. O. Stram and J. W. Lee, 1994, Biometrics 50, 1171-1177). Null where there is nothing to
    /// compare.
    /// </summary>
    public static LikelihoodRatio? Of(GlmmFit fit, ModelChange change, ChangedFits changed)
    {
        if (fit.Options.Reml || !fit.Convergence.IsConverged) return null;
        var roughly = Of(fit, change, changed.RoughlyOf(change, fit));
        return roughly?.P < TestResult.SignificanceLevel && AreVerified(fit) ? Of(fit, change, changed.Of(change, fit)) : roughly;
    }

    /// <summary>Whether what seems to be better is fitted to the last digit at once, with a verdict on its maximum: few rows may have a
    /// likelihood without one.</summary>
    private static bool AreVerified(GlmmFit fit) => fit.ObservationCount <= CureSearch.Many;

    private static LikelihoodRatio? Of(GlmmFit fit, ModelChange change, GlmmFit? larger)
    {
        if (larger is null) return null;
        var more = larger.ParameterCount - fit.ParameterCount;
        if (more < 1)
            return null;
        var ratio = Math.Max(0, 2 * (larger.LogLikelihood - fit.LogLikelihood));
        double Upper(int degrees) => ratio <= 0 ? 1 : degrees == 0 ? 0 : 1 - ChiSquared.CDF(degrees, ratio);
        return new(larger, ratio, change.Dispersion is null ? 0.5 * (Upper(more) + Upper(more - 1)) : Upper(more));
    }

    /// <summary>
    /// The test whether a model with as many parameters, of which this one is no part, describes the data better: where this one is right
    /// the likelihood of another is k times as high with a probability of at most 1/k (Markov's inequality: H. Robbins, 1970, Annals of
    /// Mathematical Statistics 41, 1397-1409). Null where there is nothing to compare.
    /// </summary>
    public static TestResult? TestRival(GlmmFit fit, ModelChange change, ChangedFits changed)
    {
        if (fit.Options.Reml || !fit.Convergence.IsConverged) return null;
        var roughly = TestRival(fit, change, changed.RoughlyOf(change, fit));
        return roughly?.PValue < TestResult.SignificanceLevel && AreVerified(fit) ? TestRival(fit, change, changed.Of(change, fit))
            : roughly;
    }

    private static TestResult? TestRival(GlmmFit fit, ModelChange change, GlmmFit? rival)
    {
        if (rival?.ParameterCount != fit.ParameterCount) return null;
        var gain = rival.LogLikelihood - (0.5 * change.AicShift(fit)) - fit.LogLikelihood;
        var p = Math.Min(1, Math.Exp(-gain));
        var words = $"log-likelihood {(gain < 0 ? "lower" : "higher")} by {NumberFormat.Fixed(Math.Abs(gain), 1)}";
        return new TestResult($"Likelihood of {change.Words}", 2 * gain, p, "greater", p < TestResult.SignificanceLevel
            ? $"The data are described better with {change.Words} ({words})."
            : $"The data do not ask for {change.Words} ({words}).");
    }

    /// <summary>The test whether the data ask for the change; null where there is nothing to compare.</summary>
    public static TestResult? Test(GlmmFit fit, ModelChange change, ChangedFits changed) =>
        Of(fit, change, changed) is not { } ratio ? null
        : new TestResult($"Likelihood ratio of {change.Words}", ratio.Statistic, ratio.P, "greater", ratio.P < TestResult.SignificanceLevel
            ? $"The data are described better with {change.Words} ({ratio.Words})."
            : $"The data do not ask for {change.Words} ({ratio.Words}).");
}
