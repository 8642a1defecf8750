using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>What is said in words about an analysis.</summary>
internal static class AgeWords
{
    /// <summary>The response, successes out of trials by the successes' name.</summary>
    public static string ResponseName(AgeAnalysis analysis) => analysis.Response.StartsWith("cbind(", StringComparison.Ordinal)
        ? "proportion of " + analysis.Response[6..analysis.Response.IndexOf(',')] : analysis.Response;

    /// <summary>The response's units in the figure and in the decomposition; null for its own.</summary>
    public static string? Units(AgeAnalysis analysis) =>
        analysis.Family.WeightRole == WeightRole.Trials ? "as a proportion"
        : analysis.Family.Link == Link.Log && analysis[0].Fit is { } fit && fit.Specification.Conditional.Training.Offset.Any(o => o != 0)
            ? "per unit of exposure" : null;

    public static string Conclusion(AgeAnalysis analysis)
    {
        AgeMethod[] telling = [AgeMethod.MeanCentring, AgeMethod.AgeAtLast, AgeMethod.RandomSlopes, AgeMethod.SmoothCentring];
        var main = telling.Select(analysis.Find).FirstOrDefault(a => a is { IsUsable: true });
        if (main is null) return "No method that separates ageing from selection is usable on these data.";
        var level = NumberFormat.Significant(100 * analysis.Level);
        var response = (analysis.Response == ResponseName(analysis) ? "" : "the ") + ResponseName(analysis);
        var sentences = new List<string>
        {
            $"Within individuals, {response} {Direction(main.Within, analysis)} with {analysis.Age}: {Slope(main.Within)} per unit of "
            + $"{analysis.Age}{(analysis.Family.Link == Link.Identity ? "" : $" on the {analysis.Family.Link} scale")} ({level} % interval "
            + $"{Range(main.Within)}{Percent(main.Within, analysis)}; {main.Name.ToLowerInvariant()}).",
        };
        if (analysis.Find(AgeMethod.Naive) is { IsUsable: true } naive)
        {
            var opposed = naive.Within.Estimate * main.Within.Estimate < 0 && Outside(naive.Within) && Outside(main.Within);
            sentences.Add($"The naive model would have said {Slope(naive.Within)} ({Range(naive.Within)})" + (opposed
                ? ", with the wrong sign." : "."));
        }

        if (main.Test.DegreesOfFreedom > 0)
        {
            var difference = main.Difference;
            sentences.Add(main.Test.PValue < 1 - analysis.Level
                ? "Between individuals it is another story: the slope between them is "
                    + $"{NumberFormat.Significant(Math.Abs(difference.Estimate), 3)} {(difference.Estimate > 0 ? "above" : "below")} that "
                  + $"within them ({NumberFormat.PEquals(main.Test.PValue)}). Individuals recorded at higher {analysis.Age} have "
                  + $"{(IsHigher(difference, analysis) ? "a higher" : "a lower")} {ResponseName(analysis)} than their own change explains: "
                  + $"selective disappearance of those with {(IsHigher(difference, analysis) ? "low" : "high")} values (or late appearance "
                  + $"of those with {(IsHigher(difference, analysis) ? "high" : "low")} ones)."
                : $"There is no sign of selection: the slopes within and between individuals do not differ "
                    + $"({NumberFormat.PEquals(main.Test.PValue)}).");
        }
        else
        {
            sentences.Add($"Whether there is selection cannot be seen: individuals do not differ in their mean {analysis.Age}.");
        }

        if (analysis.Find(AgeMethod.SmoothCentring) is { IsUsable: true } smooth) sentences.Add(AgeSmoothModel.Sentence(smooth, analysis));
        if (analysis.Find(AgeMethod.MeanCentringByLongevity) is { IsUsable: true, Extra: { } interaction } && interaction.PValue < 1
            - analysis.Level)
        {
            sentences.Add($"The rate of change goes with longevity ({NumberFormat.PEquals(interaction.PValue)}): the slope within "
                + $"individuals {(interaction.Estimate > 0 ? "rises" : "falls")} with {analysis.Age} at the last record"
                + (analysis.Find(AgeMethod.QuadraticDeviationOfSquare) is { } curve && IsCurved(curve, analysis.Level)
                    ? "; change is curved as well, and either can look like the other: a model with both, "
                      + $"within(I({Formulas.Deparser.Name(analysis.Age)}^2), {Formulas.Deparser.Name(analysis.By)}) and the interaction, "
                      + "tells them apart."
                    : ", so plain mean-centring gives the long-lived too much weight.")
                + $" At the mean longevity it is {Slope(analysis[AgeMethod.MeanCentringByLongevity].Within)} "
                + $"({Range(analysis[AgeMethod.MeanCentringByLongevity].Within)}).");
        }

        return string.Join(" ", sentences);
    }

