namespace EcoGlmm.Numerics;

/// <summary>A function to be minimised: returns its value at x and writes its gradient.</summary>
internal delegate double DifferentiableFunction(ReadOnlySpan<double> x, Span<double> gradient);

/// <summary>How a minimisation ended.</summary>
internal enum MinimiserStatus
{
    /// <summary>The expected decrease of a further step is below the tolerance.</summary>
    Converged,

    /// <summary>No lower point was found along the search direction although the gradient is not zero.</summary>
    Stalled,

    /// <summary>The iteration limit was reached.</summary>
    IterationLimit,

    /// <summary>The function is not finite at the starting point.</summary>
    BadStart,

    /// <summary>The caller saw that the points lead nowhere.</summary>
    Abandoned,

    /// <summary>The caller's effort was spent before a minimum was reached.</summary>
    Exhausted,
}

/// <summary>
/// BFGS with the inverse Hessian approximated from a start that the caller gives, and a line search for the strong
/// Wolfe conditions with cubic interpolation. Points where the function is not finite are backed away from.
/// Source: Nocedal &amp; Wright, Numerical Optimization, 2nd ed., algorithms 6.1, 3.5 and 3.6.
/// </summary>
internal sealed class QuasiNewton(DifferentiableFunction function, double tolerance, int maxIterations)
{
    private const double SufficientDecrease = 1e-4;
    private const double CurvatureFraction = 0.9;
    private const double RefreshAbove = 1e-2;

    /// <summary>Rounding error of a value relative to it.</summary>
    private const double ValueRounding = 1e-13;
    private double[] _g = [];
    private double[] _gNew = [];
    private double[] _p = [];
    private double[] _xNew = [];

    /// <summary>Value at the last point.</summary>
    public double Value { get; private set; }

    /// <summary>Gradient at the last point.</summary>
    public double[] Gradient => _g;

    public int Iterations { get; private set; }

    /// <summary>Called after each iteration with its number and the value.</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>
    /// Writes a better inverse Hessian at the point last evaluated, and says whether it could. Asked for as long as the expected
    /// decrease is large; from there on BFGS updates it.
    /// </summary>
    public Func<double[], bool>? RefreshInverseHessian { get; init; }

    /// <summary>Size of the rounding errors in the function's values; its gradient is taken to be better than that.</summary>
    public double Noise { get; init; }

    /// <summary>
    /// Standard error of the function's values where these are estimates, of which the gradient is an estimate by itself: slopes
    /// alone then decide how far a step goes, as long as values do not rise by more. Asked after each evaluation.
    /// </summary>
    public Func<double>? ValueError { get; init; }

    /// <summary>Asked after each iteration with its point and value: whether there is no minimum to be reached this way.</summary>
    public Func<double[], double, bool>? LeadsNowhere { get; init; }

    /// <summary>Asked before each evaluation: whether the caller's effort is spent.</summary>
    public Func<bool>? IsExhausted { get; init; }

    /// <summary>Given a point and a direction, the longest step along it that makes sense.</summary>
    public Func<double[], double[], double>? LongestStep { get; init; }

    /// <summary>
    /// Minimises from x, which it overwrites; <paramref name="inverseHessian"/> (d × d, positive definite) is the
    /// starting approximation, overwritten by the last one.
    /// </summary>
    public MinimiserStatus Minimise(double[] x, double[] inverseHessian)
    {
        var d = x.Length;
        _g = new double[d];
        _gNew = new double[d];
        _p = new double[d];
        _xNew = new double[d];
        Value = function(x, _g);
        if (!double.IsFinite(Value)) return MinimiserStatus.BadStart;
        if (d == 0) return MinimiserStatus.Converged;
        var start = (double[])inverseHessian.Clone();
        var fresh = new double[d * d];
        var far = true;
        var small = 0;
        for (Iterations = 1; Iterations <= maxIterations; Iterations++)
        {
            if (IsExhausted?.Invoke() == true) return MinimiserStatus.Exhausted;
            if (far && RefreshInverseHessian is not null && RefreshInverseHessian(fresh)) fresh.CopyTo(inverseHessian, 0);
            var slope = Direction(inverseHessian);
            far = -slope > RefreshAbove;
            if (!(slope < 0))
            {
                start.CopyTo(inverseHessian, 0);
                slope = Direction(inverseHessian);
                if (!(slope < 0)) return MinimiserStatus.Converged;
            }

            // A decrease that is lost in the rounding of a sum as large as this cannot be searched for.
            if (-slope < Math.Max(tolerance, ValueRounding * (1 + Math.Abs(Value)))) return MinimiserStatus.Converged;
            var longest = LongestStep?.Invoke(x, _p) ?? double.PositiveInfinity;
            var before = Value;
            if (!Search(x, slope, Math.Min(1, longest), longest, out var value))
            {
                if (small++ > 0) return -slope < 1e-6 ? MinimiserStatus.Converged : MinimiserStatus.Stalled;
                start.CopyTo(inverseHessian, 0);
                far = false;   // the point last evaluated is not this one: it has no better inverse Hessian to give
                continue;
            }

            Update(inverseHessian, x);
            Value = value;
            _xNew.CopyTo(x, 0);
            (_g, _gNew) = (_gNew, _g);
            Progress?.Invoke(Iterations, Value);
            if (LeadsNowhere is not null && LeadsNowhere(x, Value)) return MinimiserStatus.Abandoned;
            var error = Noise + (ValueError?.Invoke() ?? 0) + (1e-12 * (1 + Math.Abs(value)));
            small = before - value < error && -slope < 1e-6 + Noise ? small + 1 : 0;
            if (small >= 3) return MinimiserStatus.Converged;
        }

        return MinimiserStatus.IterationLimit;
    }

