using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// X = QR by Householder reflections, with QᵀQ = nI: coefficients of Q's columns are on the scale of the linear
/// predictor whatever the units and collinearity of the covariates.
/// Source: Golub &amp; Van Loan, Matrix Computations, 4th ed., algorithms 5.2.1 and 5.1.5.
/// </summary>
internal sealed partial class OrthogonalBasis
{
    private readonly double[]? _q;

    private OrthogonalBasis(int rows, int columns, double[] q, double[] r)
    {
        Rows = rows;
        Columns = columns;
        _q = q;
        R = r;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>A column of Q; scratch of as many entries as there are rows may be written to and handed out.</summary>
    public ReadOnlySpan<double> Column(int j, double[] scratch)
    {
        if (_q is not null) return _q.AsSpan(j * Rows, Rows);
        ImplicitColumn(j, scratch);
        return scratch.AsSpan(0, Rows);
    }

    /// <summary>Columns × columns, upper triangular, column-major.</summary>
    public double[] R { get; }

    /// <summary>The entry in the first row of the first column, which stands for all of them where a part is a constant alone.</summary>
    public double First => _x is null ? _q![0] : _x.First(0) / R[0];

    /// <summary>Factors X (rows × columns, column-major, of full column rank), which must not change afterwards.</summary>
    public static OrthogonalBasis Of(double[] x, int rows, int columns, CancellationToken cancellation = default)
    {
        if (OfMany(x, rows, columns) is { } implicitly) return implicitly;
        var v = x.AsSpan(0, rows * columns).ToArray();
        var r = new double[columns * columns];
        var beta = new double[columns];
        for (var j = 0; j < columns; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var column = v.AsSpan(j * rows, rows);
            for (var k = 0; k < j; k++)
            {
                Reflect(v.AsSpan((k * rows) + k, rows - k), beta[k], column[k..]);
                r[(j * columns) + k] = column[k];
            }

            var tail = column[j..];
            var norm = Math.Sqrt(Dot(tail, tail));
            var alpha = tail[0] > 0 ? -norm : norm;
            r[(j * columns) + j] = alpha;
            tail[0] -= alpha;
            var squared = Dot(tail, tail);
            beta[j] = squared > 0 ? 2 / squared : 0;
        }

        var scale = Math.Sqrt(rows);
        var q = new double[rows * columns];
        for (var j = 0; j < columns; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            var column = q.AsSpan(j * rows, rows);
            column[j] = scale;
            for (var k = columns - 1; k >= 0; k--)
            {
                Reflect(v.AsSpan((k * rows) + k, rows - k), beta[k], column[k..]);
            }
        }

        for (var k = 0; k < r.Length; k++) r[k] /= scale;
        return new OrthogonalBasis(rows, columns, q, r);
    }

    private static void Reflect(ReadOnlySpan<double> v, double beta, Span<double> x)
    {
        var factor = beta * Dot(v, x);
        if (factor != 0) AddScaled(-factor, v, x);
    }

    /// <summary>result ← result + Qγ.</summary>
    public void AddProduct(ReadOnlySpan<double> gamma, Span<double> result)
    {
        if (_q is null)
        {
            AddImplicitProduct(gamma, result);
            return;
        }

        for (var j = 0; j < Columns; j++) AddScaled(gamma[j], _q.AsSpan(j * Rows, Rows), result);
    }

    /// <summary>result ← Qᵀx.</summary>
    public void TransposedProduct(ReadOnlySpan<double> x, Span<double> result)
    {
        if (_q is null)
        {
            ImplicitTransposedProduct(x, result);
            return;
        }

        for (var j = 0; j < Columns; j++) result[j] = Dot(_q.AsSpan(j * Rows, Rows), x);
    }

    /// <summary>result ← QᵀWQ, columns × columns.</summary>
    public void WeightedCrossProduct(ReadOnlySpan<double> w, Span<double> result) => WeightedCrossProduct(this, w, this, result);

    /// <summary>result ← Q₁ᵀWQ₂, column-major.</summary>
    public static void WeightedCrossProduct(OrthogonalBasis first, ReadOnlySpan<double> w, OrthogonalBasis second, Span<double> result)
    {
        if (first._x is not null && ReferenceEquals(first, second))
        {
            first.ImplicitCrossProduct(w, result);
            return;
        }

        var (weighted, scratch) = (new double[first.Rows], new double[first.Rows]);
        for (var j = 0; j < second.Columns; j++)
        {
            VectorSum.Multiply(w[..weighted.Length], second.Column(j, scratch), weighted);
            var column = result.Slice(j * first.Columns, first.Columns);
            if (!ReferenceEquals(first, second))
            {
                first.TransposedProduct(weighted, column);
                continue;
            }

            for (var k = 0; k <= j; k++)
                result[(k * first.Columns) + j] = column[k] = Dot(first._q.AsSpan(k * first.Rows, first.Rows), weighted);
        }
    }

    /// <summary>β = R⁻¹γ, in place.</summary>
    public void ToCoefficients(Span<double> gamma)
    {
        for (var j = Columns - 1; j >= 0; j--)
        {
            gamma[j] /= R[(j * Columns) + j];
            for (var i = 0; i < j; i++) gamma[i] -= R[(j * Columns) + i] * gamma[j];
        }
    }

    /// <summary>γ = Rβ, in place.</summary>
    public void FromCoefficients(Span<double> beta)
    {
        for (var i = 0; i < Columns; i++)
        {
            var sum = 0.0;
            for (var j = i; j < Columns; j++) sum += R[(j * Columns) + i] * beta[j];
            beta[i] = sum;
        }
    }

    /// <summary>Whether column j of X is other than zero in all of the rows given, and in no others.</summary>
    public bool ActsOnlyIn(int j, bool[] rows)
    {
        const double rounding = 1e-9;
        var column = new double[Rows];
        AddProduct(R.AsSpan(j * Columns, Columns), column);
        var largest = 0.0;
        foreach (var x in column) largest = Math.Max(largest, Math.Abs(x));
        for (var i = 0; i < Rows; i++)
        {
            if (Math.Abs(column[i]) > rounding * largest != rows[i]) return false;
        }

        return true;
    }

    /// <summary>log |R|.</summary>
    public double LogDeterminant()
    {
        var sum = 0.0;
        for (var j = 0; j < Columns; j++) sum += Math.Log(Math.Abs(R[(j * Columns) + j]));
        return sum;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, x.Length);
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var q = ref MemoryMarshal.GetReference(y);
        var (a, b) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0, n = (nuint)x.Length;
        for (; i + 8 <= n; i += 8)
        {
            a += Vector256.LoadUnsafe(ref p, i) * Vector256.LoadUnsafe(ref q, i);
            b += Vector256.LoadUnsafe(ref p, i + 4) * Vector256.LoadUnsafe(ref q, i + 4);
        }

        var sum = Vector256.Sum(a + b);
        for (; i < n; i++) sum += Unsafe.Add(ref p, i) * Unsafe.Add(ref q, i);
        return sum;
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y) => VectorSum.AddScaled(factor, x, y[..x.Length]);
}
