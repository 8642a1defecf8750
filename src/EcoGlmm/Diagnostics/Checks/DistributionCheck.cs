namespace EcoGlmm.Diagnostics;

/// <summary>Whether the residuals, all together, are distributed as those of a correct model.</summary>
internal sealed class DistributionCheck : ResidualCheck
{
    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed) =>
        [
            new Symptom(this, "Distribution", DependentRows.AreIn(residuals)
                ? DependentRows.Uniformity(residuals, residuals.TestUniformity()) : residuals.TestUniformity()),
        ];

    public override int RankOf(Symptom symptom, Symptoms all) => 10;

    public override string AdviceOn(Symptom symptom, Symptoms all) =>
        (SmallGroups.AreIn(all.Fit) ? "Look whether the random effects are normal, which the model takes them to be. " : "")
        + "See the findings on dispersion, zeros and patterns first; if they are in order, "
        + Take(all.Fit.Family.Alternatives.OtherShape, "take a family of another shape") + ".";
}
