using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// Whether the maximum of a model without structural zeros is one of the model with them: there the likelihood falls as soon as there are
/// some. A search from a start with some runs off slowly, along a likelihood that is ever flatter, to say no more than that.
/// </summary>
internal static class ZerosAtBoundary
{
    /// <summary>That maximum, with all but no structural zeros; null where the likelihood rises, or cannot be had.</summary>
    /// <param name="search">The search of the model with structural zeros of one probability.</param>
    /// <param name="start">Where it would begin: at the estimates, but for the zeros.</param>
    /// <param name="like">The estimate of the model without.</param>
    public static SearchPoint? Find(LaplaceSearch search, double[] start, Estimate like)
    {
        var model = search.Model;
        const int z = LinearPredictor.ZeroInflation;
        if (!model.IsZeroInflated || model.IsHurdle || model.Basis[z]!.Columns != 1 || model.RandomPredictors.Contains(z)
            || like.Model.IsZeroInflated || like.Model.ParameterCount != model.ParameterCount - 1
            || like.Model.Family.Name != model.Family.Name)
            return null;
        var (psi, gradient) = ((double[])start.Clone(), new double[start.Length]);
        var (at, first) = (model.FixedOffset[z], model.Basis[z]!.First);
        psi[at] = -Tolerances.StructuralZerosGone / first;
        var value = search.Evaluate(psi, gradient);
        return double.IsFinite(value) && gradient[at] * first > 0 ? new SearchPoint(psi, value, MinimiserStatus.Converged) : null;
    }
}
