using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// The eigenvectors of a scan's relationships, to which the response, the covariates and the markers are turned. Immutable.
/// </summary>
internal abstract unsafe class ScanRotation
{
    // GEMMA's limit, below which an eigenvalue is taken for zero
    private const double NegligibleEigenvalue = 1e-10;

    /// <summary>How many rows the scan has.</summary>
    public abstract int Rows { get; }

    /// <summary>The eigenvalues, in the order of the turned coordinates.</summary>
    public abstract double[] Eigenvalues { get; }

    /// <summary>to = Uᵀ from, for so many columns one after another.</summary>
    /// <param name="from">The columns.</param>
    /// <param name="to">As many.</param>
    /// <param name="count">How many.</param>
    /// <param name="workspace"><see cref="MatrixProduct.WorkspaceLength"/> numbers.</param>
    public abstract void Turn(double* from, double* to, int count, double* workspace);

    /// <summary>U v: from turned coordinates to rows.</summary>
    public abstract double[] Back(ReadOnlySpan<double> v);

    /// <summary>Uᵀ of the columns of a matrix.</summary>
    public double[] Turn(double[] columns)
    {
        var result = new double[columns.Length];
        var workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
        fixed (double* from = columns, to = result, work = workspace)
        {
            Turn(from, to, columns.Length / Rows, work);
        }

        return result;
    }

    /// <summary>An eigenvalue that differs from zero by rounding alone becomes zero, and so do negative ones.</summary>
    protected static void Clean(Span<double> eigenvalues)
    {
        for (var i = 0; i < eigenvalues.Length; i++)
        {
            eigenvalues[i] = eigenvalues[i] < NegligibleEigenvalue ? 0 : eigenvalues[i];
        }
    }

    protected static GlmmException NotFinite() => new("The relationship matrix has entries that are not finite numbers, or its "
        + "eigenvalues cannot "
        + "be found. Make it again from the markers, or look for individuals without any calls.");
}

/// <summary>Eigenvectors of a dense matrix of relationships.</summary>
internal sealed unsafe class DenseRotation : ScanRotation
{
    private const double LeastEigenvalue = -1e-3;

    private readonly double[] _vectors;

    private DenseRotation(double[] vectors, double[] eigenvalues) => (this._vectors, Eigenvalues) = (vectors, eigenvalues);

    public override int Rows => Eigenvalues.Length;

    public override double[] Eigenvalues { get; }

    /// <summary>Takes the relationship matrix apart.</summary>
    /// <param name="relationship">Relationships of the rows, column-major, lower triangle; becomes the eigenvectors.</param>
    /// <param name="n">Rows.</param>
    /// <param name="factor">L, where records' errors have the covariance L Lᵀ; null where they are independent.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">The matrix is not a covariance matrix.</exception>
    public static DenseRotation Create(double[] relationship, int n, double[]? factor, int threads, CancellationToken cancellation)
    {
        var values = new double[n];
        if (factor is not null)
        {
            Whiten(RecordCovariance.Whole(relationship, n), factor, n, threads);
        }

        if (!DenseEigen.TryDecompose(relationship, n, values, threads, cancellation))
        {
            throw NotFinite();
        }

        var most = Math.Max(values[^1], 1e-300);
        if (values[0] < LeastEigenvalue * most)
        {
            throw new GlmmException("The relationship matrix is not positive semi-definite: its smallest eigenvalue is "
                + $"{values[0]:G3}, its largest {values[^1]:G3}. It cannot be a matrix of relationships.");
        }

        Clean(values);
        if (factor is not null)
        {
            DenseCholesky.SolveLowerTransposed(factor, n, relationship);
        }

        return new DenseRotation(relationship, values);
    }

    public override void Turn(double* from, double* to, int count, double* workspace)
    {
        var n = Rows;
        new Span<double>(to, n * count).Clear();
        fixed (double* u = _vectors)
        {
            MatrixProduct.Add(n, count, n, false, u, n, true, from, n, false, to, n, workspace);
        }
    }

    public override double[] Back(ReadOnlySpan<double> v)
    {
        var result = new double[Rows];
        DenseMatrix.Multiply(_vectors, Rows, v, result);
        return result;
    }

    // L⁻¹ K L⁻ᵀ, in place: solve, turn over, solve
    internal static void Whiten(double[] matrix, double[] factor, int n, int threads)
    {
        SolveColumns(matrix, factor, n, threads);
        for (var j = 0; j < n; j++)
        {
            for (var i = j + 1; i < n; i++)
            {
                (matrix[i + (long)j * n], matrix[j + (long)i * n]) = (matrix[j + (long)i * n], matrix[i + (long)j * n]);
            }
        }

        SolveColumns(matrix, factor, n, threads);
    }

