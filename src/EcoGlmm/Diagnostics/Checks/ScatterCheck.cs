using EcoGlmm.Text;
namespace EcoGlmm.Diagnostics;

/// <summary>Whether the data scatter more, or less, than the model says.</summary>
internal sealed class ScatterCheck : ResidualCheck
{
    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals) =>
        [new Symptom(this, "Overdispersion", SmallGroups.AreIn(fit) && WiderFamily(fit) is { } wider ? wider : residuals.TestDispersion())];

    /// <summary>
    /// The likelihood ratio of a family of the same response with a dispersion: of small groups it tells scatter of rows from that of
    /// groups, whatever the distribution of their effects, where simulations do not. Null where there is nothing to compare.
    /// </summary>
    private static TestResult? WiderFamily(GlmmFit fit) => fit.Family.HasDispersion || fit.ObservationCount > CureSearch.MostRows ? null
        : fit.Family.Alternatives.MoreScatter.Take(1).Where(a => a.Suits(fit.Response.Y, fit.Response.Size))
            .Select(a => LikelihoodRatio.Test(fit, new ModelChange(a.Words) { Family = a })).FirstOrDefault();

    public override string NameOf(Symptom symptom) => symptom.IsLess ? "Underdispersion" : symptom.Name;

    // An excess of zeros makes scatter too.
    public override int RankOf(Symptom symptom, Symptoms all) => all.HasMoreZeros ? 6 : 5;

    public override string AdviceOn(Symptom symptom, Symptoms all)
    {
        var known = all.Fit.Family.Alternatives;
        if (symptom.IsLess)
        {
            if (all.HasMoreZeros)
                return "See the excess of zeros first: a dispersion parameter that makes room for them is too large for the other counts.";
            return known.LessScatter.Count > 0
                ? $"{Sentence(Take(known.LessScatter, ""))}, which allow for underdispersion; tests are conservative as they stand."
                : "The scatter is less than the model says, so that standard errors are too large: look for repeated or rounded records, "
                    + "and for random effects that are not needed.";
        }

        if (all.HasMoreZeros)
            return "See the excess of zeros first: zeros of another origin make scatter too.";
        return known.MoreScatter.Count > 0
            ? $"{Sentence(Take(known.MoreScatter, ""))}, or a random effect for each row; standard errors are too small as they stand."
            : "Look for a missing predictor or random effect, and for a dispersion that changes with a predictor.";
    }

    private static string Sentence(string text) => Names.Capitalised(text);
}
