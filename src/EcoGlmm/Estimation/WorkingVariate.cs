using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>
/// The working variate of a covariance parameter in average information: f = (∂V/∂θ_j) V⁻¹(y − Xβ) = Zc, V the covariance of the
/// (working) response. With s = ZᵀV⁻¹(y − Xβ), where ΛᵀS = Pu at the modes, c = ∂Λ u + ΛP⁻¹∂Λᵀs for a parameter of Λ, and
/// −ΛP⁻¹∂P u for one of P.
/// Source: Gilmour, Thompson &amp; Cullis (1995), Biometrics 51, 1440-1450.
/// </summary>
internal static class WorkingVariate
{
    /// <summary>Writes c for parameter k of a term, zero outside of it.</summary>
    /// <param name="system">The system at θ.</param>
    /// <param name="t">The term.</param>
    /// <param name="k">The parameter among those of the term.</param>
    /// <param name="modes">u.</param>
    /// <param name="scores">s.</param>
    /// <param name="work">As long as b.</param>
    /// <param name="c">The result, as long as b.</param>
    public static void Of(RandomEffectsSystem system, int t, int k,
        ReadOnlySpan<double> modes, ReadOnlySpan<double> scores, Span<double> work, Span<double> c)
    {
        var (lambda, term) = (system.Lambda, system.Terms[t]);
        c.Clear();
        work.Clear();
        var own = term.Loadings.ParameterCount;
        if (k >= own)
        {
            var direction = new double[term.ThetaCount - own];
            direction[k - own] = -1;
            lambda.AddPrecisionChange(t, direction, modes, c);
            lambda.SolvePrecision(t, c);
            lambda.Multiply(t, lambda[t], c, c);
            Keep(term, c);
            return;
        }

        var unit = new double[own];
        unit[k] = 1;
        var change = new double[term.Width * term.LatentWidth];
        term.Loadings.Change(lambda.LoadingsTheta(t), unit, change);
        if (term.Structure.Precision is not null && term.Width == term.LatentWidth && TryCombine(lambda[t], change, term.Width))
        {
            lambda.Multiply(t, change, modes, c);
            Keep(term, c);
            return;
        }

        lambda.MultiplyTransposed(t, change, scores, c);
        lambda.SolvePrecision(t, c);
        lambda.Multiply(t, lambda[t], c, c);
        lambda.Multiply(t, change, modes, work);
        for (var j = term.EffectOffset; j < term.EffectOffset + term.EffectCount; j++) c[j] += work[j];
        Keep(term, c);
    }

    /// <summary>
    /// Since P⁻¹Λᵀs = u, c = (∂Λ + Λ ∂Λᵀ Λ⁻ᵀ) u, which needs no P⁻¹: ∂Λ becomes that factor, r × r, unless Λ is singular.
    /// </summary>
    private static bool TryCombine(double[] lambda, double[] change, int r)
    {
        if (r == 1)
        {
            change[0] *= 2;
            return true;
        }

        var matrix = Matrix<double>.Build.Dense(r, r, (i, j) => lambda[(i * r) + j]);
        var direction = Matrix<double>.Build.Dense(r, r, (i, j) => change[(i * r) + j]);
        var factor = direction + (matrix * (matrix.Solve(direction)).Transpose());
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                if (!double.IsFinite(factor[i, j])) return false;
            }
        }

        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++) change[(i * r) + j] = factor[i, j];
        }

        return true;
    }

    /// <summary>Clears what stands outside of the term's own effects, where latent variables were.</summary>
    private static void Keep(RandomTerm term, Span<double> c)
    {
        c[..term.EffectOffset].Clear();
        c[(term.EffectOffset + term.EffectCount)..].Clear();
    }
}
