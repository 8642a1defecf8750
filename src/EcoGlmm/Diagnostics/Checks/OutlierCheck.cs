namespace EcoGlmm.Diagnostics;

/// <summary>Whether too many rows, or too few, lie outside all simulations.</summary>
internal sealed class OutlierCheck : ResidualCheck
{
    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed) =>
        [new Symptom(this, "Outliers", residuals.TestOutliers())];

    public override CheckStatus StatusOf(Symptom symptom) => CheckStatus.Caution;

    public override int RankOf(Symptom symptom, Symptoms all) => 9;

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        if (symptom.Test.Verdict == OutlierTest.TooFew)
            return SmallGroups.AreIn(all.Fit) ? "The model says more scatter than there is: see the normality of the random effects."
                : "The model says more scatter than there is: see the finding on dispersion.";
        var known = all.Fit.Family.Alternatives;
        return "Look at the starred rows of the residual plot for errors; if they are right, "
            + Take([.. known.OtherShape, .. known.MoreScatter], "look for a predictor that sets them apart") + ".";
    }
}
