using EcoGlmm.Model;
using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// How a quantile of the residuals changes with a predictor: regression splines (cubic B-splines, two interior knots when
/// there are rows enough), with a test of whether the quantile lies everywhere where that of a uniform variable lies.
/// </summary>
/// <remarks>
/// Curve: minimises Σ ρ_τ(r − f(x)) by majorise-minimise steps (D. R. Hunter and K. Lange 2000, Quantile regression via an MM
/// algorithm, Journal of Computational and Graphical Statistics 9). Test: under the null hypothesis the signs
/// 1(r ≤ τ) − τ are independent of x with variance τ(1 − τ), so that their scores on the basis B have known moments and
/// SᵀB(BᵀB)⁻¹BᵀS / τ(1 − τ) is χ² (rank score test, R. Koenker 2005, Quantile Regression, section 3.5); nothing is estimated.
/// Waves of two to four periods, which the spline has no knots for, are tested by cosines orthogonal to it.
/// </remarks>
internal sealed class QuantileSpline
{
    private const int GridSize = 101;
    private const double Smoothing = 1e-4;

    /// <summary>Waves are looked for with so many rows and values; they are cosines of so many half periods over the range.</summary>
    private const int FewestRowsOfWaves = 100, FewestValuesOfWaves = 20, FewestHalfPeriods = 4, MostHalfPeriods = 8;

    /// <summary>The share of a wave that the spline does not hold, below which it is left out.</summary>
    private const double LeastOwnShare = 1e-3;

    private readonly int _degree;
    private readonly double[] _knots;
    private readonly int _size;
    private readonly int[] _first;
    private readonly double[] _basis;
    private readonly double[][] _polynomials;
    private readonly double[][] _waves;
    private readonly Matrix<double> _gramInverse;

    private QuantileSpline(double[] x)
    {
        int n = x.Length, distinct = x.Distinct().Count();
        double low = x.Min(), high = x.Max();
        _degree = Math.Min(3, distinct - 1);
        var interior = distinct < 10 || n < 40 ? 0 : n < 100 ? 1 : 2;
        _size = _degree + 1 + interior;
        _polynomials = Polynomials(x, Math.Min(2, _degree));
        _knots = new double[_size + _degree + 1];
        for (var i = 0; i < _knots.Length; i++)
            _knots[i] = low + (high - low) * Math.Clamp((i - _degree) / (interior + 1.0), 0, 1);

        _first = new int[n];
        _basis = new double[n * (_degree + 1)];
        var gram = new double[_size, _size];
        for (var i = 0; i < n; i++)
        {
            var b = _basis.AsSpan(i * (_degree + 1), _degree + 1);
            _first[i] = Basis(x[i], b);
            for (var j = 0; j <= _degree; j++)
            {
                for (var k = 0; k <= _degree; k++)
                    gram[_first[i] + j, _first[i] + k] += b[j] * b[k];
            }
        }

        _gramInverse = Matrix<double>.Build.DenseOfArray(gram).Cholesky().Solve(Matrix<double>.Build.DenseIdentity(_size));
        _waves = n < FewestRowsOfWaves || distinct < FewestValuesOfWaves ? [] : Waves(x, low, high);
        Grid = [.. Enumerable.Range(0, GridSize).Select(i => low + (high - low) * i / (GridSize - 1))];
    }

    /// <summary>Where the curves are given: even steps over the range of x.</summary>
    public double[] Grid { get; }

    /// <summary>Curves and tests of several quantiles of residuals r against x.</summary>
    public static (double[] Grid, QuantileCurve[] Curves) Fit(double[] x, double[] r, IReadOnlyList<double> quantiles)
    {
        var spline = new QuantileSpline(x);
        var curves = new QuantileCurve[quantiles.Count];
        Parallel.For(0, curves.Length, LiveProgress.CurrentParallel(), q => curves[q] = spline.Curve(r, quantiles[q]));
        return (spline.Grid, curves);
    }

    /// <summary>The tests alone, which need no curve to be estimated; the curves are empty.</summary>
    public static QuantileCurve[] Test(double[] x, double[] r, IReadOnlyList<double> quantiles)
    {
        var spline = new QuantileSpline(x);
        return [.. quantiles.Select(tau => spline.Tested(r, tau, [], []))];
    }

