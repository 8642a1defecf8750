using EcoGlmm.Model;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Syntheses in one stage: T. Stijnen, T. H. Hamza and P. Özdemir, Stat. Med. 29 (2010) 3046-3067. Studies without events in one
/// arm or in both enter as they are. Treatment is coded −½ and ½, so that its random effect weighs on both arms alike (D. Jackson et
/// al., Stat. Med. 37 (2018) 1059-1085).
/// </summary>
internal static class OneStageSynthesis
{
    private const int QuadraturePoints = 31;

    /// <summary>Given all events of a study, those of one arm are near a step of the ratio, which takes more points where studies differ
    /// much.</summary>
    private const int ConditionalPoints = 61;

    public static Synthesis Of(StudyArms arms, SynthesisMeasure measure, OneStageModel model, MetaAnalysisOptions options)
    {
        Check(measure, model);
        if (measure == SynthesisMeasure.RiskDifference && arms.Moderators.IsAny)
        {
            throw new GlmmException("A risk difference is averaged over the studies as they are, and has no moderators. Ask for the odds "
                + "ratio.");
        }

        RatioLimits.Check(arms, measure, model, options);
        var numbers = measure == SynthesisMeasure.RiskDifference ? StandardisedRisks.Of(Fitted(arms, SynthesisMeasure.OddsRatio, model,
            options), arms, model, options)
            : model == OneStageModel.Conditional && measure == SynthesisMeasure.OddsRatio ? ConditionalOddsRatio.Of(arms, options)
            : Fitted(arms, measure, model, options);
        return new Synthesis(CountIntervals.Asked(numbers, arms, measure, model, options) with
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
        var glmm = options.Glmm ?? new GlmmOptions
        {
            QuadraturePoints = model is OneStageModel.RandomStudies or OneStageModel.BetaBinomial ? 1
                : isConditional ? ConditionalPoints : QuadraturePoints,
        };
        var exposure = isRate ? " + offset(log(size))" : "";
        var response = isRate ? "events" : "cbind(events, size - events)";
        var family = isRate ? model == OneStageModel.BetaBinomial ? Family.NegativeBinomial2() : Family.Poisson()
            : model == OneStageModel.BetaBinomial ? Family.BetaBinomial(measure == SynthesisMeasure.RiskRatio ? Link.Log : null)
            : measure == SynthesisMeasure.RiskRatio ? Family.Binomial(Link.Log) : Family.Binomial();
        var moderators = arms.Moderators;
        var effects = string.Join(" + ", Enumerable.Range(0, moderators.Count).Select(moderators.Column));
        var given = string.Join(" + ", Enumerable.Range(0, moderators.Count).Where(j => moderators.Names[j] != Intercept.Name)
            .Select(moderators.Column).Prepend(moderators.HasIntercept ? "1" : "0"));
        var data = isConditional ? Conditional(arms, measure) : Long(arms, measure, dropEmpty: model == OneStageModel.FixedStudies);
        var isAlone = data.Levels("study").Count == 1;
        var baselines = isAlone ? "1" : model == OneStageModel.FixedStudies ? "0 + factor(study)" : "(1 | study)";
        var formula = model switch
        {
            OneStageModel.FixedStudies or OneStageModel.RandomStudies => $"{response} ~ {baselines} + {effects}"
                + (isAlone ? exposure : $" + (0 + treatment | study){exposure}"),
            OneStageModel.BetaBinomial => $"{response} ~ {effects}{exposure}",
            _ => $"cbind(treated, control) ~ {given} + offset(balance)" + (isAlone ? "" : " + (1 | study)"),
        };
        var fit = Glmm.Fit(formula, data, isConditional ? Family.Binomial() : family, glmm);
        string NameOf(int j) => isConditional && moderators.Names[j] == Intercept.Name ? Intercept.Name : moderators.Column(j);
        var named = Enumerable.Range(0, moderators.Count).ToDictionary(NameOf, moderators.Title);
        var known = Enumerable.Range(0, moderators.Count).Where(j => !double.IsNaN(fit.FixedEffects[NameOf(j)].Estimate)).ToArray();
        var effect = fit.FixedEffects[NameOf(known[0])];
        var varying = isConditional ? Intercept.Name : StudyModerators.Treatment;
        var spread = fit.VarianceComponents.FirstOrDefault(v => v.Group == "study" && v.Term1 == varying && v.Term2 is null);
        var tauSquared = spread?.Variance ?? double.NaN;
        var typical = StudyMeasures.TypicalVariance(arms, measure);
        var (q, degrees) = Heterogeneity(arms, measure, glmm);
        return new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(fit.FixedEffects.Select(e => named.TryGetValue(e.Name, out var title)
                ? e with { Name = title } : e)),
            ModeratorTest = ModeratorTest(fit, moderators, known, NameOf),
            Estimate = effect.Estimate,
            EffectName = effect.Name,
            StandardError = effect.StandardError,
            TauSquared = tauSquared,
            IsAlone = isAlone,
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

    // All coefficients of moderators together, by their covariance matrix among the fixed effects.
    private static (double Statistic, int Numerator, double PValue) ModeratorTest(GlmmFit fit, StudyModerators moderators, int[] known,
        Func<int, string> nameOf)
    {
        string[] places = [.. fit.FixedEffects.Where(e => !double.IsNaN(e.Estimate) && !e.IsFixed).Select(e => e.Name)];
        var own = Array.ConvertAll(known, j => Array.IndexOf(places, nameOf(j)));
        var all = fit.Covariance;
        var covariance = new double[known.Length, known.Length];
        for (var a = 0; a < known.Length; a++)
        {
            for (var b = 0; b < known.Length; b++)
            {
                covariance[a, b] = all[own[a], own[b]];
            }
        }

        return moderators.Named(known).Test(Array.ConvertAll(known, j => fit.FixedEffects[nameOf(j)].Estimate), covariance);
    }

    /// <summary>
    /// Twice the log-likelihood that a ratio of its own for each study has beyond one that they all have: the deviance of the model
    /// without variance between studies.
    /// </summary>
    private static (double Q, int Degrees) Heterogeneity(StudyArms arms, SynthesisMeasure measure, GlmmOptions glmm)
    {
        int[] informative = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure))];
        var effects = arms.Moderators.Count;
        if (informative.Length <= effects || measure == SynthesisMeasure.RiskRatio)
        {
            return (double.NaN, 0);
        }

