using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Tests blocks of markers for an <see cref="ExactScan"/>: turns them to the eigenvectors, multiplies them by the null
/// model's rows, and finds each marker's own maximum of the restricted and of the full likelihood. Belongs to one thread.
/// </summary>
/// <remarks>
/// The model at each marker is that of X. Zhou and M. Stephens, Nature Genetics 44 (2012) 821-824, and so are the tests:
/// Wald's F at the restricted maximum, the likelihood ratio of the two full maxima, the score at the null's full maximum.
/// That xᵀPx and xᵀPy of all markers are known at a few λ by matrix products, and between them by interpolation, is ours.
/// </remarks>
internal sealed unsafe class ExactScanWorker : IMarkerWorker
{
    private readonly ExactScan[] _scans;
    private readonly int _n;
    private readonly double[] _raw;
    private readonly double[] _turned;
    private readonly double[] _linear;
    private readonly double[] _square;
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
    private readonly double[] _xx = new double[ChebyshevRegion.Points];
    private readonly double[] _xy = new double[ChebyshevRegion.Points];
    private readonly double[] _xxSeries = new double[ChebyshevRegion.Points];
    private readonly double[] _xySeries = new double[ChebyshevRegion.Points];
    private readonly Optimum[] _reml;
    private readonly Optimum[] _ml;
    private readonly int[] _wanted;
    private readonly int[] _places;
    private readonly double[] _remlSlopes;
    private readonly double[] _mlSlopes;
    private ExactScan _scan;

    /// <param name="scans">The traits, all of the same rows and relationships.</param>
    /// <param name="blockMarkers">Most markers of a block.</param>
    public ExactScanWorker(ExactScan[] scans, int blockMarkers)
    {
        this._scans = scans;
        _scan = scans[0];
        _n = _scan.Model.Rows;
        _raw = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        _turned = GC.AllocateUninitializedArray<double>(_n * blockMarkers, pinned: true);
        var rows = scans.Max(s => Math.Max(s.Edges.LinearCount, ChebyshevRegion.Points * (1 + s.Model.Columns)));
        var squares = scans.Max(s => Math.Max(s.Edges.SquareCount, ChebyshevRegion.Points));
        _linear = GC.AllocateUninitializedArray<double>(rows * blockMarkers, pinned: true);
        _square = GC.AllocateUninitializedArray<double>(squares * blockMarkers, pinned: true);
        (_reml, _ml) = (new Optimum[blockMarkers], new Optimum[blockMarkers]);
        (_wanted, _places) = (new int[blockMarkers], new int[blockMarkers]);
        _remlSlopes = new double[blockMarkers * (NullModel.Regions + 1)];
        _mlSlopes = new double[blockMarkers * (NullModel.Regions + 1)];
    }

    /// <summary>The genotypes of a marker of the block, to be filled in before <see cref="Test"/>.</summary>
    public Span<double> Marker(int m) => _raw.AsSpan(m * _n, _n);

    /// <summary>Tests the markers that were filled in; those with no calls to compare are skipped by the caller's NaN.</summary>
    public void Test(int count, MarkerTests[] tests)
    {
        fixed (double* from = _raw, to = _turned, work = _workspace)
        {
            _scan.Rotation.Turn(from, to, count, work);
        }

        for (var k = 0; k < _scans.Length; k++)
        {
            _scan = _scans[k];
            Test(count, tests[k]);
        }
    }

    private void Test(int count, MarkerTests tests)
    {
        Products(_scan.Held, _turned, _raw, count);
        var model = _scan.Model;
        var mlPoint = _scan.Held.Point(0);
        var remlPoint = _scan.Held.Point(1);
        var residual = _n - model.Columns - 1;
        for (var m = 0; m < count; m++)
        {
            var (xx0, xy0) = Moments(_scan.Held, 0, m);
            tests.Score[m] = UpperTail.F(_n * xy0 * xy0 / (mlPoint.YY * xx0), residual);
            if (!_scan.IsExact)
            {
                var (xx1, xy1) = Moments(_scan.Held, 1, m);
                Wald(tests, m, xx1, xy1, remlPoint.YY, residual);
                var left = mlPoint.YY - xy0 * xy0 / xx0;
                tests.LikelihoodRatio[m] = UpperTail.ChiSquare(_n * Math.Log(mlPoint.YY / left));
            }
        }

        if (!_scan.IsExact)
        {
            return;
        }

        AtEdges(count);
        for (var r = 0; r < NullModel.Regions; r++)
        {
            AtRegion(r, count);
        }

        for (var m = 0; m < count; m++)
        {
            if (double.IsNaN(tests.Score[m]))
            {
                continue;
            }

            Wald(tests, m, _reml[m].XX, _reml[m].XY, _reml[m].YY, residual);
            tests.LikelihoodRatio[m] = UpperTail.ChiSquare(2 * (_ml[m].Criterion - model.MlCriterion));
        }
    }

