using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EcoGlmm.Numerics;

/// <summary>
/// The dense work on one panel of a Cholesky factor: a lower triangle of <c>width</c> columns above rows that lie below it,
/// column-major. Also serves whole dense matrices (no rows below).
/// </summary>
internal static unsafe class DensePanel
{
    private const int Unblocked = 8;

    /// <summary>
    /// Replaces a panel (its lower triangle, and all rows below) by its Cholesky factor. Splits the columns recursively, so
    /// that nearly all the work is matrix products. Returns false at a pivot that is not positive, or not a number.
    /// The rows include those of the triangle.
    /// </summary>
    public static bool Cholesky(double* a, int lda, int rows, int width, in BlockProduct products)
    {
        if (width <= Unblocked)
        {
            return CholeskyColumns(a, lda, rows, width);
        }

        var left = (width / 2 + 3) / 4 * 4;
        if (!Cholesky(a, lda, rows, left, products))
        {
            return false;
        }

        var right = a + left + (long)left * lda;
        products.Add(
            rows - left, width - left, left, true, a + left, lda, false, a + left, lda, true, right, lda,
            ProductShape.LowerResult);
        return Cholesky(right, lda, rows - left, width - left, products);
    }

    /// <summary>
    /// X := X L⁻ᵀ for some rows below a factorized triangle; the same operations on each entry, in the same order, as
    /// <see cref="Cholesky"/> does on its rows below.
    /// </summary>
    public static void SolveRight(double* l, int ldl, int width, double* x, int ldx, int rows, double* workspace)
    {
        if (width > Unblocked)
        {
            var left = (width / 2 + 3) / 4 * 4;
            SolveRight(l, ldl, left, x, ldx, rows, workspace);
            var right = x + (long)left * ldx;
            MatrixProduct.Add(
                rows, width - left, left, true, x, ldx, false, l + left, ldl, true, right, ldx, workspace);
            SolveRight(l + left + (long)left * ldl, ldl, width - left, right, ldx, rows, workspace);
            return;
        }

        for (var j = 0; j < width; j++)
        {
            var column = x + (long)j * ldx;
            var k = 0;
            for (; k + 4 <= j; k += 4)
            {
                var s = l + j + (long)k * ldl;
                Subtract4(rows, column, x + (long)k * ldx, ldx, s[0], s[ldl], s[2L * ldl], s[3L * ldl]);
            }

            for (; k < j; k++)
            {
                AddScaled(rows, -l[j + (long)k * ldl], x + (long)k * ldx, column);
            }

            Scale(rows, 1 / l[j + (long)j * ldl], column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool CholeskyColumns(double* a, int lda, int rows, int width)
    {
        for (var j = 0; j < width; j++)
        {
            var column = a + j + (long)j * lda;
            var length = rows - j;
            var k = 0;
            for (; k + 4 <= j; k += 4)
            {
                var x = a + j + (long)k * lda;
                Subtract4(length, column, x, lda, x[0], x[lda], x[2L * lda], x[3L * lda]);
            }

            for (; k < j; k++)
            {
                var x = a + j + (long)k * lda;
                AddScaled(length, -x[0], x, column);
            }

            var pivot = column[0];
            if (!(pivot > 0) || double.IsPositiveInfinity(pivot))
            {
                return false;
            }

            var root = Math.Sqrt(pivot);
            column[0] = root;
            Scale(length - 1, 1 / root, column + 1);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract4(int n, double* y, double* x, int ldx, double s0, double s1, double s2, double s3)
    {
        var x1 = x + ldx;
        var x2 = x1 + ldx;
        var x3 = x2 + ldx;
        var v0 = Vector256.Create(-s0);
        var v1 = Vector256.Create(-s1);
        var v2 = Vector256.Create(-s2);
        var v3 = Vector256.Create(-s3);
        var i = 0;
        for (; i + 4 <= n; i += 4)
        {
            var sum = MatrixProduct.MultiplyAdd(v0, Vector256.Load(x + i), Vector256.Load(y + i));
            sum = MatrixProduct.MultiplyAdd(v1, Vector256.Load(x1 + i), sum);
            sum = MatrixProduct.MultiplyAdd(v2, Vector256.Load(x2 + i), sum);
            MatrixProduct.MultiplyAdd(v3, Vector256.Load(x3 + i), sum).Store(y + i);
        }

        for (; i < n; i++)
        {
            var sum = MatrixProduct.MultiplyAdd(-s0, x[i], y[i]);
            sum = MatrixProduct.MultiplyAdd(-s1, x1[i], sum);
            sum = MatrixProduct.MultiplyAdd(-s2, x2[i], sum);
            y[i] = MatrixProduct.MultiplyAdd(-s3, x3[i], sum);
        }
    }

    /// <summary>y += s x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(int n, double s, double* x, double* y)
    {
        var v = Vector256.Create(s);
        var i = 0;
        for (; i + 4 <= n; i += 4)
        {
            MatrixProduct.MultiplyAdd(v, Vector256.Load(x + i), Vector256.Load(y + i)).Store(y + i);
        }

        for (; i < n; i++)
        {
            y[i] = MatrixProduct.MultiplyAdd(s, x[i], y[i]);
        }
    }

    /// <summary>x := s x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(int n, double s, double* x)
    {
        var v = Vector256.Create(s);
        var i = 0;
        for (; i + 4 <= n; i += 4)
        {
            (v * Vector256.Load(x + i)).Store(x + i);
        }

        for (; i < n; i++)
        {
            x[i] *= s;
        }
    }

    /// <summary>xᵀy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(int n, double* x, double* y)
    {
        var i = 0;
        double sum = 0;
        if (n >= 8)
        {
            var s0 = Vector256<double>.Zero;
            var s1 = s0;
            for (; i + 8 <= n; i += 8)
            {
                s0 = MatrixProduct.MultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), s0);
                s1 = MatrixProduct.MultiplyAdd(Vector256.Load(x + i + 4), Vector256.Load(y + i + 4), s1);
            }

            sum = Vector256.Sum(s0 + s1);
        }

        for (; i < n; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>y += A x, where A is m by n.</summary>
    public static void MultiplyAdd(int m, int n, double* a, int lda, double* x, double* y)
    {
        var j = 0;
        for (; j + 4 <= n; j += 4, a += 4L * lda)
        {
            Subtract4(m, y, a, lda, -x[j], -x[j + 1], -x[j + 2], -x[j + 3]);
        }

        for (; j < n; j++, a += lda)
        {
            AddScaled(m, x[j], a, y);
        }
    }

    /// <summary>Solves L x = b in place for one right-hand side, L being the triangle of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveLower(double* l, int ldl, int width, double* x)
    {
        for (var j = 0; j < width; j++, l += ldl + 1)
        {
            var xj = x[j] /= *l;
            AddScaled(width - j - 1, -xj, l + 1, x + j + 1);
        }
    }

    /// <summary>Solves Lᵀ x = b in place for one right-hand side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveLowerTransposed(double* l, int ldl, int width, double* x)
    {
        for (var j = width - 1; j >= 0; j--)
        {
            var column = l + j + (long)j * ldl;
            x[j] = (x[j] - Dot(width - j - 1, column + 1, x + j + 1)) / *column;
        }
    }

    /// <summary>
    /// Writes the inverse of a lower triangle into another matrix, whose strict upper triangle is set to zero. Recursive:
    /// with L = [A 0; B C], the lower left block is -C⁻¹ B A⁻¹. Scratch of width² / 4 + width doubles.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InvertLower(
        double* l, int ldl, int width, double* inverse, int ldi, double* scratch, in BlockProduct products)
    {
        if (width <= Unblocked)
        {
            for (var j = 0; j < width; j++)
            {
                var x = inverse + (long)j * ldi;
                for (var i = 0; i < j; i++)
                {
                    x[i] = 0;
                }

                x[j] = 1 / l[j + (long)j * ldl];
                for (var i = j + 1; i < width; i++)
                {
                    double sum = 0;
                    for (var k = j; k < i; k++)
                    {
                        sum = MatrixProduct.MultiplyAdd(l[i + (long)k * ldl], x[k], sum);
                    }

                    x[i] = -sum / l[i + (long)i * ldl];
                }
            }

            return;
        }

        var top = (width / 2 + 3) / 4 * 4;
        var bottom = width - top;
        var lowerRight = inverse + top + (long)top * ldi;
        InvertLower(l, ldl, top, inverse, ldi, scratch, products);
        InvertLower(l + top + (long)top * ldl, ldl, bottom, lowerRight, ldi, scratch, products);
        new Span<double>(scratch, top * bottom).Clear();
        products.Add(
            bottom, top, top, false, l + top, ldl, false, inverse, ldi, false, scratch, bottom, ProductShape.LowerRight);
        var lowerLeft = inverse + top;
        for (var j = 0; j < top; j++)
        {
            new Span<double>(lowerLeft + (long)j * ldi, bottom).Clear();
        }

        products.Add(
            bottom, top, bottom, true, lowerRight, ldi, false, scratch, bottom, false, lowerLeft, ldi,
            ProductShape.LowerLeft);
        for (var j = top; j < width; j++)
        {
            new Span<double>(inverse + (long)j * ldi, top).Clear();
        }
    }
}
