using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A fit as a card of HTML: what was fitted, whether to trust it, and what it says.</summary>
internal static class FitCard
{
    public static string Draw(GlmmFit fit)
    {
        var convergence = fit.Convergence;
        var (status, verdict) = ConvergenceWords.Verdict(convergence);
        var html = new HtmlWriter(frame: status == Status.Problem ? Status.Problem : null);
        html.Heading($"{FitWords.Kind(fit)} of {fit.Specification.Response.Name}", status, verdict);
        if (status == Status.Problem) Problems(html, convergence);
        html.Paragraph(Headline(fit)).Code(fit.Formula);
        foreach (var (label, text) in FitWords.Extras(fit)) html.LabelledCode(label, text);
        if (status != Status.Problem) Problems(html, convergence);
        html.Facts(Criteria(fit));
        foreach (var (part, table) in FitWords.Parts(fit))
        {
            var name = ModelPartNames.InSentence(part);
            var caption = $"{Names.Capitalised(name)} ({FitWords.Scale(fit.Family, part)})";
            if (table.Count == 0) html.Subheading(caption).Paragraph("None.");
            else html.Table(FitTables.Intervals(table, caption, FitWords.RatioName(fit.Family, part)));
        }

        if (fit.Family.HasThresholds)
            html.Table(FitTables.FamilyParameters(fit.FamilyParameters.Rows, FitWords.ThresholdCaption(fit.Family)));

        if (fit.Smooths.Count > 0) html.Table(fit.Smooths.Content("Smooths"));

        if (fit.VarianceComponents.Count > 0)
        {
            html.Table(FitTables.RandomEffects(fit.VarianceComponents, "Random effects", Residual(fit),
                group => fit.Groups.First(g => g.Group == group).Levels));
        }

        if (CovarianceReport.Others(fit) is { Count: > 0 } others) html.Table(others.Table());

        Dispersion(html, fit);
        foreach (var parameter in FitWords.FamilyParameters(fit)) html.Paragraph($"{parameter}.");

        foreach (var note in FitWords.Notes(fit)) html.Note(note);
        return html.ToHtml();
    }

    /// <summary>The residual standard deviation where it stands among the random effects: in Gaussian models.</summary>
    public static double? Residual(GlmmFit fit) =>
        FitWords.HasSingleDispersion(fit) && fit.Family.Words.Dispersion!.IsResidual ? fit.Sigma : null;

    /// <summary>Log-likelihood and information criteria.</summary>
    public static IEnumerable<(string Label, string Value)> Criteria(GlmmFit fit)
    {
        yield return ("AIC", NumberFormat.Fixed(fit.Aic, 1));
        yield return ("AICc", NumberFormat.Fixed(fit.Aicc, 1));
        yield return ("BIC", NumberFormat.Fixed(fit.Bic, 1));
        yield return (fit.Options.Reml ? "REML logLik" : "logLik", NumberFormat.Fixed(fit.LogLikelihood, 1));
        yield return (fit.Options.Reml ? "REML deviance" : "deviance", NumberFormat.Fixed(fit.Deviance, 1));
        yield return ("parameters", NumberFormat.Count(fit.ParameterCount));
    }

    private static string Headline(GlmmFit fit)
    {
        var sentence = $"{FitWords.Size(fit)}. Fitted by {FitWords.Estimator(fit)}.";
        if (FitWords.LeftOut(fit) is { } leftOut) sentence += " " + leftOut;
        return fit.Convergence.Status switch
        {
            ConvergenceStatus.Converged =>
                $"{sentence} {ConvergenceWords.Sentence(fit.Convergence)} Whether the model describes the data is for SimulatedResiduals() "
                + $"to show.",
            ConvergenceStatus.Singular => $"{sentence} {ConvergenceWords.Sentence(fit.Convergence)}",
            _ => sentence,
        };
    }

    private static void Problems(HtmlWriter html, Convergence convergence)
    {
        var status = convergence.IsConverged ? Status.Caution : Status.Problem;
        if (status == Status.Problem) html.Message(status, ConvergenceWords.Sentence(convergence));
        foreach (var problem in ConvergenceWords.Problems(convergence)) html.Message(status, problem.ToString());
    }

    private static void Dispersion(HtmlWriter html, GlmmFit fit)
    {
        if (!FitWords.HasSingleDispersion(fit) || (Residual(fit) is not null && fit.VarianceComponents.Count > 0)) return;
        var dispersion = fit.Family.Words.Dispersion!;
        html.Paragraph($"Dispersion {dispersion.Symbol} = {NumberFormat.Significant(fit.Sigma)}: {dispersion.Meaning}.");
    }
}
