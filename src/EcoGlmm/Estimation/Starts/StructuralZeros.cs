namespace EcoGlmm.Estimation.Starts;

/// <summary>
/// Zeros can be told from a dispersed response in more than one way, each a local maximum: when the first start ended with
/// no structural zeros in some rows, a second one begins with as many as there can be.
/// </summary>
internal sealed class StructuralZeros : IStartStrategy<LaplaceSearch>
{
    public SearchPoint Improve(LaplaceSearch search, SearchPoint best)
    {
        var model = search.Model;
        if (!model.IsZeroInflated || !RanOff(model, best.Parameters) || !double.IsFinite(search.Evaluate(best.Parameters, []))) return best;
        var modes = (double[])search.Objective.Modes.Clone();
        var start = StartingValues.Find(model, zerosAreStructural: true);
        if (search.MaximumBeside(best, start) is { } other && other.IsBetterThan(best)) return other;
        search.Objective.StartFrom(modes);
        return best;
    }

    /// <summary>Whether the probability of a structural zero is all but zero or one somewhere.</summary>
    private static bool RanOff(MixedModel model, double[] psi)
    {
        var zeta = new double[model.ObservationCount];
        model.FixedPredictor(LinearPredictor.ZeroInflation, psi, zeta);
        return Array.Exists(zeta, z => Math.Abs(z) > Tolerances.StructuralZerosGone);
    }
}
