using EcoGlmm.Data;
using EcoGlmm.Families;

namespace EcoGlmm.Diagnostics;

/// <summary>What the findings of a check are called, how grave they are, and what to try where no change was tried.</summary>
internal static class CheckAdvice
{
    public static string Name(Symptom s) => s.Kind switch
    {
        SymptomKind.Dispersion when s.Test.Statistic < 1 => "Underdispersion",
        SymptomKind.Zeros => s.Test.Statistic < 1 ? "Too few zeros" : "Zero inflation",
        _ => s.Name,
    };

    public static CheckStatus Status(Symptom s) => s.Kind switch
    {
        SymptomKind.Outliers => CheckStatus.Caution,
        SymptomKind.Pattern when s.Pattern!.IsGroup => CheckStatus.Caution,
        _ => CheckStatus.Problem,
    };

    /// <summary>The order in which advice is worth following: what makes other symptoms comes first.</summary>
    public static int Rank(Symptom s, Symptoms all) => s.Kind switch
    {
        SymptomKind.Pattern when s.Pattern!.IsUnused => 0,
        SymptomKind.Pattern when !s.Pattern!.IsSpread && s.Pattern.Name != Symptoms.Prediction => 1,
        SymptomKind.Zeros when s.Test.Statistic > 1 => 2,
        SymptomKind.Pattern when !s.Pattern!.IsSpread => 3,
        SymptomKind.Time => 4,
        SymptomKind.Dispersion => all.HasMoreZeros ? 6 : 5,
        SymptomKind.Zeros => 7,
        SymptomKind.Pattern => 8,
        SymptomKind.Outliers => 9,
        _ => 10,
    };

    public static string For(Symptom s, Symptoms all) => s.Kind switch
    {
        SymptomKind.Dispersion => Dispersion(s.Test, all),
        SymptomKind.Zeros => Zeros(s.Test, all),
        SymptomKind.Pattern => Pattern(s.Pattern!, all.Fit),
        SymptomKind.Time => $"Let the model know about time: a trend or curve in {s.Pattern!.Name}, a random effect (1 | {s.Pattern.Name}), "
            + "or a predictor that changes with it, such as weather.",
        SymptomKind.Outliers => Outliers(s.Test, all),
        _ => "See the findings on dispersion, zeros and patterns first; if they are in order, "
            + Families(all.Fit.Family.Alternatives.OtherShape, "take a family of another shape") + ".",
    };

    private static string Families(IReadOnlyList<Families.FamilyAlternative> families, string otherwise) =>
        families.Count == 0 ? otherwise : $"take {string.Join(" or ", families.Select(f => f.Code))}";

    private static string Dispersion(TestResult test, Symptoms all)
    {
        var known = all.Fit.Family.Alternatives;
        if (test.Statistic < 1)
        {
            if (all.HasMoreZeros)
                return "See the excess of zeros first: a dispersion parameter that makes room for them is too large for the other counts.";
            return known.LessScatter.Count > 0
                ? $"{Sentence(Families(known.LessScatter, ""))}, which allow for underdispersion; tests are conservative as they stand."
                : "The scatter is less than the model says, so that standard errors are too large: look for repeated or rounded records, "
                    + "and for random effects that are not needed.";
        }

        if (all.HasMoreZeros)
            return "See the excess of zeros first: zeros of another origin make scatter too.";
        return known.MoreScatter.Count > 0
            ? $"{Sentence(Families(known.MoreScatter, ""))}, or a random effect for each row; standard errors are too small as they stand."
            : "Look for a missing predictor or random effect, and for a dispersion that changes with a predictor.";
    }

    private static string Outliers(TestResult test, Symptoms all) => test.Verdict == "too few"
        ? "The model says more scatter than there is: see the finding on dispersion."
        : $"Look at the starred rows of the residual plot for errors; if they are right, "
            + Families([.. all.Fit.Family.Alternatives.OtherShape, .. all.Fit.Family.Alternatives.MoreScatter], "look for a predictor that sets them apart") + ".";

    private static string Zeros(TestResult test, Symptoms all)
    {
        if (test.Statistic < 1)
            return "Try a hurdle model: a truncated family with a zero-inflation formula.";
        return all.Fit.ZeroInflationEffects.Count == 0
            ? "Let zeros have an origin of their own: new GlmmOptions { ZeroInflation = \"~ 1\" }."
            : "Let predictors into the zero-inflation formula.";
    }

    private static string Pattern(Pattern pattern, GlmmFit fit)
    {
        string name = pattern.Name;
        if (pattern.IsUnused)
            return $"The model does not know {name}, but its levels differ: let it in, as a factor or as a random effect, (1 | {name}).";
        if (pattern.IsGroup)
            return $"Some levels of {name} are not described: look for a predictor of them, or for a slope that varies among them.";
        if (pattern.IsSpread)
        {
            string by = name == Symptoms.Prediction ? "a predictor" : name;
            return fit.Family.HasDispersion
                ? $"The spread changes: let the dispersion change with {by} (GlmmOptions.Dispersion)."
                : "The spread changes: take a family with a dispersion parameter, and a formula for it.";
        }

        if (name == Symptoms.Prediction)
            return "A curve, an interaction or a predictor is missing, or the link is wrong: see the patterns against each predictor.";
        if (pattern.IsFactor)
        {
            return IsFactorOf(fit, name)
                ? $"{name} is in the model, but its levels are not described: let it interact with another predictor."
                : $"Let {name} into the model as a factor, factor({name}), or a curve of it.";
        }

        return CurveFormula.IsCurved(fit, name)
            ? $"The curve of {name} is not flexible enough, or differs among groups: give it more degrees of freedom, or an interaction."
            : $"Let the effect of {name} bend: + I({name}^2), or ns({name}, 3).";
    }

    private static bool IsFactorOf(GlmmFit fit, string name) =>
        CurveFormula.IsThere(fit, name) && (CurveFormula.IsCurved(fit, name) || (fit.Data.TryGetColumn(name, out FieldColumn? column) && column is not NumericColumn));

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
