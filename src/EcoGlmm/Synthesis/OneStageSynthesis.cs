using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Syntheses in one stage: T. Stijnen, T. H. Hamza and P. Özdemir, Stat. Med. 29 (2010) 3046-3067. Studies without events in one
/// arm or in both enter as they are. Treatment is coded −½ and ½, so that its random effect weighs on both arms alike.
/// </summary>
internal static class OneStageSynthesis
{
    private const int QuadraturePoints = 15;

    public static Synthesis Of(StudyArms arms, SynthesisMeasure measure, OneStageModel model, MetaAnalysisOptions options)
    {
        bool isRate = measure == SynthesisMeasure.RateRatio;
        if (model == OneStageModel.ConditionalApproximate && isRate)
        {
            throw new GlmmException("For rates the conditional model is binomial already; ask for OneStageModel.Conditional.");
        }

        if (model == OneStageModel.Conditional && !isRate)
        {
            return ConditionalOddsRatio.Of(arms, options, Studies(arms, measure, options.Level), Scale(measure));
        }

        var glmm = options.Glmm ?? new GlmmOptions { QuadraturePoints = model == OneStageModel.RandomStudies ? 1 : QuadraturePoints };
        var fit = model switch
        {
            OneStageModel.FixedStudies => Glmm.Fit($"{Response(isRate)} ~ 0 + factor(study) + treatment + (0 + treatment | study){Exposure(isRate)}", Long(arms, measure, dropEmpty: true), Family(isRate), glmm),
            OneStageModel.RandomStudies => Glmm.Fit($"{Response(isRate)} ~ treatment + (1 | study) + (0 + treatment | study){Exposure(isRate)}", Long(arms, measure, dropEmpty: false), Family(isRate), glmm),
            _ => Glmm.Fit("cbind(treated, control) ~ 1 + offset(balance) + (1 | study)", Conditional(arms, isRate), EcoGlmm.Family.Binomial(), glmm),
        };
        bool isConditional = model is OneStageModel.Conditional or OneStageModel.ConditionalApproximate;
        var effect = fit.FixedEffects[isConditional ? "(Intercept)" : "treatment"];
        var spread = fit.VarianceComponents.First(v => v.Group == "study" && v.Term1 == effect.Name && v.Term2 is null);
        return new Synthesis(new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(isConditional ? [effect with { Name = "treatment" }] : [.. fit.FixedEffects]),
            Estimate = effect.Estimate,
            StandardError = effect.StandardError,
            TauSquared = spread.Variance,
            LogLikelihood = fit.LogLikelihood,
            Level = options.Level,
            Count = arms.Count,
            Method = Words(model, isRate),
            Scale = Scale(measure),
            IsRatio = true,
            Fit = fit,
            Studies = Studies(arms, measure, options.Level),
        });
    }

    private static Family Family(bool isRate) => isRate ? EcoGlmm.Family.Poisson() : EcoGlmm.Family.Binomial();

    private static string Response(bool isRate) => isRate ? "events" : "cbind(events, size - events)";

    private static string Exposure(bool isRate) => isRate ? " + offset(log(size))" : "";

    private static string Scale(SynthesisMeasure measure) => measure == SynthesisMeasure.RateRatio ? "log rate ratio" : "log odds ratio";

    private static string Words(OneStageModel model, bool isRate) => (isRate ? "Poisson counts by exposure" : "Binomial counts") + (model switch
    {
        OneStageModel.FixedStudies => ", a fixed baseline for each study and a random effect of treatment",
        OneStageModel.RandomStudies => ", random baselines of studies and a random effect of treatment",
        OneStageModel.Conditional => ", given the events of each study (binomial)",
        _ => ", given the events of each study (binomial in place of hypergeometric)",
    });

    // A row for each arm. A study without any event says nothing of the ratio once it has a baseline of its own.
    private static FieldData Long(StudyArms arms, SynthesisMeasure measure, bool dropEmpty)
    {
        var rows = Enumerable.Range(0, arms.Count).Where(i => !dropEmpty || !SaysNothing(arms, i, measure)).ToArray();
        double[] Both(double[] treated, double[] control) => [.. rows.SelectMany(i => new[] { treated[i], control[i] })];
        var size = Both(arms.TreatedSize, arms.ControlSize);
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["study"] = rows.SelectMany(i => new[] { arms.Studies[i], arms.Studies[i] }).ToArray(),
            ["treatment"] = rows.SelectMany(_ => new[] { 0.5, -0.5 }).ToArray(),
            ["events"] = Both(arms.TreatedEvents, arms.ControlEvents),
            ["size"] = size,
        });
        return data;
    }

    private static bool SaysNothing(StudyArms arms, int i, SynthesisMeasure measure) =>
        arms.TreatedEvents[i] + arms.ControlEvents[i] == 0
        || (measure == SynthesisMeasure.OddsRatio && arms.TreatedEvents[i] == arms.TreatedSize[i] && arms.ControlEvents[i] == arms.ControlSize[i]);

    private static FieldData Conditional(StudyArms arms, bool isRate)
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

    // By each study alone, as far as it has events in both arms, for the figure.
    private static StudyEffect[] Studies(StudyArms arms, SynthesisMeasure measure, double level)
    {
        double quantile = SpecialFunctions.NormalQuantile(0.5 + level / 2);
        return [.. Enumerable.Range(0, arms.Count).Select(i =>
        {
            var (a, b, n, m) = (arms.TreatedEvents[i], arms.ControlEvents[i], arms.TreatedSize[i], arms.ControlSize[i]);
            double effect = measure == SynthesisMeasure.RateRatio ? Math.Log(a / n) - Math.Log(b / m) : Math.Log(a / (n - a)) - Math.Log(b / (m - b));
            double error = Math.Sqrt(1 / a + 1 / b + (measure == SynthesisMeasure.RateRatio ? 0 : 1 / (n - a) + 1 / (m - b)));
            return new StudyEffect(arms.Studies[i], double.IsFinite(effect) ? effect : double.NaN,
                double.IsFinite(error) ? effect - quantile * error : double.NaN, double.IsFinite(error) ? effect + quantile * error : double.NaN);
        })];
    }
}
