namespace EcoGlmm.Numerics;

/// <content>
/// The basis of a sparse X: Q = XR⁻¹ is never formed. R is the Cholesky factor of XᵀX/n, which designs of factors with many levels
/// are conditioned well enough for.
/// </content>
internal sealed unsafe partial class OrthogonalBasis
{
    private readonly double[] _lower = [];

    private OrthogonalBasis(SparseRows x, double[] lower)
    {
        Rows = x.Rows;
        Columns = x.Columns;
        Sparse = x;
        _lower = lower;
        R = new double[lower.Length];
        Transpose(lower, R, x.Columns);
    }

    /// <summary>X where it is sparse; null where Q is at hand.</summary>
    public SparseRows? Sparse { get; }

    /// <summary>From a sparse X of full column rank; null where the arithmetic cannot tell that it is.</summary>
    public static OrthogonalBasis? Of(SparseRows x)
    {
        var gram = x.CrossProduct([]);
        for (var k = 0; k < gram.Length; k++) gram[k] /= x.Rows;
        return DenseCholesky.TryFactor(gram, x.Columns) ? new OrthogonalBasis(x, gram) : null;
    }

    /// <summary>M ← R⁻¹ M R⁻ᵀ in place: a covariance of γ becomes one of β.</summary>
    public void ToCoefficientCovariance(double[] m)
    {
        var (lower, scratch, p) = (Sparse is null ? Lower() : _lower, new double[m.Length], Columns);

        // R⁻¹ M = (M R⁻ᵀ)ᵀ for symmetric M; R⁻ᵀ on the right is a solve with the upper triangle, done by columns of M.
        for (var pass = 0; pass < 2; pass++)
        {
            DenseCholesky.SolveLowerTransposed(lower, p, m);
            Transpose(m, scratch, p);
            scratch.CopyTo(m, 0);
        }
    }

    /// <summary>M ← R M Rᵀ in place: a covariance of β becomes one of γ.</summary>
    public void FromCoefficientCovariance(double[] m)
    {
        var p = Columns;
        var (scratch, workspace) = (new double[m.Length], new double[MatrixProduct.WorkspaceLength]);
        fixed (double* pm = m, ps = scratch, pr = R, pw = workspace)
        {
            MatrixProduct.Add(p, p, p, false, pr, p, false, pm, p, false, ps, p, pw);
            m.AsSpan().Clear();
            MatrixProduct.Add(p, p, p, false, ps, p, false, pr, p, true, pm, p, pw);
        }
    }

    private double[] Lower()
    {
        var lower = new double[R.Length];
        Transpose(R, lower, Columns);
        return lower;
    }

    private void SparseColumn(int j, Span<double> result)
    {
        var beta = new double[Columns];
        beta[j] = 1;
        ToCoefficients(beta);
        result[..Rows].Clear();
        Sparse!.AddProduct(beta, result);
    }

    private void AddSparseProduct(ReadOnlySpan<double> gamma, Span<double> result)
    {
        var beta = gamma[..Columns].ToArray();
        DenseCholesky.SolveLowerTransposed(_lower, Columns, beta);
        Sparse!.AddProduct(beta, result);
    }

    private void SparseTransposedProduct(ReadOnlySpan<double> x, Span<double> result)
    {
        Sparse!.TransposedProduct(x, result[..Columns]);
        DenseCholesky.SolveLower(_lower, Columns, result[..Columns]);
    }

    /// <summary>R⁻ᵀ(XᵀWX)R⁻¹.</summary>
    private void SparseCrossProduct(ReadOnlySpan<double> w, Span<double> result)
    {
        var p = Columns;
        var m = Sparse!.CrossProduct(w);
        var (turned, workspace) = (new double[m.Length], new double[MatrixProduct.WorkspaceLength]);
        fixed (double* pm = m, pt = turned, pl = _lower, pw = workspace)
        {
            DensePanel.SolveRight(pl, p, p, pm, p, p, pw);
            Transpose(m, turned, p);
            DensePanel.SolveRight(pl, p, p, pt, p, p, pw);
        }

        turned.CopyTo(result);
    }

    private static void Transpose(ReadOnlySpan<double> from, Span<double> to, int p)
    {
        const int block = 32;
        for (var j0 = 0; j0 < p; j0 += block)
        {
            for (var i0 = 0; i0 < p; i0 += block)
            {
                for (var j = j0; j < Math.Min(p, j0 + block); j++)
                {
                    for (var i = i0; i < Math.Min(p, i0 + block); i++) to[(i * p) + j] = from[(j * p) + i];
                }
            }
        }
    }
}
