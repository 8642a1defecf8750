using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Tests whether a marker's effect changes with a covariate: y = X b + x β + (x ∘ e) γ + g + error, where γ is tested and the
/// model without it has the marker itself among the covariates (GEMMA's <c>-gxe</c>). Belongs to one thread.
/// </summary>
internal sealed unsafe class InteractionScanWorker : IMarkerWorker
{
    private const double LeastUnexplained = 1e-8;

    private readonly ExactScan scan;
    private readonly double[] environment;
    private readonly int n;
    private readonly double[] raw;
    private readonly double[] turned;
    private readonly double[] turnedProducts;
    private readonly double[] workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    /// <param name="scan">The model without markers.</param>
    /// <param name="environment">The covariate, in the order of the rows.</param>
    /// <param name="blockMarkers">Most markers of a block.</param>
    public InteractionScanWorker(ExactScan scan, double[] environment, int blockMarkers)
    {
        (this.scan, this.environment) = (scan, environment);
        n = scan.Model.Rows;
        raw = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        turned = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        turnedProducts = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
    }

    public Span<double> Marker(int m) => raw.AsSpan(m * n, n);

    public void Test(int count, MarkerTests[] tests)
    {
        var isTested = new bool[count];
        for (int m = 0; m < count; m++)
        {
            isTested[m] = Marker(m).ContainsAnyExcept(0.0);
        }

        fixed (double* x = raw, to = turned, products = turnedProducts, work = workspace)
        {
            scan.Rotation.Turn(x, to, count, work);
            for (long i = 0; i < (long)count * n; i++)
            {
                x[i] *= environment[(int)(i % n)];
            }

            scan.Rotation.Turn(x, products, count, work);
        }

        for (int m = 0; m < count; m++)
        {
            if (isTested[m])
            {
                Test(m, tests[0]);
            }
        }
    }

    private void Test(int m, MarkerTests tests)
    {
        var own = scan.Model;
        int c = own.Columns;
        var x = new double[n * (c + 2)];
        own.X.CopyTo(x, 0);
        turned.AsSpan(m * n, n).CopyTo(x.AsSpan(c * n));
        turnedProducts.AsSpan(m * n, n).CopyTo(x.AsSpan((c + 1) * n));
        if (!IsFullRank(x, c + 2))
        {
            return;
        }

        double[] without = x[..(n * (c + 1))];
        var product = turnedProducts.AsSpan(m * n, n);
        int residual = n - c - 2;
        NullModel model;
        double restrictedAt;
        double? ratio = null;
        if (scan.IsExact)
        {
            var full = new NullModel(own.Eigenvalues, own.Y, x, c + 2);
            model = new NullModel(own.Eigenvalues, own.Y, without, c + 1);
            restrictedAt = full.LogLambdaReml;
            ratio = 2 * (full.MlCriterion - model.MlCriterion);
        }
        else
        {
            model = own.WithCovariates(without, c + 1);
            restrictedAt = model.LogLambdaReml;
        }

        var (xx, xy, yy) = Moments(model.At(model.LogLambdaMl), product);
        tests.Score[m] = UpperTail.F(n * xy * xy / (yy * xx), residual);
        tests.LikelihoodRatio[m] = UpperTail.ChiSquare(ratio ?? n * Math.Log(yy / (yy - xy * xy / xx)));
        (xx, xy, yy) = Moments(model.At(restrictedAt), product);
        double left = yy - xy * xy / xx;
        double tau = residual / left;
        tests.Beta[m] = xy / xx;
        tests.StandardError[m] = Math.Sqrt(1 / (tau * xx));
        tests.Wald[m] = UpperTail.F((yy - left) * tau, residual);
    }

    private static (double XX, double XY, double YY) Moments(NullPoint point, ReadOnlySpan<double> x)
    {
        int n = x.Length;
        int c = point.R.Length / n;
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < n; i++)
        {
            xx += point.Weights[i] * x[i] * x[i];
            xy += point.PY[i] * x[i];
        }

        for (int p = 0; p < c; p++)
        {
            double along = 0;
            for (int i = 0; i < n; i++)
            {
                along += point.R[p * n + i] * x[i];
            }

            xx -= along * along;
        }

        return (xx, xy, point.YY);
    }

    // Whether the marker and its product with the covariate can be told from the covariates and from each other.
    private bool IsFullRank(double[] x, int columns)
    {
        var crossproduct = new double[columns * columns];
        var ones = new double[n];
        Array.Fill(ones, 1);
        DenseMatrix.WeightedCrossProduct(x, n, columns, ones, crossproduct);
        var sizes = Enumerable.Range(0, columns).Select(p => crossproduct[p + p * columns]).ToArray();
        if (sizes.Any(s => s <= 0) || !DenseCholesky.TryFactor(crossproduct, columns))
        {
            return false;
        }

        for (int p = columns - 2; p < columns; p++)
        {
            double left = crossproduct[p + p * columns];
            if (left * left < LeastUnexplained * sizes[p])
            {
                return false;
            }
        }

        return true;
    }
}
