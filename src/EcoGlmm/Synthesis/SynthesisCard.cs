using EcoGlmm.Text;

namespace EcoGlmm.Syntheses;

/// <summary>A synthesis in words and tables.</summary>
internal static class SynthesisCard
{
    public static string Html(Synthesis synthesis, SynthesisNumbers numbers)
    {
        var html = new HtmlWriter().Heading("Meta-analysis").Paragraph(Sentence(synthesis, numbers)).Paragraph(Method(numbers)).Facts([.. Facts(synthesis, numbers)])
            .Table(Coefficients(synthesis));
        return html.Note(Note(numbers)).ToHtml();
    }

    public static string Text(Synthesis synthesis, SynthesisNumbers numbers) => string.Join("\n",
        "Meta-analysis", Sentence(synthesis, numbers), Method(numbers), string.Join("; ", Facts(synthesis, numbers).Select(f => $"{f.Label} {f.Value}")),
        TextTable.Draw(Coefficients(synthesis)).TrimEnd('\n'), Note(numbers));

    private static string Sentence(Synthesis s, SynthesisNumbers numbers)
    {
        string level = NumberFormat.Significant(100 * s.Level);
        string Number(double value) => NumberFormat.Significant(numbers.IsRatio ? Math.Exp(value) : value, 3);
        string what = numbers.IsRatio ? numbers.Scale[4..] : "effect";
        return $"Over {NumberFormat.Count(s.Count)} {(numbers.IsRatio ? "studies" : "effect sizes")} the mean {what} is {Number(s.Estimate)} ({level} % interval {Number(s.Lower)} to {Number(s.Upper)}, "
            + $"{NumberFormat.PEquals(s.PValue)}). In a new study it is expected between {Number(s.PredictionLower)} and {Number(s.PredictionUpper)}.";
    }

    private static string Method(SynthesisNumbers numbers) => numbers.Method + ".";

    private static IEnumerable<(string Label, string Value)> Facts(Synthesis s, SynthesisNumbers numbers)
    {
        yield return ("τ", NumberFormat.Significant(s.Tau, 3));
        if (!double.IsNaN(s.I2))
        {
            yield return ("I²", NumberFormat.Fixed(s.I2, 1) + " %");
            yield return ("H²", NumberFormat.Significant(s.H2, 3));
            yield return ("Q", $"{NumberFormat.Fixed(s.Q, 1)} on {numbers.ResidualDegrees} df, {NumberFormat.PEquals(s.QPValue)}");
        }

        yield return ("log-likelihood", NumberFormat.Fixed(s.LogLikelihood, 2));
    }

    private static TableContent Coefficients(Synthesis s)
    {
        var content = new TableContent("Coefficients").Text("Coefficient").Number("Estimate").Number("Std. error").Number("Statistic").Number("p");
        foreach (var row in s.FixedEffects)
        {
            content.Row(row.Name, NumberFormat.Significant(row.Estimate, 4), NumberFormat.Significant(row.StandardError, 3),
                NumberFormat.Fixed(row.Statistic, 2), NumberFormat.PValue(row.PValue));
        }

        return content;
    }

    private static string Note(SynthesisNumbers numbers) => numbers.IsRatio
        ? $"Coefficients are on the scale of the {numbers.Scale}. Studies without events enter as they are; nothing is added to their counts."
        : "τ is the standard deviation of true effects between studies; I² the share of the variance of effect sizes that is not from sampling.";
}
