namespace EcoGlmm.Association;

/// <summary>
/// Several points of the null model side by side, as matrices that a block of markers is multiplied by: for each point the
/// rows P y and R (and P D P y and R D W where slopes are wanted), which meet the markers, and W (and D W²), which meet
/// their squares.
/// </summary>
internal sealed class PointRows
{
    private readonly NullPoint[] _points;
    private readonly int _columns;
    private readonly bool _hasSlopes;

    public PointRows(IReadOnlyList<NullPoint> points, NullModel model, bool hasSlopes)
    {
        this._points = [.. points];
        this._hasSlopes = hasSlopes;
        _columns = model.Columns;
        var n = model.Rows;
        LinearCount = points.Count * LinearOfPoint;
        SquareCount = points.Count * SquareOfPoint;
        Linear = GC.AllocateUninitializedArray<double>(checked(n * LinearCount), pinned: true);
        Square = GC.AllocateUninitializedArray<double>(checked(n * SquareCount), pinned: true);
        for (var k = 0; k < points.Count; k++)
        {
            var point = points[k];
            var linear = Linear.AsSpan(k * LinearOfPoint * n);
            point.PY.CopyTo(linear);
            point.R.CopyTo(linear[n..]);
            var square = Square.AsSpan(k * SquareOfPoint * n);
            point.Weights.CopyTo(square);
            if (hasSlopes)
            {
                point.PDPY.CopyTo(linear[((1 + _columns) * n)..]);
                point.RD.CopyTo(linear[((2 + _columns) * n)..]);
                for (var i = 0; i < n; i++)
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

    private int LinearOfPoint => (1 + _columns) * (_hasSlopes ? 2 : 1);

    private int SquareOfPoint => _hasSlopes ? 2 : 1;

    public NullPoint Point(int k) => _points[k];

    /// <summary>xᵀPx and xᵀPy at a point, from the products of one marker; xᵀPx is NaN where the covariates explain x.</summary>
    public (double XX, double XY) Moments(int k, ReadOnlySpan<double> linear, ReadOnlySpan<double> square)
    {
        linear = linear.Slice(k * LinearOfPoint, 1 + _columns);
        var total = square[k * SquareOfPoint];
        var xx = total;
        for (var p = 1; p <= _columns; p++)
        {
            xx -= linear[p] * linear[p];
        }

        return (xx > LeastUnexplained * total ? xx : double.NaN, linear[0]);
    }

    /// <summary>The derivatives of xᵀPx and xᵀPy by log λ.</summary>
    public (double XX, double XY) Slopes(int k, ReadOnlySpan<double> linear, ReadOnlySpan<double> square)
    {
        var r = linear.Slice(k * LinearOfPoint + 1, _columns);
        var rd = linear.Slice(k * LinearOfPoint + 2 + _columns, _columns);
        var rdr = _points[k].RDR;
        var xpdpx = square[k * SquareOfPoint + 1];
        for (var p = 0; p < _columns; p++)
        {
            double across = 0;
            for (var q = 0; q < _columns; q++)
            {
                across += rdr[p * _columns + q] * r[q];
            }

            xpdpx += r[p] * (across - 2 * rd[p]);
        }

        var lambda = _points[k].Lambda;
        return (-lambda * xpdpx, -lambda * linear[k * LinearOfPoint + 1 + _columns]);
    }

    // Of a marker's variation this share must be left by the covariates for its effect to be told from theirs.
    private const double LeastUnexplained = 1e-8;
}
