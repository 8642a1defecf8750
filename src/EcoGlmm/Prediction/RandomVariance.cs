using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Prediction;

/// <summary>
/// v = zᵀΣz of one linear predictor in one row, the variance that its random effects give it among the levels of the
/// population, with its derivative: v = |Λᵀz|², ∂v/∂Λ_rc = 2 z_r (Λᵀz)_c.
/// </summary>
internal sealed class RandomVariance
{
    private readonly Estimate _estimate;
    private readonly (int Index, RandomTerm Term, double[] Z, GroupingTerm Rows)[] _terms;

    /// <param name="estimate">The estimate.</param>
    /// <param name="k">The linear predictor.</param>
    /// <param name="part">Its matrices, with random terms.</param>
    public RandomVariance(Estimate estimate, int k, PartMatrices part)
    {
        _estimate = estimate;
        var terms = estimate.Model.Terms;
        GroupingTerm[] groups = [.. part.RandomTerms.Where(t => !t.IsCurve)];
        _terms = [.. Enumerable.Range(0, terms.Count).Where(t => terms[t].Predictor == k && !terms[t].IsCurve).Select((t, at) =>
            (t, terms[t], terms[t].Scaling?.Standardise(groups[at].Z) ?? groups[at].Z, groups[at]))];
    }

    /// <summary>v in a row; of some terms only where <paramref name="counts"/> is given.</summary>
    public double Value(int row, Func<RandomTerm, bool>? counts = null)
    {
        var sum = 0.0;
        foreach (var (index, term, zs, rows) in _terms)
        {
            if (counts?.Invoke(term) == false) continue;
            var level = LevelVariance(index, term, rows, row);
            for (var c = 0; c < term.LatentWidth; c++)
            {
                var spherical = Spherical(index, term, zs, row, c);
                sum += level * spherical * spherical;
            }
        }

        return sum * _estimate.Scale * _estimate.Scale;
    }

    /// <summary>total ← total + factor · ∂v/∂ψ in a row.</summary>
    public void AddGradient(int row, double factor, double[] total)
    {
        foreach (var (index, term, zs, rows) in _terms)
        {
            var (r, d) = (term.Width, term.LatentWidth);
            var level = LevelVariance(index, term, rows, row);
            var change = new double[r * d];
            for (var c = 0; c < d; c++)
            {
                var spherical = Spherical(index, term, zs, row, c);
                for (var e = 0; e < r; e++)
                    change[(e * d) + c] = 2 * factor * level * _estimate.Scale * _estimate.Scale * Weight(term, zs, row, e) * spherical;
            }

            var theta = new double[term.Loadings.ParameterCount];
            term.Loadings.PullBack(_estimate.System.Lambda.LoadingsTheta(index), change, theta);
            var at = _estimate.Model.FixedCount + term.ThetaOffset;
            for (var j = 0; j < theta.Length; j++) total[at + j] += theta[j];
        }
    }

    private double Spherical(int index, RandomTerm term, double[] zs, int row, int c)
    {
        var lambda = _estimate.System.Lambda[index];
        var sum = 0.0;
        for (var e = term.Loadings.IsLowerTriangular ? c : 0; e < term.Width; e++)
            sum += lambda[(e * term.LatentWidth) + c] * Weight(term, zs, row, e);
        return sum;
    }

    private static double Weight(RandomTerm term, double[] zs, int row, int e) => term.Entries is not null ? 1 : zs[(row * term.Width) + e];

    /// <summary>
    /// The variance of a latent variable in the row: one, that of its level where levels are related, and that of a weighted sum of
    /// levels where it has several.
    /// </summary>
    private double LevelVariance(int index, RandomTerm term, GroupingTerm rows, int row)
    {
        var precision = term.Structure.Precision;
        if (rows.Entries is { } entries)
        {
            if (precision is null)
            {
                var sum = rows.NewVariances?[row] ?? 0;
                for (var e = entries.Starts[row]; e < entries.Starts[row + 1]; e++) sum += entries.Weights[e] * entries.Weights[e];
                return sum;
            }

            return 1;
        }

        var phi = _estimate.System.Lambda.PrecisionTheta(index);
        return precision is null ? 1 : rows.Codes[row] is >= 0 and var level ? precision.Variance(phi, level)
            : rows.NewLevels?[row] is { } key ? precision.Variance(phi, key) : 1;
    }
}
