using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// The columns D of the fixed effects within penalised least squares: DᵀWD, C = ZᵀWD, and after each factorisation S = H⁻¹ΛᵀC. What D is
/// each kind knows: the orthogonal basis Q, or a sparse X as it is.
/// </summary>
internal abstract class FixedCrossProducts(RandomEffectsSystem system, int count)
{
    protected RandomEffectsSystem System { get; } = system;

    /// <summary>The number of columns.</summary>
    public int Count { get; } = count;

    /// <summary>DᵀWD, both triangles.</summary>
    public abstract double[] Gram { get; }

    /// <summary>What the REML criterion adds to half of log |DᵀV⁻¹D| so that it is that of the users' X.</summary>
    public abstract double LogDeterminantOfBasis { get; }

    /// <param name="basis">The columns.</param>
    /// <param name="system">The random effects.</param>
    /// <param name="weights">W; null for ones.</param>
    /// <param name="scratch">As many entries as there are rows, to write to meanwhile.</param>
    /// <param name="maxThreads">Threads to use at most.</param>
    /// <param name="cancellation">Stops what takes long.</param>
    public static FixedCrossProducts Of(OrthogonalBasis basis, RandomEffectsSystem system, double[]? weights, double[] scratch,
        int maxThreads, CancellationToken cancellation) =>
        basis.Sparse is { } sparse ? new SparseCrossProducts(basis, sparse, system, weights, maxThreads, cancellation)
            : new DenseCrossProducts(basis, system, weights, scratch);

    /// <summary>result ← Dᵀx, x as long as the data.</summary>
    public abstract void TransposedProduct(ReadOnlySpan<double> x, Span<double> result);

    /// <summary>result ← result + Dβ.</summary>
    public abstract void AddProduct(ReadOnlySpan<double> beta, Span<double> result);

    /// <summary>
    /// S at the factor as it is, DᵀWD − (ΛᵀC)ᵀS, and a right-hand side beside that is solved for too, in place.
    /// </summary>
    public abstract void Eliminate(double[] gram, double[] beside);

    /// <summary>β ← β − (ΛᵀC)ᵀu.</summary>
    public abstract void SubtractProjection(ReadOnlySpan<double> u, Span<double> beta);

    /// <summary>u ← u − Sβ.</summary>
    public abstract void SubtractSolutions(ReadOnlySpan<double> beta, Span<double> u);

    /// <summary>β ← Cᵀb.</summary>
    public abstract void Transposed(ReadOnlySpan<double> b, Span<double> beta);

    /// <summary>s ← s − Cβ.</summary>
    public abstract void SubtractCross(ReadOnlySpan<double> beta, Span<double> s);

    /// <summary>
    /// For each column its score C − ZᵀWZΛS and the same column of S(DᵀV⁻¹D)⁻¹, given that inverse; S's own column comes third.
    /// </summary>
    public abstract void EachRestricted(double[] inverse, RestrictedColumn visit);

    /// <summary>Coefficients of D as γ of the orthogonal basis.</summary>
    public abstract void ToBasis(double[] beta);

    /// <summary>A covariance of coefficients of D as that of γ.</summary>
    public abstract void ToBasisCovariance(double[] covariance);

    /// <summary>ZᵀWZΛu.</summary>
    protected void Score(ReadOnlySpan<double> u, double[] b, Span<double> result)
    {
        System.Lambda.Multiply(u, b);
        System.MultiplyCrossProducts(b, result);
    }
}

/// <summary>What is done with one column of <see cref="FixedCrossProducts.EachRestricted"/>.</summary>
internal delegate void RestrictedColumn(ReadOnlySpan<double> score, ReadOnlySpan<double> combined, ReadOnlySpan<double> solution);
