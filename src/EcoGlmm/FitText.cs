using System.Text;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A fit as plain text, in the manner of R's summary() of lme4 and glmmTMB.</summary>
internal static class FitText
{
    public static string Draw(GlmmFit fit)
    {
        var text = new StringBuilder();
        var convergence = fit.Convergence;
        if (!convergence.IsConverged) Failure(text, convergence);
        text.Append(FitWords.Kind(fit)).Append(" fitted by ").Append(FitWords.Estimator(fit)).Append('\n');
        Facts(text, fit);
        text.Append('\n').Append(TextTable.Draw(Criteria(fit), "  "));
        if (convergence.IsConverged) Verdict(text, convergence);
        if (fit.VarianceComponents.Count > 0)
        {
            text.Append('\n').Append(TextTable.Draw(FitTables.RandomEffects(
                fit.VarianceComponents, "Random effects", FitCard.Residual(fit)), "  ").TrimStart());
            text.Append("  Number of rows: ").Append(fit.ObservationCount);
            foreach (var (group, levels) in fit.Groups) text.Append(", ").Append(group).Append(": ").Append(levels);
            text.Append('\n');
            if (CovarianceReport.Others(fit) is { Count: > 0 } others)
                text.Append('\n').Append(TextTable.Draw(others.Table(), "  ").TrimStart());
        }

        if (FitWords.HasSingleDispersion(fit) && (fit.VarianceComponents.Count == 0 || !fit.Family.Words.Dispersion!.IsResidual))
        {
            var dispersion = fit.Family.Words.Dispersion!;
            text.Append("\nDispersion: ").Append(dispersion.Symbol).Append(" = ").Append(NumberFormat.Significant(fit.Sigma))
                .Append(" (").Append(dispersion.Meaning).Append(")\n");
        }

        foreach (var parameter in FitWords.FamilyParameters(fit)) text.Append('\n').Append(parameter).Append('\n');

        var marked = false;
        foreach (var (part, table) in FitWords.Parts(fit))
        {
            var name = ModelPartNames.InSentence(part);
            var caption = $"{Names.Capitalised(name)} ({FitWords.Scale(fit.Family, part)})";
            text.Append('\n');
            if (table.Count == 0) text.Append(caption).Append(": none\n");
            else text.Append(TextTable.Draw(FitTables.Summary(table, caption, convergence.IsConverged), "  ").TrimStart());
            marked |= table.Any(c => c.PValue < 0.1);
        }

        if (fit.Smooths.Count > 0) text.Append('\n').Append(TextTable.Draw(fit.Smooths.Content("Smooths"), "  ").TrimStart());

        if (fit.Family.HasThresholds)
        {
            var thresholds = FitTables.FamilyParameters(fit.FamilyParameters.Rows, FitWords.ThresholdCaption(fit.Family));
            text.Append('\n').Append(TextTable.Draw(thresholds, "  ").TrimStart());
        }

        if (marked && convergence.IsConverged) text.Append("---\n").Append(FitTables.StarLegend).Append('\n');
        text.Append('\n');
        foreach (var note in FitWords.Notes(fit)) text.Append(note).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    private static void Failure(StringBuilder text, Convergence convergence)
    {
        text.Append("*** THIS FIT DID NOT CONVERGE ***\n").Append(ConvergenceWords.Sentence(convergence)).Append('\n');
        Problems(text, convergence);
        text.Append('\n');
    }

    private static void Verdict(StringBuilder text, Convergence convergence)
    {
        text.Append('\n').Append(ConvergenceWords.Verdict(convergence).Word).Append(". ").Append(ConvergenceWords.Sentence(convergence))
            .Append('\n');
        Problems(text, convergence);
    }

    private static void Problems(StringBuilder text, Convergence convergence)
    {
        foreach (var problem in ConvergenceWords.Problems(convergence))
            text.Append("  - ").Append(problem.Message).Append('\n').Append("    ").Append(problem.Advice).Append('\n');
    }

    private static void Facts(StringBuilder text, GlmmFit fit)
    {
        Fact("Formula", fit.Formula);
        foreach (var (label, content) in FitWords.Extras(fit)) Fact(label, content);
        Fact("Family", fit.Family.ToString());
        Fact("Data", FitWords.Size(fit));
        if (FitWords.LeftOut(fit) is { } leftOut) Fact("", leftOut);

        void Fact(string label, string content) =>
            text.Append("  ").Append((label.Length > 0 ? label + ":" : "").PadRight(16)).Append(content).Append('\n');
    }

    private static TableContent Criteria(GlmmFit fit)
    {
        var facts = FitCard.Criteria(fit).ToArray();
        var table = new TableContent();
        foreach (var (label, _) in facts) table.Number(label);
        return table.Row([.. facts.Select(f => f.Value.Replace(",", "", StringComparison.Ordinal))]);
    }
}
