using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>A synthesis in words and tables.</summary>
internal static class SynthesisCard
{
    /// <summary>Below, the normal distribution's quantile is more than 4 % short of Student's.</summary>
    private const int FewStudies = 30;

    public static string Html(Synthesis synthesis, SynthesisNumbers numbers)
    {
        var html = new HtmlWriter().Heading("Meta-analysis").Paragraph(Sentence(synthesis, numbers));
        foreach (var problem in Problems(numbers))
        {
            html = html.Message(Status.Problem, problem);
        }

        html = html.Paragraph(Method(numbers))
            .Facts([.. Facts(synthesis, numbers)])
            .Table(Coefficients(Shown(synthesis, numbers), "Coefficients"));
        foreach (var table in Further(synthesis, numbers))
        {
            html = html.Table(table);
        }

        return html.Note(Note(numbers)).ToHtml();
    }

    public static string Text(Synthesis synthesis, SynthesisNumbers numbers) => string.Join("\n",
        string.Join("\n", Problems(numbers).Prepend(Sentence(synthesis, numbers)).Prepend("Meta-analysis")), Method(numbers),
        string.Join("; ", Facts(synthesis, numbers).Select(f => $"{f.Label} {f.Value}")),
        TextTable.Draw(Coefficients(Shown(synthesis, numbers), "Coefficients")).TrimEnd('\n'),
        string.Join("\n", Further(synthesis, numbers).Select(t => TextTable.Draw(t).TrimEnd('\n')).Append(Note(numbers))));

    /// <summary>Why the numbers are not to be believed, where the fit beneath has no proper maximum.</summary>
    private static IEnumerable<string> Problems(SynthesisNumbers numbers)
    {
        if (numbers.Fit is not { Convergence.IsConverged: false } fit) yield break;
        yield return ConvergenceWords.Sentence(fit.Convergence);
        if (numbers is { Measure: SynthesisMeasure.RiskRatio, Arms: { } arms } && arms.Certain is { } certain)
        {
            yield return $"The study \"{certain}\" has nothing but events in an arm. Ratios of risks are by a logarithmic link, whose "
                + "likelihood has an edge where a risk is one. Ask for the odds ratio, or for the risk difference.";
            yield break;
        }

        foreach (var problem in ConvergenceWords.Problems(fit.Convergence)) yield return problem.ToString();
    }

    // The baselines of the studies are many, and nobody asked for them; FixedEffects has them.
    private static CoefficientTable Shown(Synthesis synthesis, SynthesisNumbers numbers) =>
        numbers.IsOfCounts ? new CoefficientTable(synthesis.FixedEffects.Where(e => !e.Name.StartsWith("factor(study)",
            StringComparison.Ordinal))) : synthesis.FixedEffects;

    private static IEnumerable<TableContent> Further(Synthesis synthesis, SynthesisNumbers numbers)
    {
        if (synthesis.ScaleEffects.Count > 0)
        {
            yield return Coefficients(synthesis.ScaleEffects, "Log of the variance of true effects");
        }

        if (synthesis.Heterogeneity.Count > 1)
        {
            yield return synthesis.Heterogeneity.Table();
        }

        if (numbers.IsOfCounts)
        {
            yield return synthesis.CompareMethods().Table();
        }
    }

