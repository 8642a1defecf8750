using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// Eigenvalues of a symmetric tridiagonal matrix by implicit QL (H. Bowdler, R. S. Martin, C. Reinsch and J. H. Wilkinson,
/// Numer. Math. 11 (1968) 293-306), and the same rotations on the columns of a matrix. Rotations are gathered over many
/// sweeps and then applied to strips of a few rows each, which threads share.
/// </summary>
/// <param name="d">The diagonal; becomes the eigenvalues, unordered.</param>
/// <param name="e">Entry i lies between rows i and i + 1; destroyed.</param>
/// <param name="z">The matrix whose columns are rotated, n by n, column-major.</param>
/// <param name="n">The order.</param>
/// <param name="threads">Most threads.</param>
/// <param name="cancellation">Ends it between batches.</param>
internal sealed unsafe class TridiagonalQl(double[] d, double[] e, double* z, int n, int threads, CancellationToken cancellation)
{
    private const int StripRows = 8;
    private const int MostSweeps = 60;
    private const double RoundingUnit = 1.2e-16;
    private const int BatchRotations = 1 << 19;

    private readonly double[] _cosines = new double[BatchRotations + n];
    private readonly double[] _sines = new double[BatchRotations + n];
    private readonly List<(int Top, int Bottom, int Start)> _sweeps = [];
    private int _used;

    /// <summary>Finds all eigenvalues; false if one takes too many sweeps.</summary>
    public bool TrySolve()
    {
        e[n - 1] = 0;
        double norm = 0;
        for (var i = 0; i < n; i++)
        {
            norm = Math.Max(norm, Math.Abs(d[i]) + Math.Abs(e[i]));
        }

        // The reduction left errors of this size: in a matrix of low rank nothing smaller has a meaning.
        var negligible = RoundingUnit * norm;
        for (var l = 0; l < n; l++)
        {
            for (var sweep = 0; ; sweep++)
            {
                var m = l;
                for (; m < n - 1; m++)
                {
                    if (Math.Abs(e[m]) <= negligible)
                    {
                        break;
                    }
                }

                if (m == l)
                {
                    break;
                }

                if (sweep == MostSweeps)
                {
                    return false;
                }

                Sweep(l, m);
                if (_used >= BatchRotations)
                {
                    Apply();
                }
            }
        }

        Apply();
        return true;
    }

    private void Sweep(int l, int m)
    {
        var g = (d[l + 1] - d[l]) / (2 * e[l]);
        var r = Hypotenuse(g, 1);
        g = d[m] - d[l] + e[l] / (g + Math.CopySign(r, g));
        double s = 1;
        double c = 1;
        double p = 0;
        var start = _used;
        var i = m - 1;
        for (; i >= l; i--)
        {
            var f = s * e[i];
            var b = c * e[i];
            r = Hypotenuse(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                break;
            }

            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
            _cosines[_used] = c;
            _sines[_used++] = s;
        }

        _sweeps.Add((m, i + 1, start));
        if (i >= l)
        {
            return;
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    private static double Hypotenuse(double x, double y)
    {
        var square = x * x + y * y;
        return square is > 1e-280 and < 1e280 ? Math.Sqrt(square) : double.Hypot(x, y);
    }

    private void Apply()
    {
        cancellation.ThrowIfCancellationRequested();
        var strips = (n + StripRows - 1) / StripRows;
        Parallel.For(0, strips, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => GC.AllocateUninitializedArray<double>(n * StripRows, pinned: true),
            (strip, _, buffer) =>
            {
                fixed (double* x = buffer)
                {
                    RotateStrip(strip, x);
                }

                return buffer;
            },
            _ => { });
        _sweeps.Clear();
        _used = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RotateStrip(int strip, double* x)
    {
        var row = strip * StripRows;
        var rows = Math.Min(StripRows, n - row);
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < StripRows; i++)
            {
                x[j * StripRows + i] = i < rows ? z[row + i + (long)j * n] : 0;
            }
        }

        fixed (double* cosine = _cosines, sine = _sines)
        {
            foreach (var (top, bottom, start) in _sweeps)
            {
                // column `top` of the pair travels downwards in registers
                var right = x + top * StripRows;
                var r0 = Vector256.Load(right);
                var r1 = Vector256.Load(right + 4);
                var pc = cosine + start;
                var ps = sine + start;
                for (var i = top - 1; i >= bottom; i--, right -= StripRows)
                {
                    var c = Vector256.Create(*pc++);
                    var s = Vector256.Create(*ps++);
                    var l0 = Vector256.Load(right - StripRows);
                    var l1 = Vector256.Load(right - StripRows + 4);
                    (s * l0 + c * r0).Store(right);
                    (s * l1 + c * r1).Store(right + 4);
                    r0 = c * l0 - s * r0;
                    r1 = c * l1 - s * r1;
                }

                r0.Store(right);
                r1.Store(right + 4);
            }
        }

        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < rows; i++)
            {
                z[row + i + (long)j * n] = x[j * StripRows + i];
            }
        }
    }
}
