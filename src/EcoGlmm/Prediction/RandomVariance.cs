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
    private readonly (int Index, RandomTerm Term, double[] Z)[] _terms;

    /// <param name="estimate">The estimate.</param>
    /// <param name="k">The linear predictor.</param>
    /// <param name="part">Its matrices, with random terms.</param>
    public RandomVariance(Estimate estimate, int k, PartMatrices part)
    {
        _estimate = estimate;
        var terms = estimate.Model.Terms;
        _terms = [.. Enumerable.Range(0, terms.Count).Where(t => terms[t].Predictor == k).Select((t, at) =>
            (t, terms[t], terms[t].Scaling?.Standardise(part.RandomTerms[at].Z) ?? part.RandomTerms[at].Z))];
    }

    /// <summary>v in a row; of some terms only where <paramref name="counts"/> is given.</summary>
    public double Value(int row, Func<RandomTerm, bool>? counts = null)
    {
        var sum = 0.0;
        foreach (var (index, term, zs) in _terms)
        {
            if (counts?.Invoke(term) == false) continue;
            for (var c = 0; c < term.Width; c++)
            {
                var spherical = Spherical(index, term, zs, row, c);
                sum += spherical * spherical;
            }
        }

        return sum * _estimate.Scale * _estimate.Scale;
    }

    /// <summary>total ← total + factor · ∂v/∂ψ in a row.</summary>
    public void AddGradient(int row, double factor, double[] total)
    {
        foreach (var (index, term, zs) in _terms)
        {
            var r = term.Width;
            var change = new double[r * r];
            for (var c = 0; c < r; c++)
            {
                var spherical = Spherical(index, term, zs, row, c);
                for (var e = c; e < r; e++) change[(e * r) + c] = 2 * factor * _estimate.Scale * _estimate.Scale * zs[(row * r) + e] * spherical;
            }

            var theta = new double[term.ThetaCount];
            CovarianceFactor.Pack(term, change, theta);
            var at = _estimate.Model.FixedCount + term.ThetaOffset;
            for (var j = 0; j < theta.Length; j++) total[at + j] += theta[j];
        }
    }

    private double Spherical(int index, RandomTerm term, double[] zs, int row, int c)
    {
        var lambda = _estimate.System.Lambda[index];
        var sum = 0.0;
        for (var e = c; e < term.Width; e++) sum += lambda[(e * term.Width) + c] * zs[(row * term.Width) + e];
        return sum;
    }
}
