using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>What each study says by itself, from its counts.</summary>
internal static class StudyMeasures
{
    private const double Half = 0.5;

    /// <summary>What estimates are.</summary>
    public static string Scale(SynthesisMeasure measure) => measure switch
    {
        SynthesisMeasure.RateRatio => "log rate ratio",
        SynthesisMeasure.RiskRatio => "log risk ratio",
        SynthesisMeasure.RiskDifference => "risk difference",
        _ => "log odds ratio",
    };

    /// <summary>The effect of a study and its variance, as far as its counts have one; with half an event added to the cells of studies
    /// with a zero if asked for.</summary>
    public static EffectSize Effect(StudyArms arms, int i, SynthesisMeasure measure, bool corrected)
    {
        var (a, b, n, m) = (arms.TreatedEvents[i], arms.ControlEvents[i], arms.TreatedSize[i], arms.ControlSize[i]);
        var add = corrected ? Half : 0;
        return measure switch
        {
            SynthesisMeasure.RateRatio => EffectSize.LogRateRatio(a, n, b, m, add),
            SynthesisMeasure.RiskRatio => EffectSize.LogRiskRatio(a, n, b, m, add),
            SynthesisMeasure.RiskDifference => EffectSize.RiskDifference(a, n, b, m, add),
            _ => EffectSize.LogOddsRatio(a, n, b, m, add),
        };
    }

    /// <summary>All studies by themselves, for figures; NaN where an arm without events leaves no effect.</summary>
    public static StudyEffect[] Effects(StudyArms arms, SynthesisMeasure measure, double level)
    {
        var quantile = SpecialFunctions.NormalQuantile(0.5 + level / 2);
        return [.. Enumerable.Range(0, arms.Count).Select(i =>
        {
            var effect = Effect(arms, i, measure, corrected: false);
            var error = Math.Sqrt(effect.Variance);
            var isKnown = double.IsFinite(effect.Effect) && double.IsFinite(error) && error > 0;
            return isKnown ? new StudyEffect(arms.Studies[i], effect.Effect, effect.Effect - quantile * error, effect.Effect
                + quantile * error) { Variance = effect.Variance }
                : new StudyEffect(arms.Studies[i], double.NaN, double.NaN, double.NaN);
        })];
    }

    /// <summary>
    /// Higgins and Thompson's typical sampling variance of the studies' effects, half an event added where there is none, as metafor
    /// has it for I² of counts.
    /// </summary>
    public static double TypicalVariance(StudyArms arms, SynthesisMeasure measure)
    {
        int[] used = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure)
            && double.IsFinite(1 / Effect(arms, i, measure, corrected: true).Variance))];
        var weights = Array.ConvertAll(used, i => 1 / Effect(arms, i, measure, corrected: true).Variance);
        var x = Array.ConvertAll(used, arms.Moderators.Row);
        var p = arms.Moderators.Count;
        if (used.Length <= p)
        {
            return double.NaN;
        }

        // tr P = Σw − tr (XᵀWX)⁻¹XᵀW²X
        var (cross, squares) = (new double[p * p], new double[p * p]);
        for (var i = 0; i < used.Length; i++)
        {
            for (var a = 0; a < p; a++)
            {
                for (var b = 0; b < p; b++)
                {
                    cross[a + b * p] += weights[i] * x[i][a] * x[i][b];
                    squares[a + b * p] += weights[i] * weights[i] * x[i][a] * x[i][b];
                }
            }
        }

        if (!DenseCholesky.TryFactor(cross, p))
        {
            return double.NaN;
        }

        DenseCholesky.Solve(cross, p, squares);
        var trace = weights.Sum() - Enumerable.Range(0, p).Sum(a => squares[a + a * p]);
        return (used.Length - p) / trace;
    }
}