    private double Direction(double[] h)
    {
        var d = _g.Length;
        var slope = 0.0;
        for (var i = 0; i < d; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < d; j++) sum += h[(i * d) + j] * _g[j];
            _p[i] = -sum;
            slope -= sum * _g[i];
        }

        return slope;
    }

    /// <summary>A step that satisfies the strong Wolfe conditions, or failing that, sufficient decrease.</summary>
    private bool Search(double[] x, double slope, double first, double longest, out double value)
    {
        var noise = Noise + (ValueError?.Invoke() ?? 0) + (ValueRounding * (1 + Math.Abs(Value)));
        double low = 0, lowValue = Value, lowSlope = slope;
        double high = double.NaN, highValue = 0, highSlope = 0;
        var step = first;
        double best = 0, bestValue = Value;
        for (var trial = 0; trial < 40 && IsExhausted?.Invoke() != true; trial++)
        {
            value = At(x, step);
            var finite = double.IsFinite(value);
            var newSlope = finite ? Dot(_gNew, _p) : double.NaN;
            if (finite && value < bestValue) (best, bestValue) = (step, value);
            if (!finite || value > Value + (SufficientDecrease * step * slope) + noise || (low > 0 && value >= lowValue + noise))
            {
                (high, highValue, highSlope) = (step, finite ? value : double.PositiveInfinity, newSlope);
            }
            else
            {
                if (Math.Abs(newSlope) <= -CurvatureFraction * slope || step >= longest) return true;
                if (newSlope * (double.IsNaN(high) ? 1 : high - low) >= 0 && !(double.IsNaN(high) && newSlope < 0))
                {
                    (high, highValue, highSlope) = (low, lowValue, lowSlope);
                }

                (low, lowValue, lowSlope) = (step, value, newSlope);
            }

            if (double.IsNaN(high))
            {
                step = Math.Min(longest, 3 * step);
                continue;
            }

            var width = high - low;
            if (Math.Abs(width) < 1e-12 * (1 + Math.Abs(low))) break;
            step = Interpolate(low, lowValue, lowSlope, high, highValue, highSlope);
            var (least, most) = (Math.Min(low, high) + (0.1 * Math.Abs(width)), Math.Max(low, high) - (0.1 * Math.Abs(width)));
            if (!(step >= least && step <= most)) step = low + (0.5 * width);
        }

        value = Value;
        if (best == 0 || !(bestValue < Value)) return false;
        value = At(x, best);
        return double.IsFinite(value);
    }

    private double At(double[] x, double step)
    {
        for (var j = 0; j < x.Length; j++) _xNew[j] = x[j] + (step * _p[j]);
        return function(_xNew, _gNew);
    }

    /// <summary>Minimum of the cubic through two values and slopes (Nocedal &amp; Wright, equation 3.59).</summary>
    private static double Interpolate(double a, double fa, double ga, double b, double fb, double gb)
    {
        if (!double.IsFinite(fb)) return a + (0.2 * (b - a));
        var d1 = ga + gb - (3 * (fa - fb) / (a - b));
        var root = (d1 * d1) - (ga * gb);
        if (root < 0) return double.NaN;
        var d2 = Math.Sign(b - a) * Math.Sqrt(root);
        return b - ((b - a) * (gb + d2 - d1) / (gb - ga + (2 * d2)));
    }

    private void Update(double[] h, double[] x)
    {
        var d = x.Length;
        Span<double> s = stackalloc double[Math.Min(d, 256)];
        if (d > 256) s = new double[d];
        var y = new double[d];
        var hy = new double[d];
        double sy = 0, yhy = 0;
        for (var j = 0; j < d; j++)
        {
            s[j] = _xNew[j] - x[j];
            y[j] = _gNew[j] - _g[j];
            sy += s[j] * y[j];
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) hy[i] += h[(i * d) + j] * y[j];
            yhy += y[i] * hy[i];
        }

        if (!(sy > 1e-12 * Math.Sqrt(Dot(y, y) * Dot(s, s)))) return;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
            {
                h[(i * d) + j] += (((1 + (yhy / sy)) * s[i] * s[j]) - (hy[i] * s[j]) - (s[i] * hy[j])) / sy;
            }
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}
