using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Score tests of markers for large samples, linear in the number of individuals: S = xᵀPy with the variances of the model
/// without markers, and var S ≈ ρ xᵀMx, where M takes off the covariates and ρ is the mean ratio of xᵀPx to xᵀMx over markers of
/// the scan (G. R. Svishcheva and others, Nature Genetics 44 (2012) 1166-1170; fastGWA: L. Jiang and others, Nature Genetics
/// 51 (2019) 1749-1755). Where S is more than two standard deviations from zero, xᵀPx itself is taken. Immutable.
/// </summary>
internal sealed unsafe class CalibratedScan
{
    private const int MarkersOfCalibration = 1000;
    private const double RarestOfCalibration = 0.01;

    // Numbers of the markers that are turned together
    private const int NumbersOfCalibration = 2_000_000;

    private readonly ExactScan _scan;
    private readonly NullPoint _point;

    /// <param name="scan">The model without markers.</param>
    /// <param name="data">The rows.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="isCentred">Whether the mean is taken off each marker, there being an intercept.</param>
    /// <exception cref="GlmmException">There is no marker to calibrate by.</exception>
    public CalibratedScan(ExactScan scan, ScanData data, Genotypes markers, bool isCentred)
    {
        this._scan = scan;
        IsCentred = isCentred;
        _point = scan.Model.At(scan.Model.LogLambdaReml);
        var n = data.Y.Length;
        Variance = _point.YY / (n - scan.Model.Columns);
        Residual = GC.AllocateArray<double>(n, pinned: true);
        var back = scan.Rotation.Back(_point.PY);
        for (var i = 0; i < n; i++)
        {
            Residual[i] = back[i] / Variance;
        }

        Basis = Orthonormal(data.X, n, data.Columns, isCentred);
        BasisColumns = Basis.Length / n;
        Ratio = Calibrate(data, markers);
    }

    public bool IsCentred { get; }

    /// <summary>P y, with the variances in it.</summary>
    public double[] Residual { get; }

    /// <summary>Orthonormal columns that span the covariates (less the intercept where markers are centred).</summary>
    public double[] Basis { get; }

    public int BasisColumns { get; }

    /// <summary>ρ.</summary>
    public double Ratio { get; }

    /// <summary>σ².</summary>
    private double Variance { get; }

    /// <summary>xᵀPx, with the variances in it; NaN where the covariates explain x.</summary>
    /// <param name="x">Markers in the order of the rows, one after another.</param>
    /// <param name="turned">Scratch, as long.</param>
    /// <param name="workspace"><see cref="MatrixProduct.WorkspaceLength"/> numbers.</param>
    /// <param name="variances">The result, for each marker.</param>
    public void ExactVariances(ReadOnlySpan<double> x, Span<double> turned, double[] workspace, Span<double> variances)
    {
        var n = Residual.Length;
        fixed (double* from = x, to = turned, work = workspace, r = _point.R)
        {
            _scan.Rotation.Turn(from, to, variances.Length, work);
            for (var m = 0; m < variances.Length; m++)
            {
                var own = to + (long)m * n;
                double xx = 0;
                for (var i = 0; i < n; i++)
                {
                    xx += _point.Weights[i] * own[i] * own[i];
                }

                var total = xx;
                for (var p = 0; p < _scan.Model.Columns; p++)
                {
                    var along = DensePanel.Dot(n, r + (long)p * n, own);
                    xx -= along * along;
                }

                variances[m] = xx > 1e-8 * total ? xx / Variance : double.NaN;
            }
        }
    }

    /// <summary>The length of what the columns of X leave of y.</summary>
    public static double LeftByCovariates(double[] x, int n, int columns, double[] y)
    {
        var basis = Orthonormal(x, n, columns, isCentred: false);
        var left = (double[])y.Clone();
        for (var p = 0; p < basis.Length / n; p++)
        {
            var column = basis.AsSpan(p * n, n);
            double along = 0;
            for (var i = 0; i < n; i++) along += column[i] * left[i];
            for (var i = 0; i < n; i++) left[i] -= along * column[i];
        }

        return Math.Sqrt(Inner(left, left));
    }

