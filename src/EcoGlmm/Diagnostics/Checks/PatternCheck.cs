using EcoGlmm.Data;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether residuals change along the prediction, the predictors, among the groups of the model, and with columns that it does not
/// know.
/// </summary>
internal sealed class PatternCheck : ResidualCheck
{
    /// <summary>Factors that the model does not know are looked at up to this number.</summary>
    private const int MostUnused = 10;

    /// <summary>Rows for each level of such a factor, at least: with fewer it does not put rows together.</summary>
    private const int FewestRowsPerLevel = 3;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        var small = SmallGroups.AreIn(fit) && !DependentRows.AreIn(residuals);
        foreach (var (name, isGroup, isFactor, whole) in residuals.Patterns())
        {
            var test = Usable(name, whole);
            yield return Of(test, new Pattern(name, isGroup, isFactor, PatternTest.IsSpreadAlone(test), false));
        }

        foreach (var name in UnusedFactors(fit))
        {
            var levels = Grouping.From(residuals.Variable(name).Texts!, residuals.RowCount);
            var test = DependentRows.AreIn(residuals) ? DependentRows.Pattern(residuals, name, levels, true)
                : Usable(name, PatternTest.Among(name, levels, residuals.ScaledValues));
            yield return Of(test, new Pattern(name, false, true, PatternTest.IsSpreadAlone(test), true));
        }

        foreach (var (name, isCode, whole) in UnusedNumbers.Tests(fit, residuals))
        {
            var test = Usable(name, whole);
            yield return Of(test, new Pattern(name, false, isCode, PatternTest.IsSpreadAlone(test), true) { IsNumber = true });
        }

        TestResult Usable(string name, TestResult test) => small ? PatternTest.OfMiddle(name, test) : test;
    }

    public override CheckStatus StatusOf(Symptom symptom) => symptom.Pattern! is { IsGroup: true } or { IsNumber: true }
        ? CheckStatus.Caution : CheckStatus.Problem;

    public override int RankOf(Symptom symptom, Symptoms all)
    {
        var pattern = symptom.Pattern!;
        return pattern.IsUnused ? 0 : pattern.IsSpread ? 8 : pattern.IsAlongPrediction ? 3 : 1;
    }

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        var fit = all.Fit;
        var pattern = symptom.Pattern!;
        var name = pattern.Name;
        if (pattern.IsNumber)
            return $"The model does not know {name}: if it bears upon the response, let it in, + {MissingEffects.Quoted(name)}"
                + (UnusedNumbers.MayBeEffort(fit, name) ? $", or offset(log({MissingEffects.Quoted(name)})) where it is an effort." : ".");
        if (pattern.IsUnused)
            return $"The model does not know {name}, but its levels differ: let it in, as a factor or as a random effect, (1 | {name}).";
        if (pattern.IsGroup)
            return $"Some levels of {name} are not described: look for a predictor of them, or for a slope that varies among them.";
        if (pattern.IsSpread)
        {
            var by = pattern.IsAlongPrediction ? "a predictor" : name;
            return fit.Family.HasDispersion
                ? $"The spread changes: let the dispersion change with {by} (GlmmOptions.Dispersion)."
                : "The spread changes: take a family with a dispersion parameter, and a formula for it.";
        }

        if (pattern.IsAlongPrediction)
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

    private Symptom Of(TestResult test, Pattern pattern) => new(this, $"Pattern against {pattern.Name}", test) { Pattern = pattern };

    private static bool IsFactorOf(GlmmFit fit, string name) =>
        CurveFormula.IsThere(fit, name) && (CurveFormula.IsCurved(fit, name) || (fit.Data.TryGetColumn(name, out var column)
            && column is not NumericColumn));

    /// <summary>Columns of text that the model does not know and that put rows together.</summary>
    private static IEnumerable<string> UnusedFactors(GlmmFit fit) =>
        fit.Data.Columns.OfType<CategoricalColumn>().Where(c => !fit.Specification.VariableNames.Contains(c.Name))
            .Where(c =>
            {
                var codes = Array.ConvertAll(fit.UsedRows, r => c.Codes[r]);
                var levels = codes.Distinct().Count();
                return !codes.Contains(-1) && levels > 1 && levels <= fit.ObservationCount / FewestRowsPerLevel;
            }).Select(c => c.Name).Take(MostUnused);
}

/// <summary>A variable along which residuals change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsGroup">Whether it is a grouping factor of the model.</param>
/// <param name="IsFactor">Whether it was looked at level by level.</param>
/// <param name="IsSpread">Whether the spread changes, not the middle.</param>
/// <param name="IsUnused">Whether the model does not know the variable.</param>
internal sealed record Pattern(string Name, bool IsGroup, bool IsFactor, bool IsSpread, bool IsUnused)
{
    /// <summary>What the prediction is called among the variables.</summary>
    public const string Prediction = "the prediction";

    /// <summary>Whether it is a number that the model does not know.</summary>
    public bool IsNumber { get; init; }

    /// <summary>Whether the variable is the prediction itself.</summary>
    public bool IsAlongPrediction => Name == Prediction;
}
