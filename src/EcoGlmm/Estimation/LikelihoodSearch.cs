using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation;

/// <summary>
/// Searches a likelihood for its maximum from a start. What differs between estimators is the vector that is searched and what
/// is known of the curvature; what they share are the boundaries of the variances.
/// </summary>
internal abstract class LikelihoodSearch(MixedModel model)
{
    public MixedModel Model { get; } = model;

    /// <summary>Where θ begins in the vector that is searched.</summary>
    public abstract int ThetaOffset { get; }

    /// <summary>The equations of the random effects.</summary>
    public abstract RandomEffectsSystem System { get; }

    /// <summary>Iterations of all searches so far.</summary>
    public int Iterations { get; protected set; }

    /// <summary>Whether so much work has been done, by a count and not by a clock, that no more is to be expected to lead to a
    /// maximum.</summary>
    public abstract bool IsExhausted { get; }

    /// <summary>
    /// Sets of the parameters of a structure to look at beside those found: all that it offers, or every second one where that takes long.
    /// </summary>
    public IEnumerable<double[]> OtherShapesOf(CovarianceStructure structure)
    {
        var stride = System.Flops + (50.0 * Model.ObservationCount) < Tolerances.FlopsOfManyPlaces ? 1 : 2;
        return structure.Alternatives().Where((_, k) => k % stride == stride - 1);
    }

    /// <summary>−log L at x, with its gradient when that is not empty.</summary>
    public abstract double Evaluate(ReadOnlySpan<double> x, Span<double> gradient);

    /// <summary>The same, even where the point is that of the last evaluation.</summary>
    public virtual double EvaluateAnew(ReadOnlySpan<double> x, Span<double> gradient) => Evaluate(x, gradient);

    /// <summary>The maximum that a start leads to, put on the boundary where it is as good there.</summary>
    public SearchPoint MaximumFrom(double[] start) => Snapped(From(start));

    /// <summary>The maximum that a start leads to; the start itself is not changed.</summary>
    public abstract SearchPoint From(double[] start);

    /// <summary>The place where the likelihood is highest; null where none is better than a value.</summary>
    public double[]? Highest(IEnumerable<double[]> places, double value)
    {
        double[]? highest = null;
        foreach (var place in places)
        {
            if (Evaluate(place, []) is var there && there < value) (highest, value) = (place, there);
        }

        return highest;
    }

    /// <summary>Standard deviations that are all but zero become zero where the likelihood is no lower for it.</summary>
    public SearchPoint Snapped(SearchPoint found)
    {
        if (!found.HasLikelihood) return found;
        var candidates = BoundaryCandidates.Of(Model, found.Parameters.AsSpan(ThetaOffset), Tolerances.NearBoundary)
            .FindAll(c => c.Size != 0);
        if (candidates.Count == 0) return found;
        var (x, value) = ((double[])found.Parameters.Clone(), found.Value);
        foreach (var (index, _) in candidates)
        {
            var at = ThetaOffset + index;
            var kept = x[at];
            x[at] = 0;
            var snapped = Evaluate(x, []);
            if (snapped <= value + Tolerances.BoundaryLoss) value = Math.Min(value, snapped);
            else x[at] = kept;
        }

        return found with { Parameters = x, Value = value };
    }
}
