using EcoGlmm.Text;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether counts have more zeros, or fewer, than the model says. A family that can scatter makes room for zeros of another origin by its
/// dispersion, so that their number alone tells little: there a model that has them is held against it too.
/// </summary>
internal sealed class ZeroCheck : ResidualCheck
{
    private const string BesideScatter = "Zeros beside scatter";

    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals)
    {
        if (!residuals.IntegerResponse || !residuals.ObservedValues.Contains(0))
            yield break;
        // About groups of their own the zeros of small ones are not those of the model, nor where effects are drawn anew and not normal.
        var small = SmallGroups.AreIn(fit);
        var likelihood = fit.Family.HasDispersion || small ? StructuralZeros(fit) : null;
        if (!small || likelihood is null)
            yield return new Symptom(this, "Zeros", residuals.TestZeroInflation());
        if (likelihood is not null)
            yield return new Symptom(this, BesideScatter, likelihood);
    }

    public override string NameOf(Symptom symptom) => symptom.Name == BesideScatter ? "Zeros of another origin"
        : symptom.IsLess ? "Too few zeros" : "Zero inflation";

    public override int RankOf(Symptom symptom, Symptoms all) => symptom.IsMore ? 2 : 7;

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        if (symptom.IsLess)
            return "Try a hurdle model: a truncated family with a zero-inflation formula.";
        return all.Fit.ZeroInflationEffects.Count == 0
            ? "Let zeros have an origin of their own: new GlmmOptions { ZeroInflation = \"~ 1\" }."
            : "Let predictors into the zero-inflation formula.";
    }

    /// <summary>
    /// The likelihood ratio of the same model with structural zeros. Their share is at its boundary, zero, in the smaller model: half of
    /// χ² with one degree of freedom (S. G. Self and K.-Y. Liang, 1987, JASA 82, 605-610). Null where there is nothing to compare.
    /// </summary>
    private static TestResult? StructuralZeros(GlmmFit fit)
    {
        if (fit.Family.HasThresholds || fit.ZeroInflationEffects.Count > 0 || fit.Options.Reml
            || !fit.Convergence.IsConverged || fit.ObservationCount > CureSearch.MostRows)
            return null;
        GlmmFit larger;
        try
        {
            larger = fit.Update(". ~ .", options: fit.Options with { ZeroInflation = "~ 1" });
        }
        catch (GlmmException)
        {
            // The family knows no zeros beside its own, or they cannot be told apart.
            return null;
        }

        if (!larger.Convergence.IsConverged || larger.ObservationCount != fit.ObservationCount)
            return null;
        var ratio = Math.Max(0, 2 * (larger.LogLikelihood - fit.LogLikelihood));
        var p = ratio > 0 ? 0.5 * (1 - ChiSquared.CDF(1, ratio)) : 1;
        var share = NumberFormat.Significant(100 / (1 + Math.Exp(-larger.ZeroInflationEffects[0].Estimate)), 2);
        var compared = $"likelihood ratio {NumberFormat.Fixed(ratio, 1)}, {NumberFormat.PEquals(p)}";
        return new TestResult("Structural zeros beside scatter", ratio, p, "greater", p < TestResult.SignificanceLevel
            ? $"Zeros of another origin, {share} % of all rows, describe the data better than scatter alone ({compared})."
            : $"Zeros need no origin of their own beside the scatter ({compared}).");
    }
}
