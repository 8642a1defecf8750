namespace EcoGlmm.Numerics;

/// <summary>
/// Cholesky factors of dense symmetric positive definite matrices of small or moderate order, column-major. Nothing is
/// allocated after a thread's first call of some size.
/// </summary>
internal static unsafe class DenseCholesky
{
    [ThreadStatic]
    private static double[]? _threadWorkspace;

    /// <summary>
    /// Replaces a symmetric matrix, of which the lower triangle is read, by its factor L; the strict upper triangle is set
    /// to zero. Returns false, leaving the matrix in an undefined state, if it is not positive definite or holds a NaN.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static bool TryFactor(Span<double> a, int n, CancellationToken cancellation = default)
    {
        CheckSquare(a.Length, n);
        var workspace = n > 8 ? Workspace(MatrixProduct.WorkspaceLength) : [];
        fixed (double* p = a, w = workspace)
        {
            if (!DensePanel.Cholesky(p, n, n, n, new BlockProduct(w, null, cancellation)))
            {
                return false;
            }
        }

        for (var j = 1; j < n; j++)
        {
            a.Slice(j * n, j).Clear();
        }

        return true;
    }

    /// <summary>The logarithm of the determinant of L Lᵀ.</summary>
    public static double LogDeterminant(ReadOnlySpan<double> l, int n)
    {
        CheckSquare(l.Length, n);
        double sum = 0;
        for (var j = 0; j < n; j++)
        {
            sum += Math.Log(l[j * n + j]);
        }

        return 2 * sum;
    }

    /// <summary>Solves L X = B in place, for one or several columns of B.</summary>
    public static void SolveLower(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        CheckSolve(l.Length, n, b.Length);
        fixed (double* p = l, x = b)
        {
            for (var start = 0; start < b.Length; start += n)
            {
                DensePanel.SolveLower(p, n, n, x + start);
            }
        }
    }

    /// <summary>Solves Lᵀ X = B in place, for one or several columns of B.</summary>
    public static void SolveLowerTransposed(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        CheckSolve(l.Length, n, b.Length);
        fixed (double* p = l, x = b)
        {
            for (var start = 0; start < b.Length; start += n)
            {
                DensePanel.SolveLowerTransposed(p, n, n, x + start);
            }
        }
    }

    /// <summary>Solves L Lᵀ X = B in place, for one or several columns of B.</summary>
    public static void Solve(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        SolveLower(l, n, b);
        SolveLowerTransposed(l, n, b);
    }

    /// <summary>Replaces L by the inverse of L Lᵀ, both triangles of it.</summary>
    public static void Invert(Span<double> l, int n)
    {
        CheckSquare(l.Length, n);
        var scratch = n * n / 4 + n;
        var workspace = Workspace(MatrixProduct.WorkspaceLength + n * n + scratch);
        fixed (double* p = l, start = workspace)
        {
            var products = new BlockProduct(start, null);
            var w = start + MatrixProduct.WorkspaceLength;
            DensePanel.InvertLower(p, n, n, w, n, w + n * n, products);
            l.Clear();
            products.Add(
                n, n, n, false, w, n, true, w, n, false, p, n, ProductShape.LowerResult | ProductShape.UpperLeft);
        }

        for (var j = 0; j < n; j++)
        {
            for (var i = j + 1; i < n; i++)
            {
                l[j + i * n] = l[i + j * n];
            }
        }
    }

    /// <summary>Writes L⁻¹, with zeros above its diagonal.</summary>
    public static void InvertLower(ReadOnlySpan<double> l, int n, Span<double> inverse, CancellationToken cancellation = default)
    {
        CheckSquare(l.Length, n);
        CheckSquare(inverse.Length, n);
        var workspace = Workspace(MatrixProduct.WorkspaceLength + (n * n / 4) + n);
        fixed (double* p = l, w = inverse, start = workspace)
        {
            DensePanel.InvertLower(p, n, n, w, n, start + MatrixProduct.WorkspaceLength,
                new BlockProduct(start, null, cancellation));
        }
    }

    /// <summary>A thread's own scratch memory of at least this length; whatever was in it is gone at the next call.</summary>
    internal static Span<double> Workspace(int length)
    {
        if (_threadWorkspace is null || _threadWorkspace.Length < length)
        {
            _threadWorkspace = GC.AllocateUninitializedArray<double>(length);
        }

        return _threadWorkspace.AsSpan(0, length);
    }

    private static void CheckSquare(int length, int n)
    {
        if (length != n * n)
        {
            throw new ArgumentException($"A matrix of order {n} has {n * n} entries, but {length} were given.");
        }
    }

    private static void CheckSolve(int length, int n, int rightHandSide)
    {
        CheckSquare(length, n);
        if (n == 0 ? rightHandSide != 0 : rightHandSide % n != 0)
        {
            throw new ArgumentException($"A right-hand side of {rightHandSide} entries does not have columns of {n}.");
        }
    }
}
