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

    private readonly ExactScan scan;
    private readonly NullPoint point;

    /// <param name="scan">The model without markers.</param>
    /// <param name="data">The rows.</param>
    /// <param name="markers">The genotypes.</param>
    /// <param name="isCentred">Whether the mean is taken off each marker, there being an intercept.</param>
    /// <exception cref="GlmmException">There is no marker to calibrate by.</exception>
    public CalibratedScan(ExactScan scan, ScanData data, Genotypes markers, bool isCentred)
    {
        this.scan = scan;
        IsCentred = isCentred;
        point = scan.Model.At(scan.Model.LogLambdaReml);
        int n = data.Y.Length;
        Variance = point.YY / (n - scan.Model.Columns);
        Residual = GC.AllocateArray<double>(n, pinned: true);
        var back = scan.Rotation.Back(point.PY);
        for (int i = 0; i < n; i++)
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
    /// <param name="x">A marker in the order of the rows.</param>
    /// <param name="turned">Scratch, as long.</param>
    /// <param name="workspace"><see cref="MatrixProduct.WorkspaceLength"/> numbers.</param>
    public double ExactVariance(double[] x, double[] turned, double[] workspace)
    {
        int n = x.Length;
        double xx = 0;
        double total;
        fixed (double* from = x, to = turned, work = workspace, r = point.R)
        {
            scan.Rotation.Turn(from, to, 1, work);
            for (int i = 0; i < n; i++)
            {
                xx += point.Weights[i] * turned[i] * turned[i];
            }

            total = xx;
            for (int p = 0; p < scan.Model.Columns; p++)
            {
                double along = DensePanel.Dot(n, r + (long)p * n, to);
                xx -= along * along;
            }
        }

        return xx > 1e-8 * total ? xx / Variance : double.NaN;
    }

    // Mean ratio over markers evenly spread over the file, so that the number depends on nothing else.
    private double Calibrate(ScanData data, Genotypes markers)
    {
        int n = data.Y.Length;
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        var decoder = new GenotypeDecoder(ScanBlockTester.AllInOrder(chosen, markers) ? null : chosen, markers.StoreIndividuals);
        var mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
        var x = new double[n];
        var turned = new double[n];
        var workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
        int count = markers.Markers.Count;
        int step = Math.Max(1, count / MarkersOfCalibration);
        double sum = 0;
        int used = 0;
        foreach (double rarest in new[] { RarestOfCalibration, 0 })
        {
            for (int j = 0; j < count && used < MarkersOfCalibration; j += step)
            {
                var row = markers.Row(j);
                var counts = GenotypeCounts.Of(row, mask);
                if (counts.IsMonomorphic || Math.Min(counts.Frequency, 1 - counts.Frequency) < rarest)
                {
                    continue;
                }

                double shift = IsCentred ? counts.Mean : 0;
                decoder.Decode(row, 2 - shift, 1 - shift, -shift, counts.Mean - shift, x);
                double approximate = 0;
                fixed (double* px = x, basis = Basis)
                {
                    approximate = DensePanel.Dot(n, px, px);
                    for (int p = 0; p < BasisColumns; p++)
                    {
                        double along = DensePanel.Dot(n, px, basis + (long)p * n);
                        approximate -= along * along;
                    }
                }

                double ratio = ExactVariance(x, turned, workspace) / approximate;
                if (double.IsFinite(ratio))
                {
                    sum += ratio;
                    used++;
                }
            }

            if (used > 0)
            {
                return sum / used;
            }
        }

        throw new GlmmException("All individuals of the scan are alike at every marker, or the covariates explain all markers; there is nothing to test.");
    }

    // Modified Gram-Schmidt, of columns less their mean where markers are centred
    private static double[] Orthonormal(double[] x, int n, int columns, bool isCentred)
    {
        var basis = new List<double[]>();
        for (int p = 0; p < columns; p++)
        {
            var column = x[(p * n)..((p + 1) * n)];
            double size = Math.Sqrt(Inner(column, column));
            if (isCentred)
            {
                double mean = column.Average();
                for (int i = 0; i < n; i++)
                {
                    column[i] -= mean;
                }
            }

            for (int pass = 0; pass < 2; pass++)
            {
                foreach (var known in basis)
                {
                    double along = Inner(known, column);
                    for (int i = 0; i < n; i++)
                    {
                        column[i] -= along * known[i];
                    }
                }
            }

            double left = Math.Sqrt(Inner(column, column));
            if (left > 1e-7 * size)
            {
                basis.Add(Array.ConvertAll(column, v => v / left));
            }
        }

        var result = GC.AllocateArray<double>(n * basis.Count, pinned: true);
        for (int p = 0; p < basis.Count; p++)
        {
            basis[p].CopyTo(result, p * n);
        }

        return result;
    }

    private static double Inner(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