    private static void SolveColumns(double[] matrix, double[] factor, int n, int threads) =>
        Parallel.For(0, n, new ParallelOptions { MaxDegreeOfParallelism = threads },
            j => DenseCholesky.SolveLower(factor, n, matrix.AsSpan(checked(j * n), n)));
}

/// <summary>
/// Eigenvectors of a sparse matrix of relationships, family by family: with families of a few, turning a marker is linear in
/// the number of individuals. Turned coordinates are those of the first family, then of the second, and so on.
/// </summary>
internal sealed unsafe class FamilyRotation : ScanRotation
{
    private const int LargeFamily = 48;

    private readonly int[][] _families;
    private readonly double[][] _vectors;

    /// <param name="families">The rows of each family.</param>
    /// <param name="relationships">The matrix of a family's rows, column-major, given the family's number.</param>
    /// <param name="factors">Of each family L, where records' errors have the covariance L Lᵀ; null where they are independent.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">An entry is not a finite number.</exception>
    public FamilyRotation(IReadOnlyList<int[]> families, Func<int, double[]> relationships, double[][]? factors,
        int threads, CancellationToken cancellation)
    {
        this._families = [.. families];
        _vectors = new double[families.Count][];
        var starts = new int[families.Count + 1];
        for (var f = 0; f < families.Count; f++)
        {
            starts[f + 1] = starts[f] + families[f].Length;
        }

        Eigenvalues = new double[starts[^1]];
        var isFinite = true;
        Parallel.For(0, families.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, f =>
        {
            var k = families[f].Length;
            _vectors[f] = relationships(f);
            var values = Eigenvalues.AsSpan(starts[f], k);
            if (factors is not null) DenseRotation.Whiten(_vectors[f], factors[f], k, 1);
            if (k == 1)
            {
                (values[0], _vectors[f][0]) = (_vectors[f][0], 1);
            }
            else if (!DenseEigen.TryDecompose(_vectors[f], k, values, 1, cancellation))
            {
                Volatile.Write(ref isFinite, false);
            }

            if (factors is not null) DenseCholesky.SolveLowerTransposed(factors[f], k, _vectors[f]);
        });
        if (!isFinite || Eigenvalues.Any(v => !double.IsFinite(v)))
        {
            throw NotFinite();
        }

        Clean(Eigenvalues);
    }

    public override int Rows => Eigenvalues.Length;

    public override double[] Eigenvalues { get; }

    public override void Turn(double* from, double* to, int count, double* workspace)
    {
        var n = Rows;
        var start = 0;
        double[] gathered = [];
        for (var f = 0; f < _families.Length; f++)
        {
            var members = _families[f];
            var k = members.Length;
            fixed (double* u = _vectors[f])
            {
                if (k >= LargeFamily)
                {
                    gathered = gathered.Length >= k * count ? gathered : new double[k * count];
                    TurnLarge(members, u, from, to + start, count, gathered, workspace);
                }
                else
                {
                    for (var m = 0; m < count; m++)
                    {
                        TurnSmall(members, u, from + (long)m * n, to + start + (long)m * n);
                    }
                }
            }

            start += k;
        }
    }

    public override double[] Back(ReadOnlySpan<double> v)
    {
        var result = new double[Rows];
        var start = 0;
        for (var f = 0; f < _families.Length; f++)
        {
            var k = _families[f].Length;
            for (var j = 0; j < k; j++)
            {
                for (var i = 0; i < k; i++)
                {
                    result[_families[f][i]] += _vectors[f][i + j * k] * v[start + j];
                }
            }

            start += k;
        }

        return result;
    }

    private static void TurnSmall(int[] members, double* u, double* x, double* to)
    {
        var k = members.Length;
        if (k == 1)
        {
            to[0] = x[members[0]];
            return;
        }

        var own = stackalloc double[LargeFamily];
        for (var i = 0; i < k; i++)
        {
            own[i] = x[members[i]];
        }

        for (var j = 0; j < k; j++)
        {
            double sum = 0;
            for (var i = 0; i < k; i++)
            {
                sum += u[i + j * k] * own[i];
            }

            to[j] = sum;
        }
    }

    private void TurnLarge(int[] members, double* u, double* from, double* to, int count, double[] gathered, double* workspace)
    {
        var n = Rows;
        var k = members.Length;
        for (var m = 0; m < count; m++)
        {
            for (var i = 0; i < k; i++)
            {
                gathered[i + m * k] = from[members[i] + (long)m * n];
            }

            new Span<double>(to + (long)m * n, k).Clear();
        }

        fixed (double* x = gathered)
        {
            MatrixProduct.Add(k, count, k, false, u, k, true, x, k, false, to, n, workspace);
        }
    }
}
