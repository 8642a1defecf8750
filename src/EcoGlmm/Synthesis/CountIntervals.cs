using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Intervals and tests of the effect of counts that know how few the studies are. By the profile likelihood the signed root of the
/// deviance difference is held against Student's t: with one more parameter between studies than the normal model has, χ² is too short
/// (D. Jackson et al., Stat. Med. 37 (2018) 1059-1085, find the same of Wald intervals).
/// </summary>
internal static class CountIntervals
{
    public static SynthesisNumbers Asked(SynthesisNumbers numbers, StudyArms arms, SynthesisMeasure measure, OneStageModel model,
        MetaAnalysisOptions options)
    {
        if (options.Interval == SynthesisInterval.Normal) return numbers;

        // with random baselines studies without events tell of the effect, too
        var isAny = model is OneStageModel.RandomStudies or OneStageModel.BetaBinomial;
        var studies = Enumerable.Range(0, arms.Count).Count(i => isAny || !arms.SaysNothing(i, measure));
        var degrees = studies - arms.Moderators.Count;
        if (degrees < 1)
        {
            throw new GlmmException($"Studies with events are too few for {Names.Count(arms.Moderators.Count, "coefficient")} and an "
                + $"interval by Student's t: there {(studies == 1 ? "is" : "are")} {studies}. Ask for SynthesisInterval.Normal, and "
                + "do not trust it far.");
        }

        var (statistic, numerator, _) = numbers.ModeratorTest;
        var scaled = statistic / Math.Max(1, numerator);
        var byT = numbers with
        {
            Degrees = degrees,
            FixedEffects = new CoefficientTable(numbers.FixedEffects.Select(e => e with
            {
                PValue = 2 * StudentT.UpperTail(Math.Abs(e.Statistic), degrees),
            })),
            ModeratorTest = numerator == 0 ? numbers.ModeratorTest
                : (scaled, numerator, FDistribution.UpperTail(scaled, numerator, degrees)),
        };
        if (options.Interval == SynthesisInterval.StudentT)
        {
            return byT with { Method = $"{numbers.Method}; tests and intervals by Student's t with {degrees} degrees of freedom" };
        }

        if (measure == SynthesisMeasure.RiskDifference)
        {
            throw new GlmmException("A risk difference is averaged over studies, and has no profile likelihood. Ask for "
                + "SynthesisInterval.StudentT, or for the odds ratio.");
        }

        var name = byT.FixedEffects.First(e => e.Estimate == numbers.Estimate).Name;
        var (lower, upper, atZero) = numbers.Profiled is { } own ? own(byT.Quantile) : ProfileLikelihood.OfCoefficient(numbers.Fit!,
            numbers.EffectName, byT.Quantile, CancellationToken.None);
        var p = byT.PValue(atZero);
        return byT with
        {
            Profile = (lower, upper, p),
            FixedEffects = new CoefficientTable(byT.FixedEffects.Select(e => e.Name == name ? e with { PValue = p } : e)),
            Method = $"{numbers.Method}; the interval of the {(numbers.ModeratorTest.Numerator > 0 ? "first coefficient" : "mean")} by the "
                + $"profile likelihood and Student's t with {degrees} degrees of freedom",
        };
    }
}
