namespace EcoGlmm.Diagnostics;

/// <summary>Whether counts have more zeros, or fewer, than the model says.</summary>
internal sealed class ZeroCheck : ResidualCheck
{
    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals) =>
        residuals.IntegerResponse && residuals.ObservedValues.Contains(0) ? [new Symptom(this, "Zeros", residuals.TestZeroInflation())]
        : [];

    public override string NameOf(Symptom symptom) => symptom.IsLess ? "Too few zeros" : "Zero inflation";

    public override int RankOf(Symptom symptom, Symptoms all) => symptom.IsMore ? 2 : 7;

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        if (symptom.IsLess)
            return "Try a hurdle model: a truncated family with a zero-inflation formula.";
        return all.Fit.ZeroInflationEffects.Count == 0
            ? "Let zeros have an origin of their own: new GlmmOptions { ZeroInflation = \"~ 1\" }."
            : "Let predictors into the zero-inflation formula.";
    }
}
