using EcoGlmm.Text;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether counts have more zeros, or fewer, than the model says. A family that can scatter makes room for zeros of another origin by its
/// dispersion, so that their number alone tells little: there a model that has them is held against it too.
/// </summary>
internal sealed class ZeroCheck : ResidualCheck
{
    private const string BesideScatter = "Zeros beside scatter";

    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        if (!residuals.IntegerResponse)
            yield break;
        if (!residuals.ObservedValues.Contains(0))
        {
            if (fit.Family.Alternatives.WithoutZeros is not null && residuals.TestZeroInflation() is { } none
                && !double.IsNaN(none.Statistic))
                yield return new Symptom(this, "Zeros", none);
            yield break;
        }

        // About groups of their own the zeros of small ones are not those of the model, nor where effects are drawn anew and not normal.
        var small = SmallGroups.AreIn(fit);
        // Effects of rows make scatter and room for zeros already, so that more of both is seldom identified, and slow to fit.
        var likelihood = (fit.Family.HasDispersion || small) && !Symptoms.HasEffectsOfRows(fit) ? StructuralZeros(fit, changed) : null;
        if (!small || likelihood is null)
            yield return new Symptom(this, "Zeros", residuals.TestZeroInflation());
        if (likelihood is not null)
            yield return new Symptom(this, BesideScatter, likelihood) {
                Change = ExcessZeros.Inflation, Ratio = likelihood.Statistic,
            };
    }

    public override string NameOf(Symptom symptom) => symptom.Name == BesideScatter ? "Zeros of another origin"
        : symptom.IsLess ? "Too few zeros" : "Zero inflation";

    public override int RankOf(Symptom symptom, Symptoms all) => symptom.IsMore ? 2 : 7;

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        if (symptom.IsLess)
            return all.Residuals.ObservedValues.Contains(0)
                ? "Try a hurdle model: a truncated family with a zero-inflation formula."
                : "If zeros could not be recorded, take a zero-truncated family.";
        return all.Fit.ZeroInflationEffects.Count == 0
            ? "Let zeros have an origin of their own: new GlmmOptions { ZeroInflation = \"~ 1\" }."
            : "Let predictors into the zero-inflation formula.";
    }

    // A family that knows no zeros beside its own cannot be compared.
    private static TestResult? StructuralZeros(GlmmFit fit, ChangedFits changed)
    {
        if (fit.Family.HasThresholds || fit.ZeroInflationEffects.Count > 0 || fit.ObservationCount > CureSearch.MostRows
            || LikelihoodRatio.Of(fit, ExcessZeros.Inflation, changed) is not { } ratio)
            return null;
        var share = NumberFormat.Significant(100 / (1 + Math.Exp(-ratio.Larger.ZeroInflationEffects[0].Estimate)), 2);
        return new TestResult("Structural zeros beside scatter", ratio.Statistic, ratio.P, "greater", ratio.P < TestResult.SignificanceLevel
            ? $"Zeros of another origin, {share} % of all rows, describe the data better than scatter alone ({ratio.Words})."
            : $"Zeros need no origin of their own beside the scatter ({ratio.Words}).");
    }
}
