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
    private readonly ExactScan[] scans;
    private readonly int n;
    private readonly double[] raw;
    private readonly double[] turned;
    private readonly double[] linear;
    private readonly double[] square;
    private readonly double[] workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
    private readonly double[] xx = new double[ChebyshevRegion.Points];
    private readonly double[] xy = new double[ChebyshevRegion.Points];
    private readonly double[] xxSeries = new double[ChebyshevRegion.Points];
    private readonly double[] xySeries = new double[ChebyshevRegion.Points];
    private readonly Optimum[] reml;
    private readonly Optimum[] ml;
    private readonly int[] wanted;
    private readonly int[] places;
    private readonly double[] remlSlopes;
    private readonly double[] mlSlopes;
    private ExactScan scan;

    /// <param name="scans">The traits, all of the same rows and relationships.</param>
    /// <param name="blockMarkers">Most markers of a block.</param>
    public ExactScanWorker(ExactScan[] scans, int blockMarkers)
    {
        this.scans = scans;
        scan = scans[0];
        n = scan.Model.Rows;
        raw = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        turned = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        int rows = scans.Max(s => Math.Max(s.Edges.LinearCount, ChebyshevRegion.Points * (1 + s.Model.Columns)));
        int squares = scans.Max(s => Math.Max(s.Edges.SquareCount, ChebyshevRegion.Points));
        linear = GC.AllocateUninitializedArray<double>(rows * blockMarkers, pinned: true);
        square = GC.AllocateUninitializedArray<double>(squares * blockMarkers, pinned: true);
        (reml, ml) = (new Optimum[blockMarkers], new Optimum[blockMarkers]);
        (wanted, places) = (new int[blockMarkers], new int[blockMarkers]);
        remlSlopes = new double[blockMarkers * (NullModel.Regions + 1)];
        mlSlopes = new double[blockMarkers * (NullModel.Regions + 1)];
    }

    /// <summary>The genotypes of a marker of the block, to be filled in before <see cref="Test"/>.</summary>
    public Span<double> Marker(int m) => raw.AsSpan(m * n, n);

    /// <summary>Tests the markers that were filled in; those with no calls to compare are skipped by the caller's NaN.</summary>
    public void Test(int count, MarkerTests[] tests)
    {
        fixed (double* from = raw, to = turned, work = workspace)
        {
            scan.Rotation.Turn(from, to, count, work);
        }

        for (int k = 0; k < scans.Length; k++)
        {
            scan = scans[k];
            Test(count, tests[k]);
        }
    }

    private void Test(int count, MarkerTests tests)
    {
        Products(scan.Held, turned, raw, count);
        var model = scan.Model;
        var mlPoint = scan.Held.Point(0);
        var remlPoint = scan.Held.Point(1);
        int residual = n - model.Columns - 1;
        for (int m = 0; m < count; m++)
        {
            var (xx0, xy0) = Moments(scan.Held, 0, m);
            tests.Score[m] = UpperTail.F(n * xy0 * xy0 / (mlPoint.YY * xx0), residual);
            if (!scan.IsExact)
            {
                var (xx1, xy1) = Moments(scan.Held, 1, m);
                Wald(tests, m, xx1, xy1, remlPoint.YY, residual);
                double left = mlPoint.YY - xy0 * xy0 / xx0;
                tests.LikelihoodRatio[m] = UpperTail.ChiSquare(n * Math.Log(mlPoint.YY / left));
            }
        }

        if (!scan.IsExact)
        {
            return;
        }

        AtEdges(count);
        for (int r = 0; r < NullModel.Regions; r++)
        {
            AtRegion(r, count);
        }

        for (int m = 0; m < count; m++)
        {
            if (double.IsNaN(tests.Score[m]))
            {
                continue;
            }

            Wald(tests, m, reml[m].XX, reml[m].XY, reml[m].YY, residual);
            tests.LikelihoodRatio[m] = UpperTail.ChiSquare(2 * (ml[m].Criterion - model.MlCriterion));
        }
    }

    private static void Wald(MarkerTests tests, int m, double xx, double xy, double yy, int residual)
    {
        double left = yy - xy * xy / xx;
        double tau = residual / left;
        tests.Beta[m] = xy / xx;
        tests.StandardError[m] = Math.Sqrt(1 / (tau * xx));
        tests.Wald[m] = UpperTail.F((yy - left) * tau, residual);
    }

    // Slopes at the edges tell in which regions a marker's likelihoods have a maximum, and whether an end is one.
    private void AtEdges(int count)
    {
        Products(scan.Edges, turned, raw, count);
        Array.Clear(wanted);
        for (int m = 0; m < count; m++)
        {
            reml[m] = ml[m] = Optimum.None;
            for (int k = 0; k <= NullModel.Regions; k++)
            {
                var point = scan.Edges.Point(k);
                var (xxk, xyk) = Moments(scan.Edges, k, m);
                var (xxSlope, xySlope) = scan.Edges.Slopes(k, Linear(scan.Edges, m), Square(scan.Edges, m));
                var at = new Place(xxk, xyk, point.YY, xxSlope, xySlope, point.YYSlope);
                double restricted = RemlSlope(at, point.LogDeterminantSlope, point.LogCrossproductSlope);
                double full = MlSlope(at, point.LogDeterminantSlope);
                remlSlopes[m * (NullModel.Regions + 1) + k] = restricted;
                mlSlopes[m * (NullModel.Regions + 1) + k] = full;
                if ((k == 0 && restricted <= 0) || (k == NullModel.Regions && restricted >= 0))
                {
                    reml[m].Improve(at, Reml(at, point.LogDeterminant, point.LogCrossproduct));
                }

                if ((k == 0 && full <= 0) || (k == NullModel.Regions && full >= 0))
                {
                    ml[m].Improve(at, Ml(at, point.LogDeterminant));
                }
            }

            for (int r = 0; r < NullModel.Regions; r++)
            {
                wanted[m] |= Falls(remlSlopes, m, r) || Falls(mlSlopes, m, r) ? 1 << r : 0;
            }
        }
    }

    private static bool Falls(double[] slopes, int m, int r) =>
        slopes[m * (NullModel.Regions + 1) + r] > 0 && slopes[m * (NullModel.Regions + 1) + r + 1] < 0;

    // The maxima within a region, for those markers that have one there.
    private void AtRegion(int r, int count)
    {
        int found = 0;
        for (int m = 0; m < count; m++)
        {
            if ((wanted[m] >> r & 1) == 0)
            {
                continue;
            }

            // `turned` has to stay for the regions to come, so the markers of this one are copied together
            turned.AsSpan(m * n, n).CopyTo(raw.AsSpan(found * n, n));
            places[found++] = m;
        }

        if (found == 0)
        {
            return;
        }

        var (region, rows, yy, logDeterminant, logCrossproduct) = scan.Region(r);
        Products(rows, raw, raw, found);
        for (int f = 0; f < found; f++)
        {
            int m = places[f];
            for (int k = 0; k < ChebyshevRegion.Points; k++)
            {
                (xx[k], xy[k]) = Moments(rows, k, f);
            }

            ChebyshevRegion.Coefficients(xx, xxSeries);
            ChebyshevRegion.Coefficients(xy, xySeries);
            Place At(double t)
            {
                double xxt = region.Evaluate(xxSeries, t, out double xxSlope);
                double xyt = region.Evaluate(xySeries, t, out double xySlope);
                double yyt = region.Evaluate(yy, t, out double yySlope);
                return new Place(xxt, xyt, yyt, xxSlope, xySlope, yySlope);
            }

            if (Falls(remlSlopes, m, r))
            {
                double root = Root(r, remlSlopes, m, t =>
                {
                    region.Evaluate(logDeterminant, t, out double determinant);
                    region.Evaluate(logCrossproduct, t, out double crossproduct);
                    return RemlSlope(At(t), determinant, crossproduct);
                });
                var at = At(root);
                reml[m].Improve(at, Reml(at, region.Evaluate(logDeterminant, root, out _), region.Evaluate(logCrossproduct, root, out _)));
            }

            if (Falls(mlSlopes, m, r))
            {
                double root = Root(r, mlSlopes, m, t =>
                {
                    region.Evaluate(logDeterminant, t, out double determinant);
                    return MlSlope(At(t), determinant);
                });
                var at = At(root);
                ml[m].Improve(at, Ml(at, region.Evaluate(logDeterminant, root, out _)));
            }
        }
    }

    private static double Root(int r, double[] slopes, int m, Func<double, double> slope) => RootFinder.Falling(
        NullModel.Edge(r), slopes[m * (NullModel.Regions + 1) + r], NullModel.Edge(r + 1),
        slopes[m * (NullModel.Regions + 1) + r + 1], slope);

    private double Reml(Place at, double logDeterminant, double logCrossproduct) =>
        -0.5 * ((n - scan.Model.Columns - 1) * Math.Log(at.Left) + logDeterminant + logCrossproduct + Math.Log(at.XX));

    private double RemlSlope(Place at, double logDeterminantSlope, double logCrossproductSlope) =>
        -0.5 * ((n - scan.Model.Columns - 1) * at.LeftSlope / at.Left + logDeterminantSlope + logCrossproductSlope + at.XXSlope / at.XX);

    private double Ml(Place at, double logDeterminant) => -0.5 * (n * Math.Log(at.Left) + logDeterminant);

    private double MlSlope(Place at, double logDeterminantSlope) => -0.5 * (n * at.LeftSlope / at.Left + logDeterminantSlope);

    private (double XX, double XY) Moments(PointRows rows, int k, int m) => rows.Moments(k, Linear(rows, m), Square(rows, m));

    private ReadOnlySpan<double> Linear(PointRows rows, int m) => linear.AsSpan(m * rows.LinearCount, rows.LinearCount);

    private ReadOnlySpan<double> Square(PointRows rows, int m) => square.AsSpan(m * rows.SquareCount, rows.SquareCount);

    private void Products(PointRows rows, double[] markers, double[] spare, int count)
    {
        Multiply(rows.Linear, rows.LinearCount, markers, n, count, linear);
        Squares(markers, spare, count);
        Multiply(rows.Square, rows.SquareCount, spare, n, count, square);
    }

    private void Squares(double[] from, double[] to, int count)
    {
        int length = count * n;
        for (int i = 0; i < length; i++)
        {
            to[i] = from[i] * from[i];
        }
    }

    // result = Aᵀ B
    private void Multiply(double[] a, int rows, double[] b, int depth, int columns, double[] result)
    {
        result.AsSpan(0, rows * columns).Clear();
        fixed (double* pa = a, pb = b, pr = result, work = workspace)
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
