using EcoGlmm.Model;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Syntheses in one stage: T. Stijnen, T. H. Hamza and P. Özdemir, Stat. Med. 29 (2010) 3046-3067. Studies without events in one
/// arm or in both enter as they are. Treatment is coded −½ and ½, so that its random effect weighs on both arms alike (D. Jackson et
/// al., Stat. Med. 37 (2018) 1059-1085).
/// </summary>
internal static class OneStageSynthesis
{
    private const int QuadraturePoints = 15;

    public static Synthesis Of(StudyArms arms, SynthesisMeasure measure, OneStageModel model, MetaAnalysisOptions options)
    {
        Check(measure, model);
        var numbers = measure == SynthesisMeasure.RiskDifference ? StandardisedRisks.Of(Fitted(arms, SynthesisMeasure.OddsRatio, model,
            options), arms, model, options)
            : model == OneStageModel.Conditional && measure == SynthesisMeasure.OddsRatio ? ConditionalOddsRatio.Of(arms, options)
            : Fitted(arms, measure, model, options);
        return new Synthesis(numbers with
        {
            Arms = arms,
            Measure = measure,
            IsOfCounts = true,
            IsRatio = measure != SynthesisMeasure.RiskDifference,
            Scale = StudyMeasures.Scale(measure),
            Studies = StudyMeasures.Effects(arms, measure, options.Level),
            Refit = kept => Of(arms.Only(kept), measure, model, options),
        });
    }

    private static void Check(SynthesisMeasure measure, OneStageModel model)
    {
        var isConditional = model is OneStageModel.Conditional or OneStageModel.ConditionalApproximate;
        if (model == OneStageModel.ConditionalApproximate && measure == SynthesisMeasure.RateRatio)
        {
            throw new GlmmException("For rates the conditional model is binomial already; ask for OneStageModel.Conditional.");
        }

        if (isConditional && measure is SynthesisMeasure.RiskRatio or SynthesisMeasure.RiskDifference)
        {
            throw new GlmmException("Conditional models leave the studies' risks out, of which the risk ratio and the risk difference "
                + "are made. Ask for OneStageModel.FixedStudies or RandomStudies, or for the odds ratio.");
        }
    }