    private static void Wald(MarkerTests tests, int m, double xx, double xy, double yy, int residual)
    {
        var left = yy - xy * xy / xx;
        var tau = residual / left;
        tests.Beta[m] = xy / xx;
        tests.StandardError[m] = Math.Sqrt(1 / (tau * xx));
        tests.Wald[m] = UpperTail.F((yy - left) * tau, residual);
    }

    // Slopes at the edges tell in which regions a marker's likelihoods have a maximum, and whether an end is one.
    private void AtEdges(int count)
    {
        Products(_scan.Edges, _turned, _raw, count);
        Array.Clear(_wanted);
        for (var m = 0; m < count; m++)
        {
            _reml[m] = _ml[m] = Optimum.None;
            for (var k = 0; k <= NullModel.Regions; k++)
            {
                var point = _scan.Edges.Point(k);
                var (xxk, xyk) = Moments(_scan.Edges, k, m);
                var (xxSlope, xySlope) = _scan.Edges.Slopes(k, Linear(_scan.Edges, m), Square(_scan.Edges, m));
                var at = new Place(xxk, xyk, point.YY, xxSlope, xySlope, point.YYSlope);
                var restricted = RemlSlope(at, point.LogDeterminantSlope, point.LogCrossproductSlope);
                var full = MlSlope(at, point.LogDeterminantSlope);
                _remlSlopes[m * (NullModel.Regions + 1) + k] = restricted;
                _mlSlopes[m * (NullModel.Regions + 1) + k] = full;
                if ((k == 0 && restricted <= 0) || (k == NullModel.Regions && restricted >= 0))
                {
                    _reml[m].Improve(at, Reml(at, point.LogDeterminant, point.LogCrossproduct));
                }

                if ((k == 0 && full <= 0) || (k == NullModel.Regions && full >= 0))
                {
                    _ml[m].Improve(at, Ml(at, point.LogDeterminant));
                }
            }

            for (var r = 0; r < NullModel.Regions; r++)
            {
                _wanted[m] |= Falls(_remlSlopes, m, r) || Falls(_mlSlopes, m, r) ? 1 << r : 0;
            }
        }
    }

    private static bool Falls(double[] slopes, int m, int r) =>
        slopes[m * (NullModel.Regions + 1) + r] > 0 && slopes[m * (NullModel.Regions + 1) + r + 1] < 0;

    // The maxima within a region, for those markers that have one there.
    private void AtRegion(int r, int count)
    {
        var found = 0;
        for (var m = 0; m < count; m++)
        {
            if ((_wanted[m] >> r & 1) == 0)
            {
                continue;
            }

            // `turned` has to stay for the regions to come, so the markers of this one are copied together
            _turned.AsSpan(m * _n, _n).CopyTo(_raw.AsSpan(found * _n, _n));
            _places[found++] = m;
        }

        if (found == 0)
        {
            return;
        }

        var (region, rows, yy, logDeterminant, logCrossproduct) = _scan.Region(r);
        Products(rows, _raw, _raw, found);
        for (var f = 0; f < found; f++)
        {
            var m = _places[f];
            for (var k = 0; k < ChebyshevRegion.Points; k++)
            {
                (_xx[k], _xy[k]) = Moments(rows, k, f);
            }

            ChebyshevRegion.Coefficients(_xx, _xxSeries);
            ChebyshevRegion.Coefficients(_xy, _xySeries);
            Place At(double t)
            {
                var xxt = region.Evaluate(_xxSeries, t, out var xxSlope);
                var xyt = region.Evaluate(_xySeries, t, out var xySlope);
                var yyt = region.Evaluate(yy, t, out var yySlope);
                return new Place(xxt, xyt, yyt, xxSlope, xySlope, yySlope);
            }

            if (Falls(_remlSlopes, m, r))
            {
                var root = Root(r, _remlSlopes, m, t =>
                {
                    region.Evaluate(logDeterminant, t, out var determinant);
                    region.Evaluate(logCrossproduct, t, out var crossproduct);
                    return RemlSlope(At(t), determinant, crossproduct);
                });
                var at = At(root);
                _reml[m].Improve(at, Reml(at, region.Evaluate(logDeterminant, root, out _), region.Evaluate(logCrossproduct, root, out _)));
            }

            if (Falls(_mlSlopes, m, r))
            {
                var root = Root(r, _mlSlopes, m, t =>
                {
                    region.Evaluate(logDeterminant, t, out var determinant);
                    return MlSlope(At(t), determinant);
                });
                var at = At(root);
                _ml[m].Improve(at, Ml(at, region.Evaluate(logDeterminant, root, out _)));
            }
        }
    }

