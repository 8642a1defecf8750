namespace EcoGlmm.RandomEffects;

/// <summary>Products of the small dense blocks of levels.</summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>result = LᵀMR (dm × dr) for row-major L (m × dm), R (r × dr) and M (m × r).</summary>
    private static void Sandwich(ReadOnlySpan<double> left, int m, int dm, bool leftIsLower, ReadOnlySpan<double> matrix,
        ReadOnlySpan<double> right, int r, int dr, bool rightIsLower, Span<double> result)
    {
        var product = result[(dm * dr)..];
        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < dr; c++)
            {
                var sum = 0.0;
                for (var k = rightIsLower ? c : 0; k < r; k++) sum += matrix[i * r + k] * right[k * dr + c];
                product[i * dr + c] = sum;
            }
        }

        for (var i = 0; i < dm; i++)
        {
            for (var c = 0; c < dr; c++)
            {
                var sum = 0.0;
                for (var k = leftIsLower ? i : 0; k < m; k++) sum += left[k * dm + i] * product[k * dr + c];
                result[i * dr + c] = sum;
            }
        }
    }

    /// <summary>The lower triangle of result = LᵀDL (d × d) for row-major L (r × d) and a diagonal D.</summary>
    private static void Sandwich(ReadOnlySpan<double> lambda, int d, bool isLower, ReadOnlySpan<double> diagonal, Span<double> result)
    {
        result[..(d * d)].Clear();
        for (var k = 0; k < diagonal.Length; k++)
        {
            var weight = diagonal[k];
            if (weight == 0) continue;
            var row = lambda.Slice(k * d, isLower ? Math.Min(k + 1, d) : d);
            for (var i = 0; i < row.Length; i++)
            {
                var scaled = weight * row[i];
                for (var c = 0; c <= i; c++) result[(i * d) + c] += scaled * row[c];
            }
        }
    }

    private static double Trace(ReadOnlySpan<double> block, int d)
    {
        var sum = 0.0;
        for (var c = 0; c < d; c++) sum += block[(c * d) + c];
        return sum;
    }

    /// <summary>For the own block S of a level (d × d) with a diagonal A of ZᵀWZ: the diagonal of b = ΛSΛᵀ, and the traces' AΛS.</summary>
    private void AddDiagonal(ReadOnlySpan<double> s, int term, ReadOnlySpan<double> a, Span<double> b, double[]? trace)
    {
        ReadOnlySpan<double> lambda = Lambda[term];
        var (d, isLower) = (_terms[term].LatentWidth, _terms[term].Loadings.IsLowerTriangular);
        for (var i = 0; i < a.Length; i++)
        {
            var row = lambda.Slice(i * d, isLower ? Math.Min(i + 1, d) : d);
            var own = 0.0;
            for (var c = 0; c < d; c++)
            {
                // S is symmetric: its row c is its column.
                var column = s.Slice(c * d, row.Length);
                var sum = 0.0;
                for (var k = 0; k < row.Length; k++) sum += row[k] * column[k];
                if (c < row.Length) own += sum * row[c];
                if (trace is not null) trace[(i * d) + c] += a[i] * sum;
            }

            b[i] = own;
        }
    }

    /// <summary>
    /// For one block S of H⁻¹ (dm × dr) with the block A of ZᵀWZ (m × r): b = Λ_m S Λ_rᵀ, and the traces' terms
    /// A Λ_r Sᵀ (m × dm) and Aᵀ Λ_m S (r × dr).
    /// </summary>
    private void AddBlock(ReadOnlySpan<double> s, int termM, int termR, ReadOnlySpan<double> a, Span<double> b, double[]? traceM,
        double[]? traceR)
    {
        var (lambdaM, m, lambdaR, r) = (Lambda[termM], _terms[termM].Width, Lambda[termR], _terms[termR].Width);
        if (m == 1 && r == 1)
        {
            b[0] = lambdaM[0] * s[0] * lambdaR[0];
            if (traceM is not null) traceM[0] += a[0] * lambdaR[0] * s[0];
            if (traceR is not null) traceR[0] += a[0] * lambdaM[0] * s[0];
            return;
        }

        var (dm, lowerM) = (_latentWidths[termM], _terms[termM].Loadings.IsLowerTriangular);
        var (dr, lowerR) = (_latentWidths[termR], _terms[termR].Loadings.IsLowerTriangular);
        var product = _scratch.AsSpan(dm * dr);
        for (var i = 0; i < m; i++)
        {
            var end = lowerM ? Math.Min(i + 1, dm) : dm;
            for (var c = 0; c < dr; c++)
            {
                var sum = 0.0;
                for (var k = 0; k < end; k++) sum += lambdaM[i * dm + k] * s[k * dr + c];
                product[i * dr + c] = sum;
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < r; c++)
            {
                var sum = 0.0;
                var end = lowerR ? Math.Min(c + 1, dr) : dr;
                for (var k = 0; k < end; k++) sum += product[i * dr + k] * lambdaR[c * dr + k];
                b[i * r + c] = sum;
            }
        }

        if (traceR is not null)
        {
            for (var i = 0; i < r; i++)
            {
                for (var c = 0; c < dr; c++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < m; k++) sum += a[k * r + i] * product[k * dr + c];
                    traceR[i * dr + c] += sum;
                }
            }
        }

        if (traceM is null) return;
        for (var k = 0; k < r; k++)
        {
            var end = lowerR ? Math.Min(k + 1, dr) : dr;
            for (var c = 0; c < dm; c++)
            {
                var sum = 0.0;
                for (var j = 0; j < end; j++) sum += lambdaR[k * dr + j] * s[c * dr + j];
                product[k * dm + c] = sum;
            }
        }

        for (var i = 0; i < m; i++)
        {
            for (var c = 0; c < dm; c++)
            {
                var sum = 0.0;
                for (var k = 0; k < r; k++) sum += a[i * r + k] * product[k * dm + c];
                traceM[i * dm + c] += sum;
            }
        }
    }
}