    private QuantileCurve Curve(double[] r, double tau)
    {
        var coefficients = Regress(r, tau);
        var curve = new double[GridSize];
        var halfWidth = new double[GridSize];
        Span<double> b = stackalloc double[_degree + 1];
        for (var g = 0; g < GridSize; g++)
        {
            var first = Basis(Grid[g], b);
            double variance = 0;
            for (var j = 0; j <= _degree; j++)
            {
                curve[g] += b[j] * coefficients[first + j];
                for (var k = 0; k <= _degree; k++)
                    variance += b[j] * b[k] * _gramInverse[first + j, first + k];
            }

            halfWidth[g] = 1.959964 * Math.Sqrt(tau * (1 - tau) * variance);
        }

        return Tested(r, tau, curve, halfWidth);
    }

    private QuantileCurve Tested(double[] r, double tau, double[] curve, double[] halfWidth)
    {
        (var levelStatistic, var lineAndParabola, var rest, var waves) = Scores(r, tau);
        var levelP = ChiSquaredUpper(levelStatistic, 1);
        var left = _size - 1 - lineAndParabola.Length;
        double[] shape = [.. lineAndParabola.Select(c => ChiSquaredUpper(c, 1)), .. left > 0 ? [ChiSquaredUpper(rest, left)]
            : Array.Empty<double>(), .. _waves.Length > 0 ? [ChiSquaredUpper(waves, _waves.Length)] : Array.Empty<double>()];
        var shapeP = shape.Length > 0 ? PValueAdjustment.BenjaminiHochberg(shape).Min() : 1;
        var p = PValueAdjustment.BenjaminiHochberg([levelP, .. shape]).Min();
        return new QuantileCurve(tau, curve, halfWidth, levelStatistic + lineAndParabola.Sum() + rest + waves, levelP, shapeP, p);
    }

    /// <summary>
    /// The score statistic split into those of the level, of a straight line and of a parabola (one degree of freedom each), and what
    /// is left: most departures are near the first, and would be lost among the other degrees of freedom. Waves and narrow bumps, in which
    /// the spline cannot bend, have a score of their own.
    /// </summary>
    private (double Level, double[] LineAndParabola, double Remainder, double Waves) Scores(double[] r, double tau)
    {
        var s = Vector<double>.Build.Dense(_size);
        double sum = 0;
        var along = new double[_polynomials.Length];
        var waves = new double[_waves.Length];
        for (var i = 0; i < r.Length; i++)
        {
            var sign = (r[i] < tau ? 1 : r[i] > tau ? 0 : 0.5) - tau;
            sum += sign;
            for (var k = 0; k < along.Length; k++)
                along[k] += sign * _polynomials[k][i];
            for (var k = 0; k < waves.Length; k++)
                waves[k] += sign * _waves[k][i];
            for (var j = 0; j <= _degree; j++)
                s[_first[i] + j] += sign * _basis[i * (_degree + 1) + j];
        }

        double variance = tau * (1 - tau), level = sum * sum / (r.Length * variance);
        var lineAndParabola = Array.ConvertAll(along, score => score * score / variance);
        return (level, lineAndParabola, Math.Max(0, s * (_gramInverse * s) / variance - level - lineAndParabola.Sum()),
            waves.Sum(score => score * score) / variance);
    }

    /// <summary>Orthonormal cosines of x, each orthogonal to every function of the spline, a constant among them.</summary>
    private double[][] Waves(double[] x, double low, double high)
    {
        List<double[]> waves = [];
        for (var half = FewestHalfPeriods; half <= MostHalfPeriods; half++)
        {
            var wave = Array.ConvertAll(x, value => Math.Cos(half * Math.PI * (value - low) / (high - low)));
            var before = wave.Sum(value => value * value);
            for (var pass = 0; pass < 2; pass++)
            {
                TakeOutSpline(wave);
                foreach (var earlier in waves)
                {
                    var dot = earlier.Zip(wave, (a, b) => a * b).Sum();
                    for (var i = 0; i < wave.Length; i++)
                        wave[i] -= dot * earlier[i];
                }
            }

            var left = wave.Sum(value => value * value);
            if (left > LeastOwnShare * before)
                waves.Add(Array.ConvertAll(wave, value => value / Math.Sqrt(left)));
        }

        return [.. waves];
    }

