namespace EcoGlmm;

/// <summary>A changed model that was fitted because of what a check found, and what it is like.</summary>
/// <param name="Change">What was changed, within a sentence: "zero inflation".</param>
/// <param name="Call">The C# expression that fits it again: <c>fit.Update(". ~ .", options: fit.Options with { ZeroInflation = "~ 1"
/// })</c>.</param>
/// <param name="DeltaAic">Its AIC less that of the model that was checked; negative when it is better.</param>
/// <param name="Remaining">The names of findings about residuals that are left; empty when they are in order.</param>
/// <param name="Fit">The changed model.</param>
public sealed record CheckCure(string Change, string Call, double DeltaAic, IReadOnlyList<string> Remaining, GlmmFit Fit)
{
    /// <summary>What came of it: "With zero inflation: ΔAIC −135, and the residuals are then in order."</summary>
    public override string ToString()
    {
        var aic = FormattableString.Invariant($"ΔAIC {DeltaAic:0}").Replace('-', '−');
        var left = Remaining.Count == 0 ? "and the residuals are then in order"
            : $"but not all is in order then: {string.Join(", ", Remaining.Select(r => char.ToLowerInvariant(r[0]) + r[1..]))}";
        return $"With {Change}: {aic}, {left}.";
    }
}
