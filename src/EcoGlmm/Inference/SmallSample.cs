namespace EcoGlmm.Inference;

/// <summary>Degrees of freedom of what is made from coefficients.</summary>
internal static class SmallSample
{
    /// <summary>Degrees of freedom of means and differences along a variable: the fewest of its coefficients in the conditional
    /// part.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="withIntercept">Whether the level of the response matters too, as for a mean.</param>
    public static double DegreesOf(GlmmFit fit, string variable, bool withIntercept = false)
    {
        var degrees = FixedEffectInference.BestOf(fit);
        if (degrees == DenominatorDegrees.Infinite || fit.Estimate.Model.Terms.Count == 0) return double.PositiveInfinity;
        var design = fit.Specification.Conditional;
        var aliased = design.Training.Aliased;
        int[] assign = [.. Enumerable.Range(0, aliased.Length).Where(j => !aliased[j]).Select(j => design.Assign[j])];
        int[] own = [.. Enumerable.Range(0, assign.Length).Where(j => assign[j] == 0 ? withIntercept
            : Names(design.TermLabels[assign[j] - 1], variable))];
        if (own.Length == 0) return double.PositiveInfinity;
        var inference = FixedEffectInference.For(fit, degrees);
        if (inference.Estimates.Count != assign.Length) return double.PositiveInfinity;
        return own.Min(j =>
        {
            var unit = new double[assign.Length];
            unit[j] = 1;
            return inference.DegreesOfFreedom(unit) is var df && df > 0 ? df : double.PositiveInfinity;
        });
    }

    /// <summary>Whether a term, "sex:poly(age, 2)", has a variable in it.</summary>
    private static bool Names(string label, string variable)
    {
        for (var at = label.IndexOf(variable, StringComparison.Ordinal); at >= 0;
        at = label.IndexOf(variable, at + 1, StringComparison.Ordinal))
        {
            var end = at + variable.Length;
            if ((at == 0 || !IsWord(label[at - 1])) && (end == label.Length || !IsWord(label[end]))) return true;
        }

        return false;

        static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';
    }
}
