using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>The tables of an analysis, for text and card alike.</summary>
internal static class AgeTables
{
    public static TableContent Methods(AgeAnalysis analysis)
    {
        var level = NumberFormat.Significant(100 * analysis.Level);
        var best = analysis.Select(a => a.Aic).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
        var content = new TableContent($"Slopes in {analysis.Age} by method ({analysis.Family.Link} scale)")
        {
            Note = "Between − within: what selection adds; for methods with age at the last record its coefficient. Test: Wald, of no "
                + $"selection. Quadratics at {analysis.Age} {NumberFormat.Significant(analysis.ReferenceAge, 3)}, age at last record × age "
                + $"at the mean longevity {NumberFormat.Significant(analysis.Sampling.MeanLastAge, 3)}. AIC ranks descriptions of the "
                + "data; it does not tell which slope is unbiased.",
        }.Text("Method").Number("Within").Number($"{level} % interval").Number("Between").Number("Between − within")
        .Number($"{level} % interval").Number("p (no selection)").Number("ΔAIC");
        foreach (var a in analysis)
        {
            if (a.Unavailable is not null && a.Fit is null or { Convergence.IsConverged: true })
            {
                content.Row(a.Name, "–", "", "", "", "", "", "");
                continue;
            }

            content.Row(a.Name + (a.IsUsable ? "" : " (NOT CONVERGED)"), Number(a.Within.Estimate), AgeWords.Range(a.Within),
                Number(a.Between.Estimate), Number(a.Difference.Estimate),
                AgeWords.Range(a.Difference), a.Test.DegreesOfFreedom == 0 ? "–" : NumberFormat.PValue(a.Test.PValue),
                double.IsNaN(a.Aic) ? "–" : NumberFormat.Fixed(a.Aic - best, 1));
        }

        return content;
    }

    /// <summary>The coefficients that some methods are there for; null if there are none.</summary>
    public static TableContent? Extras(AgeAnalysis analysis)
    {
        var shown = analysis.Where(a => a is { IsUsable: true, Extra: not null }).ToArray();
        if (shown.Length == 0) return null;
        var content = new TableContent("What else they estimate").Text("Method").Text("Coefficient").Number("Estimate")
            .Number($"{NumberFormat.Significant(100 * analysis.Level)} % interval").Number("p");
        foreach (var a in shown)
            content.Row(a.Name, a.ExtraMeaning!, Number(a.Extra!.Estimate), AgeWords.Range(a.Extra), NumberFormat.PValue(a.Extra.PValue));
        return content;
    }

    /// <summary>The parts of the population's change; null where it could not be taken apart.</summary>
    public static TableContent? Change(AgeAnalysis analysis)
    {
        if (analysis.PopulationChange is not { } change) return null;
        var level = NumberFormat.Significant(100 * change.Level);
        var (from, to) = (change.Steps[0].FromAge, change.Steps[^1].ToAge);
        var content = new TableContent($"Change of the population's mean from {analysis.Age} {NumberFormat.Significant(from)} to "
            + $"{NumberFormat.Significant(to)}, taken apart")
        {
            Note = $"Rebke et al. (2010): an exact sum over steps of {analysis.Age} that at least ten individuals lived through, "
                + $"{(AgeWords.Units(analysis) is { } units ? units + ", " : "")}not adjusted for anything. Intervals by resampling "
                + $"individuals.",
        }.Text("Part").Number("Change").Number($"{level} % interval");
        (string Name, BootstrapInterval Value)[] parts = [("Change within individuals", change.Within), ("Selective disappearance",
            change.Disappearance),
            ("Selective appearance", change.Appearance), ("Individuals missed for a while", change.Gaps), ("Population", change.Total)];
        foreach (var (name, value) in parts)
        {
            content.Row(name, Number(value.Estimate),
                double.IsNaN(value.Lower) ? "–" : $"{NumberFormat.Significant(value.Lower, 2)} to "
                    + $"{NumberFormat.Significant(value.Upper, 2)}");
        }

        return content;
    }

    private static string Number(double value) => double.IsNaN(value) ? "–" : NumberFormat.Significant(value, 3);
}
