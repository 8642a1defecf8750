using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>Other parameters x of a term, as many as θ, for a term of which something is held that θ does not have by itself.</summary>
/// <param name="term">The term.</param>
internal abstract class SeparatedTerm(RandomTerm term)
{
    public RandomTerm Term { get; } = term;

    /// <summary>θ of the term from x.</summary>
    public abstract void ToTheta(ReadOnlySpan<double> x, Span<double> theta);

    /// <summary>∂θ_i/∂x_j, m × m with m the length of θ, row-major.</summary>
    public abstract double[] Jacobian(ReadOnlySpan<double> x);

    /// <summary>Moves what is free to where it goes together with what is held.</summary>
    public virtual void Reconcile(Span<double> x, ReadOnlySpan<bool> isHeld)
    {
    }

    /// <summary>The value at x of a quantity that the structure tells of, where one parameter decides it alone; else NaN.</summary>
    public virtual double Quantity(int quantity, ReadOnlySpan<double> x) => double.NaN;
}

/// <summary>
/// Standard deviations apart from correlations, for a term of which some are held at a value: row i of Λ is
/// d_i (x_i1, …, x_i,i−1, 1) / ‖(x_i1, …, x_i,i−1, 1)‖, so that |d_i| is the standard deviation and x, without bounds, the
/// correlations alone. Both are packed as θ is, d on the diagonal.
/// Source: Pinheiro &amp; Bates (1996), Unconstrained parametrizations for variance-covariance matrices, Statistics and
/// Computing 6, 289-296 (their spherical parametrisation in Cartesian coordinates).
/// </summary>
internal sealed class SeparatedCovariance(RandomTerm term) : SeparatedTerm(term)
{
    private readonly int _r = term.Width;

    /// <summary>Where the entry (row, c) of the lower triangle is packed.</summary>
    public int Index(int row, int c) => (c * _r) - (c * (c - 1) / 2) + (row - c);

    /// <summary>θ of the term from its d and x.</summary>
    public override void ToTheta(ReadOnlySpan<double> x, Span<double> theta)
    {
        Span<double> v = stackalloc double[_r];
        for (var row = 0; row < _r; row++)
        {
            var norm = Row(x, row, v);
            for (var c = 0; c <= row; c++) theta[Index(row, c)] = x[Index(row, row)] * v[c] / norm;
        }
    }

    /// <summary>∂θ_i/∂x_j, m × m with m the length of θ, row-major.</summary>
    public override double[] Jacobian(ReadOnlySpan<double> x)
    {
        var m = Term.ThetaCount;
        var jacobian = new double[m * m];
        Span<double> v = stackalloc double[_r];
        for (var row = 0; row < _r; row++)
        {
            var norm = Row(x, row, v);
            var d = x[Index(row, row)];
            for (var c = 0; c <= row; c++)
            {
                var at = Index(row, c) * m;
                jacobian[at + Index(row, row)] = v[c] / norm;
                for (var k = 0; k < row; k++) jacobian[at + Index(row, k)] = d * ((c == k ? 1 : 0) - (v[c] * v[k] / (norm * norm))) / norm;
            }
        }

        return jacobian;
    }

    /// <summary>Writes x for a correlation matrix (r × r); false when it is not positive definite.</summary>
    public bool TrySetCorrelations(ReadOnlySpan<double> correlation, Span<double> x)
    {
        var l = new double[_r * _r];
        for (var i = 0; i < _r; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = correlation[(i * _r) + j];
                for (var k = 0; k < j; k++) sum -= l[(i * _r) + k] * l[(j * _r) + k];
                if (i == j && !(sum > 0)) return false;
                l[(i * _r) + j] = i == j ? Math.Sqrt(sum) : sum / l[(j * _r) + j];
            }

            for (var j = 0; j < i; j++) x[Index(i, j)] = l[(i * _r) + j] / l[(i * _r) + i];
        }

        return true;
    }

    private double Row(ReadOnlySpan<double> x, int row, Span<double> v)
    {
        var squares = 1.0;
        v[row] = 1;
        for (var c = 0; c < row; c++)
        {
            v[c] = x[Index(row, c)];
            squares += v[c] * v[c];
        }

        return Math.Sqrt(squares);
    }
}