    private static double Root(int r, double[] slopes, int m, Func<double, double> slope) => RootFinder.Falling(
        NullModel.Edge(r), slopes[m * (NullModel.Regions + 1) + r], NullModel.Edge(r + 1),
        slopes[m * (NullModel.Regions + 1) + r + 1], slope);

    private double Reml(Place at, double logDeterminant, double logCrossproduct) =>
        -0.5 * ((_n - _scan.Model.Columns - 1) * Math.Log(at.Left) + logDeterminant + logCrossproduct + Math.Log(at.XX));

    private double RemlSlope(Place at, double logDeterminantSlope, double logCrossproductSlope) =>
        -0.5 * ((_n - _scan.Model.Columns - 1) * at.LeftSlope / at.Left + logDeterminantSlope + logCrossproductSlope + at.XXSlope / at.XX);

    private double Ml(Place at, double logDeterminant) => -0.5 * (_n * Math.Log(at.Left) + logDeterminant);

    private double MlSlope(Place at, double logDeterminantSlope) => -0.5 * (_n * at.LeftSlope / at.Left + logDeterminantSlope);

    private (double XX, double XY) Moments(PointRows rows, int k, int m) => rows.Moments(k, Linear(rows, m), Square(rows, m));

    private ReadOnlySpan<double> Linear(PointRows rows, int m) => _linear.AsSpan(m * rows.LinearCount, rows.LinearCount);

    private ReadOnlySpan<double> Square(PointRows rows, int m) => _square.AsSpan(m * rows.SquareCount, rows.SquareCount);

    private void Products(PointRows rows, double[] markers, double[] spare, int count)
    {
        Multiply(rows.Linear, rows.LinearCount, markers, _n, count, _linear);
        Squares(markers, spare, count);
        Multiply(rows.Square, rows.SquareCount, spare, _n, count, _square);
    }

    private void Squares(double[] from, double[] to, int count)
    {
        var length = count * _n;
        for (var i = 0; i < length; i++)
        {
            to[i] = from[i] * from[i];
        }
    }

    // result = Aᵀ B
    private void Multiply(double[] a, int rows, double[] b, int depth, int columns, double[] result)
    {
        result.AsSpan(0, rows * columns).Clear();
        fixed (double* pa = a, pb = b, pr = result, work = _workspace)
        {
            MatrixProduct.Add(rows, columns, depth, false, pa, depth, true, pb, depth, false, pr, rows, work);
        }
    }

    // xᵀPx, xᵀPy and yᵀPy at some λ with their slopes; Left is what the marker leaves of yᵀPy.
    private readonly record struct Place(double XX, double XY, double YY, double XXSlope, double XYSlope, double YYSlope)
    {
        public double Left => YY - XY * XY / XX;

        public double LeftSlope => YYSlope - XY / XX * (2 * XYSlope - XY / XX * XXSlope);
    }

    private struct Optimum
    {
        public double XX;
        public double XY;
        public double YY;
        public double Criterion;

        public static Optimum None => new() { XX = double.NaN, XY = double.NaN, YY = double.NaN, Criterion = double.NegativeInfinity };

        public void Improve(Place at, double criterion)
        {
            if (criterion > Criterion)
            {
                (XX, XY, YY, Criterion) = (at.XX, at.XY, at.YY, criterion);
            }
        }
    }
}
