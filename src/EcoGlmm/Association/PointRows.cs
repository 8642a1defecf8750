namespace EcoGlmm.Association;

/// <summary>
/// Several points of the null model side by side, as matrices that a block of markers is multiplied by: for each point the
/// rows P y and R (and P D P y and R D W where slopes are wanted), which meet the markers, and W (and D W²), which meet
/// their squares.
/// </summary>
internal sealed class PointRows
{
    private readonly NullPoint[] points;
    private readonly int columns;
    private readonly bool hasSlopes;

    public PointRows(IReadOnlyList<NullPoint> points, NullModel model, bool hasSlopes)
    {
        this.points = [.. points];
        this.hasSlopes = hasSlopes;
        columns = model.Columns;
        int n = model.Rows;
        LinearCount = points.Count * LinearOfPoint;
        SquareCount = points.Count * SquareOfPoint;
        Linear = GC.AllocateUninitializedArray<double>(checked(n * LinearCount), pinned: true);
        Square = GC.AllocateUninitializedArray<double>(checked(n * SquareCount), pinned: true);
        for (int k = 0; k < points.Count; k++)
        {
            var point = points[k];
            var linear = Linear.AsSpan(k * LinearOfPoint * n);
            point.PY.CopyTo(linear);
            point.R.CopyTo(linear[n..]);
            var square = Square.AsSpan(k * SquareOfPoint * n);
            point.Weights.CopyTo(square);
            if (hasSlopes)
            {
                point.PDPY.CopyTo(linear[((1 + columns) * n)..]);
                point.RD.CopyTo(linear[((2 + columns) * n)..]);
                for (int i = 0; i < n; i++)
                {
                    square[n + i] = model.Eigenvalues[i] * point.Weights[i] * point.Weights[i];
                }
            }
        }
    }

    /// <summary>Columns that meet the markers, one after another.</summary>
    public double[] Linear { get; }

    /// <summary>Columns that meet the markers' squares.</summary>
    public double[] Square { get; }

    public int LinearCount { get; }

    public int SquareCount { get; }

    private int LinearOfPoint => (1 + columns) * (hasSlopes ? 2 : 1);

    private int SquareOfPoint => hasSlopes ? 2 : 1;

    public NullPoint Point(int k) => points[k];

    /// <summary>xᵀPx and xᵀPy at a point, from the products of one marker; xᵀPx is NaN where the covariates explain x.</summary>
    public (double XX, double XY) Moments(int k, ReadOnlySpan<double> linear, ReadOnlySpan<double> square)
    {
        linear = linear.Slice(k * LinearOfPoint, 1 + columns);
        double total = square[k * SquareOfPoint];
        double xx = total;
        for (int p = 1; p <= columns; p++)
        {
            xx -= linear[p] * linear[p];
        }

        return (xx > LeastUnexplained * total ? xx : double.NaN, linear[0]);
    }

    /// <summary>The derivatives of xᵀPx and xᵀPy by log λ.</summary>
    public (double XX, double XY) Slopes(int k, ReadOnlySpan<double> linear, ReadOnlySpan<double> square)
    {
        var r = linear.Slice(k * LinearOfPoint + 1, columns);
        var rd = linear.Slice(k * LinearOfPoint + 2 + columns, columns);
        double[] rdr = points[k].RDR;
        double xpdpx = square[k * SquareOfPoint + 1];
        for (int p = 0; p < columns; p++)
        {
            double across = 0;
            for (int q = 0; q < columns; q++)
            {
                across += rdr[p * columns + q] * r[q];
            }

            xpdpx += r[p] * (across - 2 * rd[p]);
        }

        double lambda = points[k].Lambda;
        return (-lambda * xpdpx, -lambda * linear[k * LinearOfPoint + 1 + columns]);
    }

    // Of a marker's variation this share must be left by the covariates for its effect to be told from theirs.
    private const double LeastUnexplained = 1e-8;
}
