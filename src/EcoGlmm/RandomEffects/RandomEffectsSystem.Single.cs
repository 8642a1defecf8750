namespace EcoGlmm.RandomEffects;

/// <summary>
/// Terms of one effect a level that only each other's levels stand beside, as those of series and pedigrees do: the same as for blocks,
/// number by number.
/// </summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>H of the term: λ²ZᵀWZ + P.</summary>
    private void FormSingle(double square, double[] diagonal, double[] precision, int[] pointers, CrossBlocks pair, ref int at)
    {
        var (values, starts, index, a, k) = (_values, pair.Starts, pair.PrecisionIndex!, pair.A, 0);
        for (var level = 0; level + 1 < starts.Length; level++)
        {
            values[at++] = (square * diagonal[level]) + precision[pointers[level]];
            for (; k < starts[level + 1]; k++)
            {
                var link = index[k] >= 0 ? precision[index[k]] : 0;
                values[at++] = (square * a[k]) + link;
            }
        }
    }

    /// <summary>B = λ²H⁻¹, ½ tr(H⁻¹ ∂H) by λ, and by the precision.</summary>
    private void InvertSingle(int term, CrossBlocks pair, int[] pointers, double[]? trace, double[]? adjoint, ref int at)
    {
        var (values, starts, index, a, k) = (_values, pair.Starts, pair.PrecisionIndex!, pair.A, 0);
        var (diagonal, b, inverse) = (_diagonal[term], _diagonalB[term], _inverse[term]);
        var lambda = Lambda[term][0];
        var (square, sum) = (lambda * lambda, 0.0);
        for (var level = 0; level + 1 < starts.Length; level++)
        {
            var own = values[at++];
            b[level] = square * own;
            if (inverse is not null) inverse[level] = own;
            sum += diagonal[level] * own;
            if (adjoint is not null) adjoint[pointers[level]] = 0.5 * own;
            for (; k < starts[level + 1]; k++)
            {
                var cross = values[at++];
                pair.B[k] = square * cross;
                sum += 2 * a[k] * cross;
                if (adjoint is not null && index[k] >= 0) adjoint[index[k]] = cross;
            }
        }

        if (trace is not null) trace[0] += lambda * sum;
    }
}
