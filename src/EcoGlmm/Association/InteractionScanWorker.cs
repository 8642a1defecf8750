using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Tests whether a marker's effect changes with a covariate: y = X b + x β + (x ∘ e) γ + g + error, where γ is tested and the
/// model without it has the marker itself among the covariates (GEMMA's <c>-gxe</c>). Belongs to one thread.
/// </summary>
internal sealed unsafe class InteractionScanWorker : IMarkerWorker
{
    private const double LeastUnexplained = 1e-8;

    private readonly ExactScan _scan;
    private readonly double[] _environment;
    private readonly int _n;
    private readonly double[] _raw;
    private readonly double[] _turned;
    private readonly double[] _turnedProducts;
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    /// <param name="scan">The model without markers.</param>
    /// <param name="environment">The covariate, in the order of the rows.</param>
    /// <param name="blockMarkers">Most markers of a block.</param>
    public InteractionScanWorker(ExactScan scan, double[] environment, int blockMarkers)
    {
        (this._scan, this._environment) = (scan, environment);
        _n = scan.Model.Rows;
        _raw = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        _turned = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        _turnedProducts = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
    }

    public Span<double> Marker(int m) => _raw.AsSpan(m * _n, _n);

    public void Test(int count, MarkerTests[] tests)
    {
        var isTested = new bool[count];
        for (var m = 0; m < count; m++)
        {
            isTested[m] = Marker(m).ContainsAnyExcept(0.0);
        }

        fixed (double* x = _raw, to = _turned, products = _turnedProducts, work = _workspace)
        {
            _scan.Rotation.Turn(x, to, count, work);
            for (long i = 0; i < (long)count * _n; i++)
            {
                x[i] *= _environment[(int)(i % _n)];
            }

            _scan.Rotation.Turn(x, products, count, work);
        }

        for (var m = 0; m < count; m++)
        {
            if (isTested[m])
            {
                Test(m, tests[0]);
            }
        }
    }

    private void Test(int m, MarkerTests tests)
    {
        var own = _scan.Model;
        var c = own.Columns;
        var x = new double[_n * (c + 2)];
        own.X.CopyTo(x, 0);
        _turned.AsSpan(m * _n, _n).CopyTo(x.AsSpan(c * _n));
        _turnedProducts.AsSpan(m * _n, _n).CopyTo(x.AsSpan((c + 1) * _n));
        if (!IsFullRank(x, c + 2))
        {
            return;
        }

        var without = x[..(_n * (c + 1))];
        var product = _turnedProducts.AsSpan(m * _n, _n);
        var residual = _n - c - 2;
        NullModel model;
        double restrictedAt;
        double? ratio = null;
        if (_scan.IsExact)
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
        tests.Score[m] = UpperTail.F(_n * xy * xy / (yy * xx), residual);
        tests.LikelihoodRatio[m] = UpperTail.ChiSquare(ratio ?? _n * Math.Log(yy / (yy - xy * xy / xx)));
        (xx, xy, yy) = Moments(model.At(restrictedAt), product);
        var left = yy - xy * xy / xx;
        var tau = residual / left;
        tests.Beta[m] = xy / xx;
        tests.StandardError[m] = Math.Sqrt(1 / (tau * xx));
        tests.Wald[m] = UpperTail.F((yy - left) * tau, residual);
    }

    private static (double XX, double XY, double YY) Moments(NullPoint point, ReadOnlySpan<double> x)
    {
        var n = x.Length;
        var c = point.R.Length / n;
        double xx = 0;
        double xy = 0;
        for (var i = 0; i < n; i++)
        {
            xx += point.Weights[i] * x[i] * x[i];
            xy += point.PY[i] * x[i];
        }

        for (var p = 0; p < c; p++)
        {
            double along = 0;
            for (var i = 0; i < n; i++)
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
        var ones = new double[_n];
        Array.Fill(ones, 1);
        DenseMatrix.WeightedCrossProduct(x, _n, columns, ones, crossproduct);
        var sizes = Enumerable.Range(0, columns).Select(p => crossproduct[p + p * columns]).ToArray();
        if (sizes.Any(s => s <= 0) || !DenseCholesky.TryFactor(crossproduct, columns))
        {
            return false;
        }

        for (var p = columns - 2; p < columns; p++)
        {
            var left = crossproduct[p + p * columns];
            if (left * left < LeastUnexplained * sizes[p])
            {
                return false;
            }
        }

        return true;
    }
}
