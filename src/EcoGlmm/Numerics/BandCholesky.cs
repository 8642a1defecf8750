using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <summary>
/// Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix whose entries lie in a narrow band, as those of series in time
/// do: in its own order, without an analysis, at a cost that grows with the length alone. A factor that is finished may be used by any
/// number of threads.
/// Source of the inverse on the band: K. Takahashi, J. Fagan &amp; M.-S. Chen (1973), Formation of a sparse bus impedance matrix, PICA
/// Conference.
/// </summary>
internal sealed class BandCholesky : IDirectFactor
{
    /// <summary>Widest band, in entries below the diagonal: beyond, panels are faster.</summary>
    private const int WidestBand = 6;

    private readonly int _n;
    private readonly int _width;
    private readonly int[] _places;
    private readonly double[] _l;
    private readonly double[] _inverse;
    private double _logDeterminant;

    private BandCholesky(SparsePattern pattern, int width)
    {
        (_n, _width) = (pattern.Order, width);
        _places = new int[pattern.NonZeros];
        for (var j = 0; j < _n; j++)
        {
            for (var e = pattern.ColumnPointers[j]; e < pattern.ColumnPointers[j + 1]; e++)
                _places[e] = (j * (width + 1)) + pattern.RowIndices[e] - j;
        }

        // The columns behind the last one are read, not used.
        _l = new double[checked((_n + width) * (width + 1))];
        _inverse = new double[_l.Length];
    }

    public bool IsFactored { get; private set; }

    public double LogDeterminant => IsFactored ? _logDeterminant : double.NaN;

    public double LogDeterminantError => 0;

    public double Flops => (double)_n * (_width + 1) * (_width + 2);

    public long NonZeros => (long)_n * (_width + 1);

    public int MaxThreads { get; set; }

    public CancellationToken Cancellation { get; set; }

    /// <summary>A factorisation, if the matrix has so narrow a band; else null.</summary>
    public static BandCholesky? TryAnalyze(SparsePattern pattern)
    {
        var width = 0;
        for (var j = 0; j < pattern.Order; j++)
        {
            var last = pattern.ColumnPointers[j + 1] - 1;
            width = Math.Max(width, pattern.RowIndices[last] - j);
            if (width > WidestBand) return null;
        }

        return (pattern.Order + (long)width) * (width + 1) > Array.MaxLength ? null : new BandCholesky(pattern, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryFactor(ReadOnlySpan<double> values)
    {
        IsFactored = false;
        var (l, w) = (_l, _width);
        Array.Clear(l);
        for (var e = 0; e < values.Length; e++) l[_places[e]] = values[e];
        double sum = 0, product = 1;
        var stride = w + 1;
        for (int j = 0, at = 0; j < _n; j++, at += stride)
        {
            var pivot = l[at];
            if (!(pivot > 0) || double.IsPositiveInfinity(pivot)) return false;
            var root = Math.Sqrt(pivot);
            var scale = 1 / root;
            l[at] = root;
            for (var a = 1; a <= w; a++) l[at + a] *= scale;
            for (var a = 1; a <= w; a++)
            {
                var la = l[at + a];
                if (la == 0) continue;
                var target = at + (a * stride) - a;
                for (var b = a; b <= w; b++) l[target + b] -= la * l[at + b];
            }

            // A product of some pivots has one logarithm.
            product *= root;
            if (product is > 1e-100 and < 1e100) continue;
            sum += Math.Log(product);
            product = 1;
        }

        _logDeterminant = 2 * (sum + Math.Log(product));
        return IsFactored = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Solve(Span<double> b)
    {
        var (l, w, stride) = (_l, _width, _width + 1);
        for (int j = 0, at = 0; j < _n; j++, at += stride)
        {
            var x = b[j] /= l[at];
            var end = Math.Min(w, _n - 1 - j);
            for (var a = 1; a <= end; a++) b[j + a] -= l[at + a] * x;
        }

        SolveFactorTransposed(b);
    }

    /// <summary>x = L⁻ᵀz in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SolveFactorTransposed(Span<double> z)
    {
        var (l, w, stride) = (_l, _width, _width + 1);
        for (int j = _n - 1, at = j * stride; j >= 0; j--, at -= stride)
        {
            var sum = z[j];
            var end = Math.Min(w, _n - 1 - j);
            for (var a = 1; a <= end; a++) sum -= l[at + a] * z[j + a];
            z[j] = sum / l[at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SelectedInverse(Span<double> values)
    {
        var (l, s, w, stride) = (_l, _inverse, _width, _width + 1);
        for (int j = _n - 1, at = j * stride; j >= 0; j--, at -= stride)
        {
            var scale = 1 / l[at];
            for (var i = w; i >= 1; i--)
            {
                // Σ_k L_kj S_ik over the rows k of column j.
                var sum = 0.0;
                for (var k = 1; k <= w; k++)
                {
                    var (low, high) = k < i ? (k, i) : (i, k);
                    sum += l[at + k] * s[at + (low * stride) + high - low];
                }

                s[at + i] = -sum * scale;
            }

            var own = scale;
            for (var k = 1; k <= w; k++) own -= l[at + k] * s[at + k];
            s[at] = own * scale;
        }

        for (var e = 0; e < values.Length; e++) values[e] = s[_places[e]];
    }
}