    private static string Sentence(Synthesis s, SynthesisNumbers numbers)
    {
        var level = NumberFormat.Significant(100 * s.Level);
        string Number(double value) => NumberFormat.Significant(numbers.IsRatio ? Math.Exp(value) : value, 3);
        var what = numbers.IsRatio ? numbers.Scale[4..] : numbers.IsOfCounts ? numbers.Scale : "effect";
        var name = s.FixedEffects[0].Name;
        var hasModerators = numbers.ModeratorTest.Numerator > 0 && numbers.IsOfCounts;
        var of = hasModerators && name != StudyModerators.Treatment && s.FixedEffects.Contains(StudyModerators.Treatment)
            || (hasModerators && name == StudyModerators.Treatment) ? $"the {what} with all moderators at zero is"
            : numbers.IsOfCounts || (s.FixedEffects.Count == 1 && name == Intercept.Name) ? $"the mean {what} is"
            : name == Intercept.Name ? "the effect with all moderators at zero is" : $"the coefficient {name} is";
        var next = double.IsNaN(s.PredictionLower) ? "" : $" In a new study it is expected between {Number(s.PredictionLower)} and "
            + $"{Number(s.PredictionUpper)}.";
        var over = NumberFormat.Count(s.Count) + (numbers.IsOfCounts ? s.Count == 1 ? " study" : " studies"
            : s.Count == 1 ? " effect size" : " effect sizes");
        var interval = double.IsNaN(s.StandardError) ? "without a standard error" : $"{level} % interval {Number(s.Lower)} to "
            + $"{Number(s.Upper)}, {NumberFormat.PEquals(s.PValue)}";
        return $"Over {over} {of} {Number(s.Estimate)} ({interval}).{next}";
    }

    private static string Method(SynthesisNumbers numbers) => numbers.Method + ".";

    private static IEnumerable<(string Label, string Value)> Facts(Synthesis s, SynthesisNumbers numbers)
    {
        if (!double.IsNaN(s.Tau))
        {
            yield return ("τ", NumberFormat.Significant(s.Tau, 3));
        }

        if (!double.IsNaN(s.I2))
        {
            yield return ("I²", NumberFormat.Fixed(s.I2, 1) + " %");
            yield return ("H²", NumberFormat.Significant(s.H2, 3));
        }

        if (!double.IsNaN(s.QPValue))
        {
            yield return (numbers.IsOfCounts ? "Heterogeneity, likelihood ratio" : "Q", $"{NumberFormat.Fixed(s.Q, 1)} on "
                + $"{numbers.ResidualDegrees} df, {NumberFormat.PEquals(s.QPValue)}");
        }

        if (!double.IsNaN(s.ModeratorStatistic))
        {
            yield return ("Moderators", $"{NumberFormat.Fixed(s.ModeratorStatistic, 2)} on {s.ModeratorDegreesOfFreedom} df, "
                + $"{NumberFormat.PEquals(s.ModeratorPValue)}");
        }

        yield return ("log-likelihood", NumberFormat.Fixed(s.LogLikelihood, 2));
    }

    private static TableContent Coefficients(CoefficientTable table, string caption)
    {
        var content = new TableContent(caption).Text("Coefficient").Number("Estimate").Number("Std. error").Number("Statistic").Number("p");
        foreach (var row in table)
        {
            content.Row(row.Name, NumberFormat.Significant(row.Estimate, 4), NumberFormat.Significant(row.StandardError, 3),
                NumberFormat.Fixed(row.Statistic, 2), NumberFormat.PValue(row.PValue));
        }

        return content;
    }

    private static string Note(SynthesisNumbers numbers) => numbers.IsOfCounts
        ? $"Coefficients are on the scale of the {numbers.Scale}. Studies without events enter as they are; nothing is added to "
            + "their counts." + Alone(numbers) + Narrow(numbers)
        : "τ is the standard deviation of true effects between studies; I² the share of the variance of effect sizes that is not from "
            + "sampling.";

    private static string Alone(SynthesisNumbers numbers) => numbers.IsAlone
        ? " One study alone tells of the ratio: how much ratios differ between studies is not known." : "";

    private static string Narrow(SynthesisNumbers numbers) =>
        numbers.TauSquared > 1e-6 && numbers.Count < FewStudies && double.IsInfinity(numbers.Degrees)
            ? $" Effects differ and studies are few: an interval by the normal distribution is too narrow. Ask for "
                + $"Interval = SynthesisInterval.{(numbers.Measure == SynthesisMeasure.RiskDifference ? "StudentT" : "ProfileLikelihood")}."
            : "";
}
