namespace EcoGlmm.Association;

/// <summary>
/// The linear mixed model y = X b + g + e, var g = λ K σ², var e = σ² I, in the coordinates of the eigenvectors of K, where
/// all is diagonal (X. Zhou and M. Stephens, Nature Genetics 44 (2012) 821-824, whose λ it is). Immutable.
/// </summary>
internal sealed unsafe class NullModel
{
    /// <summary>The range of λ that is searched, and the regions that it is cut into, as GEMMA does.</summary>
    public const double LogLowest = -11.512925464970229;
    public const double LogHighest = 11.512925464970229;
    public const int Regions = 10;

    /// <param name="eigenvalues">Eigenvalues of K.</param>
    /// <param name="y">Uᵀy.</param>
    /// <param name="x">UᵀX, column-major.</param>
    /// <param name="columns">Columns of X.</param>
    public NullModel(double[] eigenvalues, double[] y, double[] x, int columns)
    {
        (Eigenvalues, Y, X, Columns) = (eigenvalues, y, x, columns);
        var edges = Enumerable.Range(0, Regions + 1).Select(k => At(Edge(k))).ToArray();
        LogLambdaReml = Maximise(edges, restricted: true, out var reml);
        LogLambdaMl = Maximise(edges, restricted: false, out var ml);
        (RemlCriterion, MlCriterion) = (reml, ml);
    }

    private NullModel(NullModel origin, double[] x, int columns)
    {
        (Eigenvalues, Y, X, Columns) = (origin.Eigenvalues, origin.Y, x, columns);
        (LogLambdaReml, LogLambdaMl) = (origin.LogLambdaReml, origin.LogLambdaMl);
        (RemlCriterion, MlCriterion) = (double.NaN, double.NaN);
    }

    public double[] Eigenvalues { get; }

    public double[] Y { get; }

    public double[] X { get; }

    public int Columns { get; }

    public int Rows => Y.Length;

    /// <summary>log λ at the maximum of the restricted likelihood without a marker.</summary>
    public double LogLambdaReml { get; }

    /// <summary>log λ at the maximum of the likelihood without a marker.</summary>
    public double LogLambdaMl { get; }

    /// <summary>The restricted log-likelihood there, but for a constant.</summary>
    public double RemlCriterion { get; }

    /// <summary>The log-likelihood there, but for a constant.</summary>
    public double MlCriterion { get; }

    /// <summary>The end of a region on the scale of log λ.</summary>
    public static double Edge(int k) => LogLowest + (LogHighest - LogLowest) * k / Regions;

    /// <summary>The model at one λ.</summary>
    public NullPoint At(double logLambda) => new(this, logLambda);

    /// <summary>The model with other covariates and the λ of this one, which are no maxima there.</summary>
    public NullModel WithCovariates(double[] x, int columns) => new(this, x, columns);

    private double Maximise(NullPoint[] edges, bool restricted, out double best)
    {
        double Slope(NullPoint point, out double criterion)
        {
            criterion = restricted ? point.Reml : point.Ml;
            return restricted ? point.RemlSlope : point.MlSlope;
        }

        best = double.NegativeInfinity;
        var where = LogLowest;
        var previous = double.NaN;
        for (var k = 0; k <= Regions; k++)
        {
            var slope = Slope(edges[k], out var value);
            if ((k == 0 && slope <= 0) || (k == Regions && slope >= 0))
            {
                Keep(Edge(k), value, ref best, ref where);
            }

            if (k > 0 && previous > 0 && slope < 0)
            {
                var root = RootFinder.Falling(Edge(k - 1), previous, Edge(k), slope, t => Slope(At(t), out _));
                Slope(At(root), out value);
                Keep(root, value, ref best, ref where);
            }

            previous = slope;
        }

        return where;
    }

    private static void Keep(double t, double value, ref double best, ref double where)
    {
        if (value > best)
        {
            (best, where) = (value, t);
        }
    }
}
