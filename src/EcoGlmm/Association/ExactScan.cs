namespace EcoGlmm.Association;

/// <summary>
/// What all markers of an exact scan share: the eigenvectors of the relationship matrix, the null model, and its rows at
/// the edges of the regions of λ and at the Chebyshev points within them. Immutable.
/// </summary>
internal sealed class ExactScan
{
    private readonly Lazy<(ChebyshevRegion Region, PointRows Rows, double[] YY, double[] LogDeterminant,
        double[] LogCrossproduct)>[] _regions;

    /// <param name="rotation">The eigenvectors of the relationships.</param>
    /// <param name="y">The response.</param>
    /// <param name="x">Covariates, column-major.</param>
    /// <param name="columns">Columns of x.</param>
    /// <param name="isExact">Whether variances are estimated anew at each marker.</param>
    public ExactScan(ScanRotation rotation, double[] y, double[] x, int columns, bool isExact)
    {
        Rotation = rotation;
        Model = new NullModel(rotation.Eigenvalues, rotation.Turn(y), rotation.Turn(x), columns);
        IsExact = isExact;
        var edges = Enumerable.Range(0, isExact ? NullModel.Regions + 1 : 0).Select(k => Model.At(NullModel.Edge(k)));
        Edges = new PointRows([.. edges], Model, hasSlopes: true);
        Held = new PointRows([Model.At(Model.LogLambdaMl), Model.At(Model.LogLambdaReml)], Model, hasSlopes: false);
        _regions = new Lazy<(ChebyshevRegion, PointRows, double[], double[], double[])>[NullModel.Regions];
        for (var r = 0; r < _regions.Length; r++)
        {
            var region = r;
            _regions[r] = new(() => MakeRegion(region));
        }
    }

    /// <summary>What the response, the covariates and the markers are turned by.</summary>
    public ScanRotation Rotation { get; }

    public NullModel Model { get; }

    /// <summary>Whether variances are estimated anew at each marker.</summary>
    public bool IsExact { get; }

    /// <summary>The model at the edges of the regions, with slopes.</summary>
    public PointRows Edges { get; }

    /// <summary>The null model at its maximum of the likelihood (0) and of the restricted likelihood (1).</summary>
    public PointRows Held { get; }

    /// <summary>A region's Chebyshev points, and the null model's quantities as polynomials in it.</summary>
    public (ChebyshevRegion Region, PointRows Rows, double[] YY, double[] LogDeterminant, double[] LogCrossproduct) Region(int r) =>
        _regions[r].Value;

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