        return (CommonRatio.Deviance(arms.Only(informative), measure == SynthesisMeasure.RateRatio), informative.Length - effects);
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
        var columns = new Dictionary<string, object>
        {
            ["study"] = rows.SelectMany(i => new[] { arms.Studies[i], arms.Studies[i] }).ToArray(),
            ["events"] = Both(arms.TreatedEvents, arms.ControlEvents),
            ["size"] = Both(arms.TreatedSize, arms.ControlSize),
            [StudyModerators.Treatment] = rows.SelectMany(_ => new[] { 0.5, -0.5 }).ToArray(),
        };
        for (var j = 0; j < arms.Moderators.Count; j++)
        {
            // Moderators are those of the treated arm, so that the mean baseline is that of controls, whatever their study's moderators.
            if (arms.Moderators.Names[j] == Intercept.Name) continue;
            var own = arms.Moderators.Columns[j];
            columns[arms.Moderators.Column(j)] = rows.SelectMany(i => new[] { own[i], 0 }).ToArray();
        }

        return FieldData.From(columns);
    }

    // In place of the hypergeometric distribution, to which a study of nothing but events tells nothing either.
    private static FieldData Conditional(StudyArms arms, SynthesisMeasure measure)
    {
        var rows = Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure)).ToArray();
        var columns = new Dictionary<string, object>
        {
            ["study"] = Array.ConvertAll(rows, i => arms.Studies[i]),
            ["treated"] = Array.ConvertAll(rows, i => arms.TreatedEvents[i]),
            ["control"] = Array.ConvertAll(rows, i => arms.ControlEvents[i]),
            ["balance"] = Array.ConvertAll(rows, i => Math.Log(arms.TreatedSize[i] / arms.ControlSize[i])),
        };
        for (var j = 0; j < arms.Moderators.Count; j++)
        {
            columns[arms.Moderators.Column(j)] = Array.ConvertAll(rows, i => arms.Moderators.Columns[j][i]);
        }

        return FieldData.From(columns);
    }
}