    private static SynthesisNumbers Fitted(StudyArms arms, SynthesisMeasure measure, OneStageModel model, MetaAnalysisOptions options)
    {
        var isRate = measure == SynthesisMeasure.RateRatio;
        var isConditional = model is OneStageModel.Conditional or OneStageModel.ConditionalApproximate;
        if (Enumerable.Range(0, arms.Count).All(i => arms.SaysNothing(i, measure)))
        {
            throw new GlmmException("No study has any event, or none has an individual without one, so that nothing is known of "
                + "the ratio.");
        }

        var glmm = options.Glmm ?? new GlmmOptions
        {
            QuadraturePoints = model is OneStageModel.RandomStudies or OneStageModel.BetaBinomial ? 1 : QuadraturePoints,
        };
        var exposure = isRate ? " + offset(log(size))" : "";
        var response = isRate ? "events" : "cbind(events, size - events)";
        var family = isRate ? model == OneStageModel.BetaBinomial ? Family.NegativeBinomial2() : Family.Poisson()
            : model == OneStageModel.BetaBinomial ? Family.BetaBinomial(measure == SynthesisMeasure.RiskRatio ? Link.Log : null)
            : measure == SynthesisMeasure.RiskRatio ? Family.Binomial(Link.Log) : Family.Binomial();
        var formula = model switch
        {
            OneStageModel.FixedStudies => $"{response} ~ 0 + factor(study) + treatment + (0 + treatment | study){exposure}",
            OneStageModel.RandomStudies => $"{response} ~ treatment + (1 | study) + (0 + treatment | study){exposure}",
            OneStageModel.BetaBinomial => $"{response} ~ treatment{exposure}",
            _ => "cbind(treated, control) ~ 1 + offset(balance) + (1 | study)",
        };
        var data = isConditional ? Conditional(arms) : Long(arms, measure, dropEmpty: model == OneStageModel.FixedStudies);
        var fit = Glmm.Fit(formula, data, isConditional ? Family.Binomial() : family, glmm);
        var effect = fit.FixedEffects[isConditional ? Intercept.Name : "treatment"];
        var spread = fit.VarianceComponents.FirstOrDefault(v => v.Group == "study" && v.Term1 == effect.Name && v.Term2 is null);
        var tauSquared = spread?.Variance ?? double.NaN;
        var typical = StudyMeasures.TypicalVariance(arms, measure);
        var (q, degrees) = Heterogeneity(arms, measure, glmm);
        return new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(isConditional ? [effect with { Name = "treatment" }] : [.. fit.FixedEffects]),
            Estimate = effect.Estimate,
            StandardError = effect.StandardError,
            TauSquared = tauSquared,
            TypicalVariance = typical,
            I2 = 100 * tauSquared / (tauSquared + typical),
            Q = q,
            ResidualDegrees = degrees,
            LogLikelihood = fit.LogLikelihood,
            Level = options.Level,
            Count = arms.Count,
            Method = Words(model, measure),
            Scale = StudyMeasures.Scale(measure),
            Fit = fit,
            Refit = null!,
        };
    }

    /// <summary>
    /// Twice the log-likelihood that a ratio of its own for each study has beyond one that they all have: the deviance of the model
    /// without variance between studies.
    /// </summary>
    private static (double Q, int Degrees) Heterogeneity(StudyArms arms, SynthesisMeasure measure, GlmmOptions glmm)
    {
        int[] informative = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure))];
        if (informative.Length < 2 || measure == SynthesisMeasure.RiskRatio)
        {
            return (double.NaN, 0);
        }

        return (CommonRatio.Deviance(arms.Only(informative), measure == SynthesisMeasure.RateRatio), informative.Length - 1);
    }

    private static string Words(OneStageModel model, SynthesisMeasure measure) =>
        (measure == SynthesisMeasure.RateRatio ? "Poisson counts by exposure" : measure == SynthesisMeasure.RiskRatio
            ? "Binomial counts with a logarithmic link" : "Binomial counts")
        + model switch
        {
            OneStageModel.FixedStudies => ", a fixed baseline for each study and a random effect of treatment",
            OneStageModel.RandomStudies => ", random baselines of studies and a random effect of treatment",
            OneStageModel.Conditional => ", given the events of each study (binomial)",
            OneStageModel.BetaBinomial => measure == SynthesisMeasure.RateRatio ? ", rates of arms that vary by a gamma distribution"
            : ", risks of arms that vary by a beta distribution",
            _ => ", given the events of each study (binomial in place of hypergeometric)",
        };

    // A row for each arm. A study without any event says nothing of the ratio once it has a baseline of its own.
    private static FieldData Long(StudyArms arms, SynthesisMeasure measure, bool dropEmpty)
    {
        var rows = Enumerable.Range(0, arms.Count).Where(i => !dropEmpty || !arms.SaysNothing(i, measure)).ToArray();
        double[] Both(double[] treated, double[] control) => [.. rows.SelectMany(i => new[] { treated[i], control[i] })];
        return FieldData.From(new Dictionary<string, object>
        {
            ["study"] = rows.SelectMany(i => new[] { arms.Studies[i], arms.Studies[i] }).ToArray(),
            ["treatment"] = rows.SelectMany(_ => new[] { 0.5, -0.5 }).ToArray(),
            ["events"] = Both(arms.TreatedEvents, arms.ControlEvents),
            ["size"] = Both(arms.TreatedSize, arms.ControlSize),
        });
    }

    private static FieldData Conditional(StudyArms arms)
    {
        var rows = Enumerable.Range(0, arms.Count).Where(i => arms.TreatedEvents[i] + arms.ControlEvents[i] > 0).ToArray();
        return FieldData.From(new Dictionary<string, object>
        {
            ["study"] = Array.ConvertAll(rows, i => arms.Studies[i]),
            ["treated"] = Array.ConvertAll(rows, i => arms.TreatedEvents[i]),
            ["control"] = Array.ConvertAll(rows, i => arms.ControlEvents[i]),
            ["balance"] = Array.ConvertAll(rows, i => Math.Log(arms.TreatedSize[i] / arms.ControlSize[i])),
        });
    }
}
