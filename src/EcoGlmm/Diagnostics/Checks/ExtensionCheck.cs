using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether a larger model of which this one is a part describes the data better: good and bad years, slopes that vary, a dispersion that
/// changes with a predictor, heavier tails; and whether the logarithm of the response does, as Gaussian, in a Gamma's place. Residuals say
/// little of these where rows are few; the likelihood does.
/// </summary>
internal sealed class ExtensionCheck : ResidualCheck
{
    /// <summary>With more rows the residuals show it too, and fits take long.</summary>
    public const int MostRows = 3000;

    /// <summary>With more places in a dense matrix of correlations each larger model takes seconds.</summary>
    private const int MostDensePlaces = 100;

    /// <summary>Larger models fitted at most.</summary>
    private const int MostChanges = 5;

    public override bool OnlyTriesLargerModels => true;

    public override IEnumerable<Symptom> Examine(GlmmFit fit, SimulatedResiduals residuals, ChangedFits changed)
    {
        if (fit.ObservationCount > MostRows || fit.Estimate.Model.Terms.Any(t => t.Structure.Precision is SpatialCovariance
            && t.Levels.Count > MostDensePlaces))
            yield break;
        foreach (var change in Changes(fit).Take(MostChanges))
        {
            if (LikelihoodRatio.Test(fit, change, changed) is { } test)
                yield return new Symptom(this, Names.Capitalised(change.Words), test) { Change = change, Ratio = test.Statistic };
        }

        foreach (var change in Logarithms.Of(fit))
        {
            if (LikelihoodRatio.TestRival(fit, change, changed) is { } test)
                yield return new Symptom(this, Names.Capitalised(change.Words), test) { Change = change, Ratio = test.Statistic };
        }
    }

    public override CheckStatus StatusOf(Symptom symptom) => CheckStatus.Caution;

    public override int RankOf(Symptom symptom, Symptoms all) => 7;

    public override string AdviceOn(Symptom symptom, Symptoms all) => $"Fit it with {symptom.Change!.Words}: {symptom.Change.Call}.";

    private static IEnumerable<ModelChange> Changes(GlmmFit fit) =>
    [
        .. ChangesInTime.GoodAndBadTimes(fit).Take(1),
        .. VaryingSlopes.Of(fit, fit.Groups.Where(g => g.Levels > 2 && g.Levels < fit.ObservationCount / 3).Select(g => g.Group)).Take(2),
        .. ChangingSpread.Of(fit, MissingEffects.Numeric(fit)).Take(2),
        .. OtherFamilies.HeavierTails(fit),
    ];
}