    public static IEnumerable<string> Warnings(AgeAnalysis analysis, bool addedGroup, int leftOut)
    {
        if (addedGroup) yield return $"The formula had no random effect of {analysis.By}; (1 | {analysis.By}) was added to every model.";
        if (leftOut > 0)
            yield return $"{NumberFormat.Count(leftOut, "row")} left out because of missing values. First, last and mean ages are taken "
                + $"over the rows used.";
        foreach (var warning in analysis.Sampling.Warnings(analysis.Age)) yield return warning;
        if (analysis[0].Fit is { } fit && new[] { fit.Options.ZeroInflation, fit.Options.Dispersion }.Any(text =>
            Mentions(text, analysis.Age)))
            yield return $"{analysis.Age} stands in the formula for zero inflation or dispersion too. There it is left as it is, within "
                + $"and between individuals together.";
        var failed = analysis.Where(a => a.Fit is { Convergence.IsConverged: false }).ToArray();
        if (failed.Length > 0) yield return $"Not converged, and not to be used: {Listed(failed)}.";
        var singular = analysis.Where(a => a.Fit is { Convergence: { IsConverged: true, IsSingular: true } }).ToArray();
        if (singular.Length > 0)
            yield return $"A variance is estimated as zero or a correlation as ±1 (singular fit) in "
                + $"{(singular.Length == analysis.Count(a => a.Fit is not null) ? "all models" : Listed(singular))}: the random effects "
                + $"ask more than the data hold.";
        if (analysis.Find(AgeMethod.MeanCentring) is { IsUsable: true } centred && analysis.Find(AgeMethod.RandomSlopes)
            is { IsUsable: true } slopes && centred.Aic - slopes.Aic > 2)
            yield return "Individuals differ in how they age (random slopes have the smaller AIC): standard errors of methods without "
                + "random slopes are too small.";
        if (analysis.Find(AgeMethod.QuadraticDeviationOfSquare) is { } curve && IsCurved(curve, analysis.Level))
            yield return $"Change with {analysis.Age} is curved ({NumberFormat.PEquals(curve.Extra!.PValue)}): a single slope is an "
                + $"average over the ages recorded.";
        if (analysis.Find(AgeMethod.TerminalYear) is { IsUsable: true, Extra: { } terminal } && terminal.PValue < 1 - analysis.Level)
            yield return $"There is a step at the last record ({NumberFormat.Significant(terminal.Estimate, 2)}, "
                + $"{NumberFormat.PEquals(terminal.PValue)}): part of what looks like gradual change may be a terminal effect.";
    }

    /// <summary>Whether a quadratic in absolute age is usable and its curvature clear.</summary>
    public static bool IsCurved(AgeApproach approach, double level) =>
        approach is { Method: AgeMethod.QuadraticDeviationOfSquare, IsUsable: true, Extra: { } curvature } && curvature.PValue < 1 - level;

    private static bool Mentions(string formula, string column) =>
        Formulas.ModelFormula.Parse(formula).RightHandSide.Descend().OfType<Formulas.NameNode>().Any(name => name.Name == column);

    private static string Listed(IEnumerable<AgeApproach> approaches) => string.Join("; ", approaches.Select(a => a.Name));

    private static bool IsHigher(AgeSlope difference, AgeAnalysis analysis) => difference.Estimate * analysis.Family.Link.At(1).D1 > 0;

    public static string Slope(AgeSlope slope) => NumberFormat.Significant(slope.Estimate, 3);

    public static string Range(AgeSlope slope) =>
        double.IsNaN(slope.Lower) ? "–" : string.Join(" to ", NumberFormat.Column([slope.Lower, slope.Upper], 2));

    private static bool Outside(AgeSlope slope) => slope.Lower > 0 || slope.Upper < 0;

    private static string Direction(AgeSlope slope, AgeAnalysis analysis)
    {
        // With an inverse link a rising linear predictor is a falling mean.
        var sign = Math.Sign(slope.Estimate) * Math.Sign(analysis.Family.Link.At(1).D1);
        return !Outside(slope) ? "shows no clear change" : sign > 0 ? "rises" : "declines";
    }

    private static string Percent(AgeSlope slope, AgeAnalysis analysis) => analysis.Family.Link != Link.Log ? ""
        : $", {(slope.Estimate < 0 ? "-" : "+")}{NumberFormat.Fixed(100 * Math.Abs(Math.Exp(slope.Estimate) - 1), 1)} % per unit";
}