    /// <summary>Subtracts a function's projection on the spline.</summary>
    private void TakeOutSpline(double[] function)
    {
        var s = Vector<double>.Build.Dense(_size);
        for (var i = 0; i < function.Length; i++)
        {
            for (var j = 0; j <= _degree; j++)
                s[_first[i] + j] += function[i] * _basis[(i * (_degree + 1)) + j];
        }

        var coefficients = _gramInverse * s;
        for (var i = 0; i < function.Length; i++)
        {
            for (var j = 0; j <= _degree; j++)
                function[i] -= coefficients[_first[i] + j] * _basis[(i * (_degree + 1)) + j];
        }
    }

    /// <summary>Orthonormal polynomials of x from degree 1 up, each orthogonal to a constant too.</summary>
    private static double[][] Polynomials(double[] x, int degree)
    {
        var basis = new List<double[]> { Enumerable.Repeat(1 / Math.Sqrt(x.Length), x.Length).ToArray() };
        var mean = x.Average();
        while (basis.Count <= degree)
        {
            double[] next = [.. basis[^1].Zip(x, (value, at) => value * (at - mean))];
            foreach (var earlier in basis)
            {
                var dot = earlier.Zip(next, (a, b) => a * b).Sum();
                for (var i = 0; i < next.Length; i++)
                    next[i] -= dot * earlier[i];
            }

            var norm = Math.Sqrt(next.Sum(value => value * value));
            basis.Add(Array.ConvertAll(next, value => value / norm));
        }

        return [.. basis.Skip(1)];
    }

    private double[] Regress(double[] r, double tau)
    {
        var beta = new double[_size];
        Array.Fill(beta, tau);
        var matrix = new double[_size, _size];
        var right = new double[_size];
        for (var iteration = 0; iteration < 200; iteration++)
        {
            Array.Clear(matrix);
            Array.Clear(right);
            for (var i = 0; i < r.Length; i++)
            {
                ReadOnlySpan<double> b = _basis.AsSpan(i * (_degree + 1), _degree + 1);
                var first = _first[i];
                double fitted = 0;
                for (var j = 0; j <= _degree; j++)
                    fitted += b[j] * beta[first + j];
                var weight = 1 / (Smoothing + Math.Abs(r[i] - fitted));
                var pull = weight * r[i] + 2 * tau - 1;
                for (var j = 0; j <= _degree; j++)
                {
                    right[first + j] += b[j] * pull;
                    for (var k = 0; k <= j; k++)
                        matrix[first + j, first + k] += weight * b[j] * b[k];
                }
            }

            for (var j = 0; j < _size; j++)
            {
                for (var k = 0; k < j; k++)
                    matrix[k, j] = matrix[j, k];
            }

            var next = Matrix<double>.Build.DenseOfArray(matrix).Cholesky().Solve(Vector<double>.Build.DenseOfArray(right)).ToArray();
            double change = 0;
            for (var j = 0; j < _size; j++)
                change = Math.Max(change, Math.Abs(next[j] - beta[j]));
            beta = next;
            if (change < 1e-6)
                break;
        }

        return beta;
    }

    /// <summary>The degree + 1 B-splines that are not zero at x (de Boor's recurrence); returns the index of the first.</summary>
    private int Basis(double x, Span<double> b)
    {
        var span = _degree;
        while (span < _size - 1 && x >= _knots[span + 1])
            span++;
        b[0] = 1;
        for (var d = 1; d <= _degree; d++)
        {
            double saved = 0;
            for (var j = 0; j < d; j++)
            {
                double right = _knots[span + j + 1] - x, left = x - _knots[span + 1 - d + j];
                var term = b[j] / (right + left);
                b[j] = saved + right * term;
                saved = left * term;
            }

            b[d] = saved;
        }

        return span - _degree;
    }

    private static double ChiSquaredUpper(double x, int degrees) =>
        x <= 0 ? 1 : MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * degrees, 0.5 * x);
}

/// <summary>One quantile of the residuals along a predictor.</summary>
/// <param name="Tau">The quantile, and the height where it should lie.</param>
/// <param name="Curve">The estimated quantile over the grid.</param>
/// <param name="HalfWidth">Half the width of its pointwise 95 % band when the residuals are uniform.</param>
/// <param name="Statistic">The whole score statistic.</param>
/// <param name="LevelPValue">Whether the quantile lies at τ on average.</param>
/// <param name="ShapePValue">Whether it is flat.</param>
/// <param name="PValue">Level, line, parabola, waves and the rest of the shape, adjusted for there being five.</param>
internal sealed record QuantileCurve(
    double Tau, double[] Curve, double[] HalfWidth, double Statistic, double LevelPValue, double ShapePValue, double PValue);
