namespace EcoGlmm.RandomEffects;

/// <summary>
/// Z = Z̃T: the effects of a term in coordinates b̃ = Tb in which the columns of Z̃ have mean square one and, for correlated
/// effects, are orthogonal. Any covariance of b is one of b̃, so that the model stays the same whatever the units and the
/// origin of a covariate with random slopes, and estimation no longer depends on them.
/// </summary>
internal sealed class EffectScaling
{
    /// <summary>Columns that are closer than this to a combination of others are only scaled.</summary>
    private const double LeastIndependence = 1e-10;

    private readonly int _r;

    private EffectScaling(int r, double[] t, double[] rootMeanSquares)
    {
        _r = r;
        T = t;
        RootMeanSquares = rootMeanSquares;
    }

    /// <summary>T, r × r, upper triangular, row-major.</summary>
    public double[] T { get; }

    /// <summary>Size of each column of Z, one where it is all zeros.</summary>
    public double[] RootMeanSquares { get; }

    /// <param name="z">Observations × effects, row-major.</param>
    /// <param name="r">Number of effects.</param>
    /// <param name="isDiagonal">Whether the effects must stay uncorrelated, which allows no more than scaling.</param>
    public static EffectScaling Of(ReadOnlySpan<double> z, int r, bool isDiagonal)
    {
        var size = new double[r];
        for (var i = 0; i < z.Length; i++) size[i % r] = Math.Max(size[i % r], Math.Abs(z[i]));
        for (var c = 0; c < r; c++)
        {
            if (!(size[c] > 0)) size[c] = 1;
        }

        var n = Math.Max(1, z.Length / r);
        var gram = new double[r * r];
        for (var i = 0; i < z.Length; i += r)
        {
            for (var a = 0; a < r; a++)
            {
                var x = z[i + a] / size[a];
                for (var b = a; b < r && x != 0; b++) gram[(a * r) + b] += x * (z[i + b] / size[b]);
            }
        }

        var roots = new double[r];
        for (var c = 0; c < r; c++)
        {
            var square = gram[(c * r) + c] / n;
            roots[c] = square > 0 ? size[c] * Math.Sqrt(square) : 1;
        }

        for (var a = 0; a < r; a++)
        {
            for (var b = a; b < r; b++) gram[(a * r) + b] *= size[a] * size[b] / (n * roots[a] * roots[b]);
        }

        var t = new double[r * r];
        if (isDiagonal || !TryFactor(gram, r))
        {
            for (var c = 0; c < r; c++) t[(c * r) + c] = roots[c];
            return new EffectScaling(r, t, roots);
        }

        for (var a = 0; a < r; a++)
        {
            for (var b = a; b < r; b++) t[(a * r) + b] = gram[(a * r) + b] * roots[b];
        }

        return new EffectScaling(r, t, roots);
    }

    /// <summary>Z̃ = ZT⁻¹, row by row.</summary>
    public double[] Standardise(ReadOnlySpan<double> z)
    {
        var result = z.ToArray();
        for (var i = 0; i < result.Length; i += _r)
        {
            for (var c = 0; c < _r; c++)
            {
                var sum = result[i + c];
                for (var k = 0; k < c; k++) sum -= result[i + k] * T[(k * _r) + c];
                result[i + c] = sum / T[(c * _r) + c];
            }
        }

        return result;
    }

    /// <summary>b = T⁻¹b̃, in place.</summary>
    public void ToEffects(Span<double> b)
    {
        for (var c = _r - 1; c >= 0; c--)
        {
            for (var k = c + 1; k < _r; k++) b[c] -= T[(c * _r) + k] * b[k];
            b[c] /= T[(c * _r) + c];
        }
    }

    /// <summary>Var(b) = T⁻¹ Var(b̃) T⁻ᵀ, r × r.</summary>
    public double[] ToCovariance(ReadOnlySpan<double> covariance)
    {
        var result = covariance.ToArray();
        var row = new double[_r];
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < _r; i++)
            {
                result.AsSpan(i * _r, _r).CopyTo(row);
                ToEffects(row);
                row.CopyTo(result, i * _r);
            }

            for (var i = 0; i < _r; i++)
            {
                for (var j = 0; j < i; j++) (result[(i * _r) + j], result[(j * _r) + i]) = (result[(j * _r) + i], result[(i * _r) + j]);
            }
        }

        return result;
    }

    /// <summary>Upper Cholesky factor of a correlation matrix in place; false when it is all but singular.</summary>
    private static bool TryFactor(double[] a, int r)
    {
        for (var i = 0; i < r; i++)
        {
            for (var j = i; j < r; j++)
            {
                var sum = a[(i * r) + j];
                for (var k = 0; k < i; k++) sum -= a[(k * r) + i] * a[(k * r) + j];
                if (i == j && !(sum > LeastIndependence)) return false;
                a[(i * r) + j] = i == j ? Math.Sqrt(sum) : sum / a[(i * r) + i];
            }
        }

        return true;
    }
}
