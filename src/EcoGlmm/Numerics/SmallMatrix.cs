namespace EcoGlmm.Numerics;

/// <summary>Products and factors of square matrices of a few rows, row-major; results must not overlap with what goes in.</summary>
internal static class SmallMatrix
{
    /// <summary>AB.</summary>
    public static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += a[(i * n) + k] * b[(k * n) + j];
                result[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>AᵀB.</summary>
    public static void TransposedMultiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += a[(k * n) + i] * b[(k * n) + j];
                result[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>ABᵀ.</summary>
    public static void MultiplyTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> result, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < n; k++) sum += a[(i * n) + k] * b[(j * n) + k];
                result[(i * n) + j] = sum;
            }
        }
    }

    /// <summary>
    /// The inverse of the lower Cholesky factor of a symmetric positive definite matrix, which is overwritten; NaN where it is
    /// not positive definite.
    /// </summary>
    public static void InvertFactor(Span<double> a, Span<double> inverse, int n)
    {
        inverse.Clear();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = a[(i * n) + j];
                for (var k = 0; k < j; k++) sum -= a[(i * n) + k] * a[(j * n) + k];
                a[(i * n) + j] = i == j ? Math.Sqrt(sum) : sum / a[(j * n) + j];
            }

            inverse[(i * n) + i] = 1 / a[(i * n) + i];
            for (var j = 0; j < i; j++)
            {
                var sum = 0.0;
                for (var k = j; k < i; k++) sum -= a[(i * n) + k] * inverse[(k * n) + j];
                inverse[(i * n) + j] = sum / a[(i * n) + i];
            }
        }
    }
}
