using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Text;
using MathNet.Numerics.Distributions;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether the data scatter more, or less, than the model says.</summary>
internal sealed class ScatterCheck : ResidualCheck
{
    private const string Name = "Overdispersion";

    public override bool IsOfAllRows => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed) =>
        [
            SmallGroups.AreIn(fit) && WiderFamily(fit, changed) is { } wider ? wider
                : NarrowerFamily(fit, residuals.TestDispersion(), changed),
        ];

    /// <summary>
    /// The likelihood ratio of a family of the same response with a dispersion: of small groups it tells scatter of rows from that of
    /// groups, whatever the distribution of their effects, where simulations do not. Null where there is nothing to compare.
    /// </summary>
    private Symptom? WiderFamily(GlmmFit fit, ChangedFits changed)
    {
        if (fit.Family.HasDispersion || fit.ObservationCount > CureSearch.MostRows
            || Change(fit, fit.Family.Alternatives.MoreScatter.FirstOrDefault()) is not { } change)
            return null;
        return LikelihoodRatio.Test(fit, change, changed) is not { } test ? null
            : new Symptom(this, Name, test) { Change = change, Ratio = test.Statistic };
    }

    /// <summary>
    /// Where the residuals scatter less than the model says: the same, judged by the likelihood ratio of a family that can, which sees it
    /// in few rows. The variance about predictions without random effects has the scatter among groups in it, which hides that of rows.
    /// </summary>
    private Symptom NarrowerFamily(GlmmFit fit, TestResult test, ChangedFits changed)
    {
        var found = new Symptom(this, Name, test);
        if (!(test.Statistic < 1) || fit.Family.HasDispersion || fit.ObservationCount > ExtensionCheck.MostRows
            || Change(fit, fit.Family.Alternatives.LessScatter.LastOrDefault()) is not { } change
            || LikelihoodRatio.Of(fit, change, changed) is not { } ratio || !ScattersLess(ratio.Larger, fit))
            return found;
        // Neither end of its dispersion is the smaller model.
        var p = 1 - ChiSquared.CDF(1, ratio.Statistic);
        var words = $"the likelihood ratio of {change.Words} is {NumberFormat.Fixed(ratio.Statistic, 1)}, {NumberFormat.PEquals(p)}";
        var share = FormattableString.Invariant($"The residual variance is {test.Statistic:0.00} times what the model predicts");
        return found with
        {
            Test = test with
            {
                PValue = p,
                Resolution = 0,
                Message = p < TestResult.SignificanceLevel ? $"{share}: underdispersion ({words})."
                    : $"{share}: no sign of over- or underdispersion ({words}).",
                Verdict = p < TestResult.SignificanceLevel ? DispersionTest.Under : DispersionTest.AsExpected,
            },
            Change = change,
            Ratio = ratio.Statistic,
        };
    }

    private static ModelChange? Change(GlmmFit fit, FamilyAlternative? family) =>
        family?.Suits(fit.Response.Y, fit.Response.Size) == true ? new ModelChange(family.Words) { Family = family } : null;

    private static bool ScattersLess(GlmmFit narrow, GlmmFit fit)
    {
        double Scatter(GlmmFit of) => Enumerable.Range(0, of.ObservationCount).Sum(i =>
        {
            var predictors = of.Estimate.Predictors;
            return of.Family.Variance(of.Family.LocationLink.At(predictors[LinearPredictor.Conditional]![i]).Mu,
                Math.Exp(predictors[LinearPredictor.Dispersion]?[i] ?? 0), of.SizeOf(i));
        });

        return Scatter(narrow) < Scatter(fit);
    }

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
