using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>Scales of random effects that are, or may be, on the boundary of the parameter space.</summary>
internal static class BoundaryCandidates
{
    /// <summary>
    /// The positions in θ of the scales (diagonal entries of an unstructured Λ) whose contribution to the linear predictor is smaller than
    /// <paramref name="threshold"/>, with that size, smallest first; terms of which something is held are left out.
    /// </summary>
    public static List<(int Index, double Size)> Of(MixedModel model, ReadOnlySpan<double> theta, double threshold)
    {
        var result = new List<(int Index, double Size)>();
        foreach (var term in model.Terms)
        {
            if (model.Restraints.Holds(term)) continue;
            foreach (var own in term.Loadings.Variances)
            {
                var index = term.ThetaOffset + own;
                if (model.Restraints.Holds(model.FixedCount + index)) continue;
                var size = Math.Abs(theta[index]) / model.Unit[term.Predictor];
                if (size < threshold) result.Add((index, size));
            }
        }

        result.Sort((a, b) => a.Size.CompareTo(b.Size));
        return result;
    }

    /// <summary>
    /// Moves the scales that are on the boundary off it: there the gradient is zero by symmetry whichever way the likelihood goes, so
    /// that a search which began there would stay.
    /// </summary>
    public static void Leave(MixedModel model, Span<double> theta)
    {
        foreach (var term in model.Terms)
        {
            if (model.Restraints.Holds(term)) continue;
            foreach (var own in term.Loadings.Variances)
            {
                if (model.Restraints.Holds(model.FixedCount + term.ThetaOffset + own)) continue;
                ref var scale = ref theta[term.ThetaOffset + own];
                if (Math.Abs(scale) < Tolerances.OffBoundary * model.Unit[term.Predictor])
                    scale = Tolerances.OffBoundary * model.Unit[term.Predictor];
            }
        }
    }

    /// <summary>
    /// Other places to look from when effects of a level came out perfectly correlated. Correlations of −1 and +1 can each be a
    /// local maximum, and an optimiser does not get from one to the other through a variance of zero: each such effect's
    /// correlations are turned round and its own variance made positive.
    /// </summary>
    public static IEnumerable<double[]> Alternatives(MixedModel model, double[] theta)
    {
        foreach (var term in model.Terms.Where(t => !t.IsDiagonal && t.Loadings.HasFreeEntries && t.Width <= Tolerances.WidestTurned
            && !model.Restraints.Holds(t)))
        {
            for (var c = 1; c < term.Width; c++)
            {
                if (theta[DiagonalIndex(term, c)] != 0) continue;
                var other = (double[])theta.Clone();
                var squares = 0.0;
                for (var k = 0; k < c; k++)
                {
                    ref var entry = ref other[DiagonalIndex(term, k) + (c - k)];
                    squares += entry * entry;
                    entry *= -0.5;
                }

                if (squares == 0) continue;
                other[DiagonalIndex(term, c)] = 0.5 * Math.Sqrt(squares);
                yield return other;
            }
        }
    }

    /// <summary>Position in θ of a diagonal entry of an unstructured or diagonal Λ.</summary>
    public static int DiagonalIndex(RandomTerm term, int c) => term.ThetaOffset + term.Loadings.Variances[c];
}