    // Mean ratio over markers evenly spread over the file, so that the number depends on nothing else.
    private double Calibrate(ScanData data, Genotypes markers)
    {
        var n = data.Y.Length;
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        var decoder = new GenotypeDecoder(ScanBlockTester.AllInOrder(chosen, markers) ? null : chosen, markers.StoreIndividuals);
        var mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
        var together = Math.Clamp(NumbersOfCalibration / n, 1, MarkersOfCalibration);
        var x = GC.AllocateUninitializedArray<double>(n * together, pinned: true);
        var turned = GC.AllocateUninitializedArray<double>(n * together, pinned: true);
        var approximate = new double[together];
        var exact = new double[together];
        var workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
        var step = Math.Max(1, markers.Markers.Count / MarkersOfCalibration);
        foreach (var rarest in new[] { RarestOfCalibration, 0 })
        {
            var places = Enumerable.Range(0, markers.Markers.Count).Where(j => j % step == 0
                && IsUseful(GenotypeCounts.Of(markers.Row(j), mask), rarest))
                .Take(MarkersOfCalibration).ToArray();
            double sum = 0;
            var used = 0;
            foreach (var chunk in places.Chunk(together))
            {
                for (var m = 0; m < chunk.Length; m++)
                {
                    approximate[m] = Decode(markers.Row(chunk[m]), mask, decoder, x.AsSpan(m * n, n));
                }

                ExactVariances(x, turned, workspace, exact.AsSpan(0, chunk.Length));
                for (var m = 0; m < chunk.Length; m++)
                {
                    var ratio = exact[m] / approximate[m];
                    (sum, used) = double.IsFinite(ratio) ? (sum + ratio, used + 1) : (sum, used);
                }
            }

            if (used > 0)
            {
                return sum / used;
            }
        }

        throw new GlmmException("All individuals of the scan are alike at every marker, or the covariates explain all markers; there is "
            + "nothing to test.");
    }

    private static bool IsUseful(GenotypeCounts counts, double rarest) =>
        !counts.IsMonomorphic && Math.Min(counts.Frequency, 1 - counts.Frequency) >= rarest;

    // A marker's numbers, and what the covariates leave of the sum of their squares
    private double Decode(ReadOnlySpan<byte> row, ulong[] mask, GenotypeDecoder decoder, Span<double> x)
    {
        var n = x.Length;
        var mean = GenotypeCounts.Of(row, mask).Mean;
        var shift = IsCentred ? mean : 0;
        decoder.Decode(row, 2 - shift, 1 - shift, -shift, mean - shift, x);
        fixed (double* px = x, basis = Basis)
        {
            var left = DensePanel.Dot(n, px, px);
            for (var p = 0; p < BasisColumns; p++)
            {
                var along = DensePanel.Dot(n, px, basis + (long)p * n);
                left -= along * along;
            }

            return left;
        }
    }

    // Modified Gram-Schmidt, of columns less their mean where markers are centred
    private static double[] Orthonormal(double[] x, int n, int columns, bool isCentred)
    {
        var basis = new List<double[]>();
        for (var p = 0; p < columns; p++)
        {
            var column = x[(p * n)..((p + 1) * n)];
            var size = Math.Sqrt(Inner(column, column));
            if (isCentred)
            {
                var mean = column.Average();
                for (var i = 0; i < n; i++)
                {
                    column[i] -= mean;
                }
            }

            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var known in basis)
                {
                    var along = Inner(known, column);
                    for (var i = 0; i < n; i++)
                    {
                        column[i] -= along * known[i];
                    }
                }
            }

            var left = Math.Sqrt(Inner(column, column));
            if (left > 1e-7 * size)
            {
                basis.Add(Array.ConvertAll(column, v => v / left));
            }
        }

        var result = GC.AllocateArray<double>(n * basis.Count, pinned: true);
        for (var p = 0; p < basis.Count; p++)
        {
            basis[p].CopyTo(result, p * n);
        }

        return result;
    }

    private static double Inner(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
