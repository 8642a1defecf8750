namespace EcoGlmm.Syntheses;

/// <summary>Whether counts determine a ratio at all: where zeros stand in one arm of every study, its likelihood has no maximum.</summary>
internal static class RatioLimits
{
    /// <summary>Looks at what a model without moderators and priors can estimate.</summary>
    /// <exception cref="GlmmException">The ratio, or the variance between studies, has no finite estimate.</exception>
    public static void Check(StudyArms arms, SynthesisMeasure measure, OneStageModel model, MetaAnalysisOptions options)
    {
        int[] informative = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure))];
        if (informative.Length == 0)
        {
            throw new GlmmException($"Nothing is known of the ratio: in every study the arms are alike, without any event"
                + (measure == SynthesisMeasure.RateRatio ? "." : ", or without an individual that has none."));
        }

        var isConditional = model is OneStageModel.Conditional or OneStageModel.ConditionalApproximate;
        var hasPrior = options.Glmm is { Priors.Count: > 0 };
        if (hasPrior && model == OneStageModel.Conditional && measure == SynthesisMeasure.OddsRatio)
        {
            throw new GlmmException("The exact conditional model of odds ratios takes no priors. Ask for OneStageModel.FixedStudies or "
                + "RandomStudies.");
        }

        if (arms.Moderators.IsAny || hasPrior) return;

        // Without a number of individuals above them, as in rates and ratios of risks, events have no upper end but all of both arms.
        var isOpen = measure is SynthesisMeasure.RateRatio or SynthesisMeasure.RiskRatio || model == OneStageModel.ConditionalApproximate;
        bool[] lowest, highest;
        if (model is OneStageModel.RandomStudies or OneStageModel.BetaBinomial)
        {
            var (treated, control) = (arms.TreatedEvents.Sum(), arms.ControlEvents.Sum());
            lowest = [treated == 0 || (!isOpen && control == arms.ControlSize.Sum())];
            highest = [control == 0 || (!isOpen && treated == arms.TreatedSize.Sum())];
        }
        else
        {
            lowest = Array.ConvertAll(informative, i => arms.TreatedEvents[i] == 0
                || (!isOpen && arms.ControlEvents[i] == arms.ControlSize[i]));
            highest = Array.ConvertAll(informative, i => arms.ControlEvents[i] == 0
                || (!isOpen && arms.TreatedEvents[i] == arms.TreatedSize[i]));
        }

        var ratio = StudyMeasures.Scale(measure == SynthesisMeasure.RiskDifference ? SynthesisMeasure.OddsRatio : measure)[4..];
        if (Array.TrueForAll(lowest, b => b) || Array.TrueForAll(highest, b => b))
        {
            throw new GlmmException($"The {ratio} has no finite estimate: {Why(arms)}. "
                + (measure == SynthesisMeasure.RiskDifference ? "The risk difference is made of it; put differences of the studies "
                    + "together in its place (EffectSize.RiskDifference and MetaAnalysis.Fit)."
                : "A prior on the effect makes it finite, with OneStageModel.FixedStudies or RandomStudies: MetaAnalysisOptions { Glmm = "
                    + "new GlmmOptions { Priors = [Prior.Normal(0, 1.5).On(\"treatment\")] } }."));
        }

        if (isConditional && lowest.Zip(highest, (low, high) => low || high).All(b => b))
        {
            throw new GlmmException($"The variance of the {ratio} between studies has no finite estimate: each study has its events in one "
                + "arm alone, and not all of them in the same. Ask for OneStageModel.FixedStudies or RandomStudies.");
        }
    }

    private static string Why(StudyArms arms) => arms.TreatedEvents.Sum() == 0 ? "no study has an event among the treated"
        : arms.ControlEvents.Sum() == 0 ? "no study has an event among the untreated"
        : "in each study that tells of it one arm has no events, or nothing but events, and always on the same side";
}
