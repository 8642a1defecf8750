using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// What all markers of an exact scan share: the eigenvectors of the relationship matrix, the null model, and its rows at
/// the edges of the regions of λ and at the Chebyshev points within them. Immutable.
/// </summary>
internal sealed class ExactScan
{
    private readonly Lazy<(ChebyshevRegion Region, PointRows Rows, double[] YY, double[] LogDeterminant,
        double[] LogCrossproduct)>[] regions;

    private ExactScan(double[] eigenvectors, NullModel model, bool isExact)
    {
        Eigenvectors = eigenvectors;
        Model = model;
        IsExact = isExact;
        var edges = Enumerable.Range(0, isExact ? NullModel.Regions + 1 : 0).Select(k => model.At(NullModel.Edge(k)));
        Edges = new PointRows([.. edges], model, hasSlopes: true);
        Held = new PointRows([model.At(model.LogLambdaMl), model.At(model.LogLambdaReml)], model, hasSlopes: false);
        regions = new Lazy<(ChebyshevRegion, PointRows, double[], double[], double[])>[NullModel.Regions];
        for (int r = 0; r < regions.Length; r++)
        {
            int region = r;
            regions[r] = new(() => MakeRegion(region));
        }
    }

    /// <summary>
    /// What markers are turned by: eigenvectors of the relationship matrix, one per column, multiplied by L⁻ᵀ where records have
    /// more in common.
    /// </summary>
    public double[] Eigenvectors { get; }

    public NullModel Model { get; }

    /// <summary>Whether variances are estimated anew at each marker.</summary>
    public bool IsExact { get; }

    /// <summary>The model at the edges of the regions, with slopes.</summary>
    public PointRows Edges { get; }

    /// <summary>The null model at its maximum of the likelihood (0) and of the restricted likelihood (1).</summary>
    public PointRows Held { get; }

    /// <summary>Takes the relationship matrix apart and turns the data to its eigenvectors.</summary>
    /// <param name="relationship">Relationships of the rows, column-major, lower triangle; becomes the eigenvectors.</param>
    /// <param name="y">The response.</param>
    /// <param name="x">Covariates, column-major.</param>
    /// <param name="columns">Columns of x.</param>
    /// <param name="factor">L, where records' errors have the covariance L Lᵀ; null where they are independent.</param>
    /// <param name="isExact">Whether variances are estimated anew at each marker.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">The matrix is not a covariance matrix.</exception>
    public static ExactScan Create(
        double[] relationship, double[] y, double[] x, int columns, double[]? factor, bool isExact, int threads,
        CancellationToken cancellation)
    {
        int n = y.Length;
        var values = new double[n];
        if (factor is not null)
        {
            Whiten(RecordCovariance.Whole(relationship, n), factor, n, threads);
        }

        if (!DenseEigen.TryDecompose(relationship, n, values, threads, cancellation))
        {
            throw new GlmmException("The relationship matrix has entries that are not finite numbers, or its eigenvalues cannot be found. "
                + "Make it again from the markers, or look for individuals without any calls.");
        }

        double most = Math.Max(values[^1], 1e-300);
        if (values[0] < -1e-3 * most)
        {
            throw new GlmmException("The relationship matrix is not positive semi-definite: its smallest eigenvalue is "
                + $"{values[0]:G3}, its largest {values[^1]:G3}. It cannot be a matrix of relationships.");
        }

        for (int i = 0; i < n; i++)
        {
            values[i] = values[i] < NegligibleEigenvalue ? 0 : values[i];
        }

        if (factor is not null)
        {
            DenseCholesky.SolveLowerTransposed(factor, n, relationship);
        }

        var rotatedY = new double[n];
        DenseMatrix.TransposeMultiply(relationship, n, y, rotatedY);
        var rotatedX = new double[n * columns];
        for (int p = 0; p < columns; p++)
        {
            DenseMatrix.TransposeMultiply(relationship, n, x.AsSpan(p * n, n), rotatedX.AsSpan(p * n, n));
        }

        return new ExactScan(relationship, new NullModel(values, rotatedY, rotatedX, columns), isExact);
    }

    // L⁻¹ K L⁻ᵀ, in place: solve, turn over, solve
    private static void Whiten(double[] matrix, double[] factor, int n, int threads)
    {
        SolveColumns(matrix, factor, n, threads);
        for (int j = 0; j < n; j++)
        {
            for (int i = j + 1; i < n; i++)
            {
                (matrix[i + (long)j * n], matrix[j + (long)i * n]) = (matrix[j + (long)i * n], matrix[i + (long)j * n]);
            }
        }

        SolveColumns(matrix, factor, n, threads);
    }

    private static void SolveColumns(double[] matrix, double[] factor, int n, int threads) =>
        Parallel.For(0, n, new ParallelOptions { MaxDegreeOfParallelism = threads },
            j => DenseCholesky.SolveLower(factor, n, matrix.AsSpan(checked(j * n), n)));

    /// <summary>A region's Chebyshev points, and the null model's quantities as polynomials in it.</summary>
    public (ChebyshevRegion Region, PointRows Rows, double[] YY, double[] LogDeterminant, double[] LogCrossproduct) Region(int r) =>
        regions[r].Value;

    // GEMMA's limit, below which an eigenvalue is taken for zero
    private const double NegligibleEigenvalue = 1e-10;

    private (ChebyshevRegion, PointRows, double[], double[], double[]) MakeRegion(int r)
    {
        var region = new ChebyshevRegion(NullModel.Edge(r), NullModel.Edge(r + 1));
        var points = Enumerable.Range(0, ChebyshevRegion.Points).Select(k => Model.At(region.Node(k))).ToArray();
        double[] Series(Func<NullPoint, double> value)
        {
            var coefficients = new double[ChebyshevRegion.Points];
            ChebyshevRegion.Coefficients(Array.ConvertAll(points, p => value(p)), coefficients);
            return coefficients;
        }

        return (region, new PointRows(points, Model, hasSlopes: false), Series(p => p.YY), Series(p => p.LogDeterminant),
            Series(p => p.LogCrossproduct));
    }
}
