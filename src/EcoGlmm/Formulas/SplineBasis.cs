namespace EcoGlmm.Formulas;

/// <summary>
/// Bases of polynomial splines: B-splines as R's bs(), natural cubic splines as ns().
/// Source: C. de Boor (1978), A Practical Guide to Splines, chapters IX and X (recurrence, derivatives). Beyond the
/// boundary knots the last polynomial piece of a B-spline goes on; a natural spline is linear there.
/// </summary>
internal sealed class SplineBasis
{
    private readonly double[] _t;
    private readonly int _degree;
    private readonly double _low;
    private readonly double _high;
    private readonly bool _intercept;
    private readonly bool _natural;
    private readonly double[][] _combination;

    /// <param name="knots">Interior knots, ascending.</param>
    /// <param name="low">The lower boundary knot.</param>
    /// <param name="high">The upper boundary knot.</param>
    /// <param name="degree">3 for a cubic spline.</param>
    /// <param name="intercept">Whether the first basis function stays, so that the basis contains the constant.</param>
    /// <param name="natural">Whether second derivatives vanish at the boundary knots.</param>
    public SplineBasis(double[] knots, double low, double high, int degree, bool intercept, bool natural)
    {
        (_degree, _low, _high, _intercept) = (degree, low, high, intercept);
        _t = [.. Enumerable.Repeat(low, degree + 1), .. knots, .. Enumerable.Repeat(high, degree + 1)];
        _natural = natural;
        _combination = Combination();
    }

    private int BasisCount => _t.Length - _degree - 1;

    /// <summary>The basis functions at each value, column by column; NaN gives NaN.</summary>
    public double[][] Evaluate(double[] x)
    {
        var columns = Array.ConvertAll(_combination, _ => new double[x.Length]);
        Span<double> local = stackalloc double[_degree + 1];
        for (var i = 0; i < x.Length; i++)
        {
            if (_natural && (x[i] < _low || x[i] > _high))
            {
                var row = BeyondBoundary(x[i]);
                for (var j = 0; j < columns.Length; j++)
                    columns[j][i] = Dot(_combination[j], row);
                continue;
            }
            // Only degree + 1 B-splines differ from zero here. NaN goes through the recurrence as NaN.
            var interval = Interval(x[i]);
            NonZero(x[i], interval, local);
            var first = interval - _degree;
            for (var j = 0; j < columns.Length; j++)
            {
                var sum = 0.0;
                for (var k = 0; k < local.Length; k++)
                    sum += local[k] * _combination[j][first + k];
                columns[j][i] = sum;
            }
        }
        return columns;
    }

    private double[] BeyondBoundary(double x)
    {
        var knot = x < _low ? _low : _high;
        var value = Derivatives(knot, 0);
        var slope = Derivatives(knot, 1);
        for (var j = 0; j < value.Length; j++)
            value[j] += (x - knot) * slope[j];
        return value;
    }

    // Each column of the basis as a combination of all B-splines: the B-splines themselves but for the first where there
    // is no intercept; for a natural spline these rotated so that the second derivatives at the two boundary knots load
    // on two columns alone (Householder QR of the constraints), and these two left out.
    private double[][] Combination()
    {
        var first = _intercept ? 0 : 1;
        var count = BasisCount - first;
        var combination = new List<double[]>();
        var reflections = _natural
            ? Reflections(Derivatives(_low, 2)[first..], Derivatives(_high, 2)[first..])
            : [];
        for (var j = reflections.Length; j < count; j++)
        {
            var unit = new double[count];
            unit[j] = 1;
            foreach (var v in Enumerable.Reverse(reflections))
                Reflect(v, unit);
            combination.Add([.. new double[first], .. unit]);
        }
        return [.. combination];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    // The derivative of the given order of every basis function: lower-degree functions, then differenced (de Boor X.10).
    private double[] Derivatives(double x, int order)
    {
        var interval = Interval(x);
        var lower = Math.Max(0, _degree - order);
        var local = new double[lower + 1];
        NonZero(x, interval, local);
        var all = new double[_t.Length - 1];
        if (order <= _degree)
            local.CopyTo(all, interval - lower);
        for (var d = lower + 1; d <= _degree; d++)
        {
            for (var j = 0; j < all.Length - d; j++)
            {
                var left = _t[j + d] - _t[j];
                var right = _t[j + d + 1] - _t[j + 1];
                all[j] = d * ((left > 0 ? all[j] / left : 0) - (right > 0 ? all[j + 1] / right : 0));
            }
        }
        return all[..BasisCount];
    }

    // t[i] <= x < t[i + 1], the last proper interval at the upper boundary, the nearest one beyond the boundaries.
    private int Interval(double x)
    {
        var (first, last) = (_degree, _t.Length - _degree - 2);
        while (first < last && _t[first + 1] <= _t[first])
            first++;
        while (last > first && _t[last] >= _t[last + 1])
            last--;
        var i = first;
        while (i < last && x >= _t[i + 1])
            i++;
        return i;
    }

    // The functions of one degree that do not vanish on the interval (de Boor X, algorithm BSPLVB).
    private void NonZero(double x, int interval, Span<double> b)
    {
        b[0] = 1;
        for (var d = 1; d < b.Length; d++)
        {
            var saved = 0.0;
            for (var r = 0; r < d; r++)
            {
                var right = _t[interval + r + 1];
                var left = _t[interval + 1 - d + r];
                var term = b[r] / (right - left);
                b[r] = saved + (right - x) * term;
                saved = (x - left) * term;
            }
            b[d] = saved;
        }
    }

    private static double[][] Reflections(double[] first, double[] second)
    {
        var v1 = Householder(first, 0);
        Reflect(v1, second);
        return [v1, Householder(second, 1)];
    }

    private static double[] Householder(double[] a, int start)
    {
        var v = (double[])a.Clone();
        Array.Clear(v, 0, start);
        var norm = Math.Sqrt(v.Sum(value => value * value));
        v[start] += v[start] < 0 ? -norm : norm;
        return v;
    }

    private static void Reflect(double[] v, double[] row)
    {
        var (dot, squared) = (0.0, 0.0);
        for (var j = 0; j < v.Length; j++)
        {
            dot += v[j] * row[j];
            squared += v[j] * v[j];
        }
        if (squared == 0)
            return;
        for (var j = 0; j < v.Length; j++)
            row[j] -= 2 * dot / squared * v[j];
    }
}
