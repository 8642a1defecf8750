using EcoGlmm.Families;
using EcoGlmm.Formulas;

namespace EcoGlmm.Diagnostics;

/// <summary>What to try when a check fails.</summary>
internal static class CheckAdvice
{
    public const string Distribution =
        "See the findings on dispersion, zeros and patterns first; if they are in order, try a family of another shape.";

    public static string Dispersion(GlmmFit fit, TestResult test) =>
        test.Statistic < 1 ? fit.Family.Words.OnLessScatter : fit.Family.Words.OnMoreScatter;

    public static string Outliers(GlmmFit fit, TestResult test) => test.Verdict == "too few"
        ? "The model says more scatter than there is: see the finding on dispersion."
        : fit.Family.Words.OnOutliers;

    public static string Zeros(GlmmFit fit, TestResult test)
    {
        if (test.Statistic < 1)
            return "Try a hurdle model: a truncated family with a zero-inflation formula.";
        if (fit.Family.Words.OnManyZeros is { } first) return first;
        return fit.Specification.ZeroInflation is null
            ? "Try new GlmmOptions { ZeroInflation = \"~ 1\" }."
            : "Try predictors in the zero-inflation formula, such as ZeroInflation = \"~ x\".";
    }

    public static string Pattern(GlmmFit fit, string name, bool isGroup, TestResult test)
    {
        if (isGroup)
            return $"Some levels of {name} are not described: look for a predictor of them, or a slope that varies among them, such as (x | {name}).";
        bool isFactor = test.Parts.Count == 2;
        if (PatternTest.IsSpreadAlone(test))
        {
            string by = name == "the prediction" ? "x" : name;
            return fit.Family.HasDispersion
                ? $"The spread changes: try a dispersion formula, Dispersion = \"~ {by}\"."
                : "The spread changes: try a family with a dispersion parameter, and a formula for it.";
        }

        return name == "the prediction" ? "A curve, an interaction or a predictor is missing, or the link is wrong: see the patterns against each predictor."
            : isFactor ? $"Let {name} into the model as a factor, or an interaction with it."
            : $"Try a curve: + I({name}^2), poly({name}, 2) or ns({name}, 3).";
    }

    public static string Time(string time, TestResult test) =>
        $"Let the model know about time: a trend or curve in {time}, a random effect (1 | {time}), or a predictor that changes with it, such as weather.";
}
