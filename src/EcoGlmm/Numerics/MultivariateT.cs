using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Numerics;

/// <summary>
/// The largest absolute value of correlated Student t-variables with a common denominator, T = Lz/s with LLᵀ their correlation matrix,
/// which may be singular. The integral over z, one variable after the other within the limits that those before it leave, and over s is
/// taken at the points of a randomly shifted lattice, until its standard error over the shifts is small.
/// Source: A. Genz &amp; F. Bretz (2009), Computation of Multivariate Normal and t Probabilities, Lecture Notes in Statistics 195,
/// Springer, sections 4.1 (separation of variables, singular matrices) and 4.2.2 (shifted lattices, tent transformation).
/// </summary>
/// <remarks>Seeded: the same bits each time. What is summed is the tail, so that small probabilities keep their digits.</remarks>
internal sealed class MultivariateT
{
    private const int Shifts = 12;
    private const int FewestPoints = 512;
    private const int MostPoints = 16_384;

    /// <summary>Points of each shift while a quantile is sought: always the same ones, so that the tail falls steadily.</summary>
    private const int QuantilePoints = 4096;

    /// <summary>Standard error of a tail at which the integral is good enough, absolute and as a share of the tail.</summary>
    private const double AbsoluteError = 4e-6, RelativeError = 3e-5;

    /// <summary>Less than this of a variable's variance is left when it follows from those before.</summary>
    private const double Dependent = 1e-9;

    private static readonly int[] Primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
        127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281];

    private readonly double[][] _rows;
    private readonly int[] _last;
    private readonly int _rank;
    private readonly double _degrees;
    private readonly ScaleQuantiles? _scale;
    private readonly double[] _generator;
    private readonly double[,] _shift;

    /// <param name="correlation">m × m, ones on the diagonal.</param>
    /// <param name="degreesOfFreedom">Of the denominator; infinite for normal variables.</param>
    public MultivariateT(Matrix<double> correlation, double degreesOfFreedom)
    {
        _degrees = degreesOfFreedom;
        (_rows, _rank) = Factor(correlation);
        _last = Array.ConvertAll(_rows, row => Array.FindLastIndex(row, v => Math.Abs(v) > Dependent));
        _scale = double.IsPositiveInfinity(degreesOfFreedom) ? null : new ScaleQuantiles(degreesOfFreedom);
        var dimensions = Math.Max(0, _rank - 1) + (_scale is null ? 0 : 1);
        if (dimensions > Primes.Length) throw new GlmmException($"The multivariate t-distribution of comparisons of more than {Primes.Length} means takes too long. Use Adjustment.Sidak or Holm.");
        _generator = [.. Primes.Take(dimensions).Select(p => Math.Sqrt(p) % 1)];
        var random = new RandomStream(20091);
        _shift = new double[Shifts, dimensions];
        for (var s = 0; s < Shifts; s++)
        {
            for (var d = 0; d < dimensions; d++) _shift[s, d] = random.NextDouble();
        }
    }

    /// <summary>P(max |T_i| &gt; c).</summary>
    public double UpperTail(double c)
    {
        if (double.IsNaN(c)) return double.NaN;
        if (!(c > 0)) return 1;
        if (_generator.Length == 0) return Bounded(c, Tail(c, 1, [], new double[_rank]));
        var sums = new double[Shifts];
        var from = 0;
        for (var to = FewestPoints; ; from = to, to *= 2)
        {
            Add(c, from, to, sums);
            var (mean, error) = Mean(sums, to);
            if (error < AbsoluteError + (RelativeError * mean) || to >= MostPoints) return Bounded(c, mean);
        }
    }

    /// <summary>The c that max |T_i| exceeds with a probability: by false position on the logarithm of the tail.</summary>
    public double UpperQuantile(double probability)
    {
        // Between the quantile of one variable and Bonferroni's of all.
        var low = StudentT.Quantile(1 - (probability / 2), _degrees);
        var high = StudentT.Quantile(1 - (probability / (2 * _rows.Length)), _degrees);
        if (_rows.Length == 1) return low;
        double Log(double c)
        {
            if (_generator.Length == 0) return Math.Log(Tail(c, 1, [], new double[_rank]) / probability);
            var sums = new double[Shifts];
            Add(c, 0, QuantilePoints, sums);
            return Math.Log(Mean(sums, QuantilePoints).Mean / probability);
        }

        var (above, below) = (Log(low), Log(high));
        for (var i = 0; i < 40 && high - low > 1e-7; i++)
        {
            if (!(above > 0)) return low;
            if (!(below < 0)) return high;
            var middle = low + ((high - low) * Math.Clamp(above / (above - below), 0.02, 0.98));
            var value = Log(middle);
            if (Math.Abs(value) < 1e-9) return middle;
            if (value > 0)
            {
                (low, above) = (middle, value);
                below *= 0.5;
            }
            else
            {
                (high, below) = (middle, value);
                above *= 0.5;
            }
        }

        return 0.5 * (low + high);
    }

    /// <summary>A tail is no less than that of one variable and no more than the sum of all.</summary>
    private double Bounded(double c, double tail)
    {
        var one = 2 * StudentT.UpperTail(c, _degrees);
        return Math.Clamp(tail, one, Math.Min(1, one * _rows.Length));
    }

    private void Add(double c, int from, int to, double[] sums)
    {
        var z = new double[_rank];
        var point = new double[_generator.Length];
        for (var s = 0; s < Shifts; s++)
        {
            for (var i = from; i < to; i++)
            {
                for (var d = 0; d < point.Length; d++)
                {
                    var x = (((i + 1) * _generator[d]) + _shift[s, d]) % 1;
                    // The tent makes the integrand periodic; its ends are kept off 0 and 1, where normal quantiles are infinite.
                    point[d] = Math.Clamp(Math.Abs((2 * x) - 1), 1e-15, 1 - 1e-15);
                }

                sums[s] += Tail(c, _scale?.At(point[^1]) ?? 1, point, z);
            }
        }
    }

    private static (double Mean, double Error) Mean(double[] sums, int points)
    {
        var mean = sums.Average() / points;
        var square = sums.Sum(s => ((s / points) - mean) * ((s / points) - mean));
        return (mean, Math.Sqrt(square / (Shifts * (Shifts - 1.0))));
    }

    /// <summary>1 − Π (Φ(upper_j) − Φ(lower_j)), summed so that it does not cancel.</summary>
    private double Tail(double c, double scale, double[] point, double[] z)
    {
        var (tail, inside) = (0.0, 1.0);
        for (var j = 0; j < _rank; j++)
        {
            var (lower, upper) = (double.NegativeInfinity, double.PositiveInfinity);
            for (var i = 0; i < _rows.Length; i++)
            {
                if (_last[i] != j) continue;
                var row = _rows[i];
                var known = 0.0;
                for (var k = 0; k < j; k++) known += row[k] * z[k];
                var (a, b) = (((-c * scale) - known) / row[j], ((c * scale) - known) / row[j]);
                lower = Math.Max(lower, Math.Min(a, b));
                upper = Math.Min(upper, Math.Max(a, b));
            }

            if (!(lower < upper)) return tail + inside;
            var below = SpecialFunctions.NormalCdf(lower);
            var outside = below + SpecialFunctions.NormalCdf(-upper);
            tail += inside * outside;
            inside *= 1 - outside;
            if (j < _rank - 1) z[j] = SpecialFunctions.NormalQuantile(Math.Clamp(below + (point[j] * (1 - outside)), 1e-300, 1 - 1e-16));
        }

        return tail;
    }

    /// <summary>L by rows: Cholesky with the largest remaining variance first, dependent variables after those that they follow from.</summary>
    private static (double[][] Rows, int Rank) Factor(Matrix<double> correlation)
    {
        var m = correlation.RowCount;
        var rows = Enumerable.Range(0, m).Select(_ => new double[m]).ToArray();
        var left = Enumerable.Range(0, m).Select(i => correlation[i, i]).ToArray();
        for (var rank = 0; rank < m; rank++)
        {
            var pivot = Array.IndexOf(left, left.Max());
            if (left[pivot] < Dependent) return ([.. rows.Select(r => r[..rank])], rank);
            var root = Math.Sqrt(left[pivot]);
            for (var i = 0; i < m; i++)
            {
                if (i != pivot && left[i] <= 0) continue;
                var product = correlation[i, pivot];
                for (var k = 0; k < rank; k++) product -= rows[i][k] * rows[pivot][k];
                rows[i][rank] = i == pivot ? root : product / root;
                left[i] = i == pivot ? 0 : Math.Max(0, left[i] - (rows[i][rank] * rows[i][rank]));
            }
        }

        return (rows, m);
    }

    /// <summary>Quantiles of s = √(χ²_ν/ν): log s is smooth in the normal quantile, so that a cubic through a table has ten digits.</summary>
    private sealed class ScaleQuantiles
    {
        private const double Range = 8.25;
        private const double Step = 1.0 / 16;
        private readonly double[] _logs;

        public ScaleQuantiles(double degrees)
        {
            _logs = new double[(int)Math.Round(2 * Range / Step) + 1];
            var half = 0.5 * degrees;
            // Each quantile by Newton's method in log(χ²/ν) from the one before.
            var guess = Math.Log(Math.Max(1e-300, GuessLowest(half)));
            for (var i = 0; i < _logs.Length; i++)
            {
                var y = -Range + (i * Step);
                guess = Newton(half, y, guess);
                _logs[i] = 0.5 * guess;
            }
        }

        public double At(double probability)
        {
            var at = (Math.Clamp(SpecialFunctions.NormalQuantile(probability), -Range, Range) + Range) / Step;
            var k = Math.Clamp((int)at, 1, _logs.Length - 3);
            var t = at - k;
            var (a, b, c, d) = (_logs[k - 1], _logs[k], _logs[k + 1], _logs[k + 2]);
            var value = (-t * (t - 1) * (t - 2) / 6 * a) + ((t + 1) * (t - 1) * (t - 2) / 2 * b) - ((t + 1) * t * (t - 2) / 2 * c) + ((t + 1) * t * (t - 1) / 6 * d);
            return Math.Exp(value);
        }

        /// <summary>P(χ²_2h ≤ x) ≈ (x/2)^h e^(−x/2) / Γ(h + 1) for small x.</summary>
        private static double GuessLowest(double half) =>
            Math.Exp((Math.Log(SpecialFunctions.NormalCdf(-Range)) + SpecialFunctions.LogGamma(half + 1)) / half) / half;

        /// <summary>The u with P(χ²/ν ≤ eᵘ) = Φ(y), on the scale of the smaller tail's logarithm.</summary>
        private static double Newton(double half, double y, double u)
        {
            var wanted = Math.Log(SpecialFunctions.NormalCdf(-Math.Abs(y)));
            for (var i = 0; i < 60; i++)
            {
                var x = half * Math.Exp(u);
                var tail = y < 0 ? MathNet.Numerics.SpecialFunctions.GammaLowerRegularized(half, x) : MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(half, x);
                // d tail/du = ± x^half e^−x / Γ(half).
                var slope = Math.Exp((half * Math.Log(x)) - x - SpecialFunctions.LogGamma(half)) / Math.Max(tail, 1e-300);
                var difference = Math.Log(Math.Max(tail, 1e-300)) - wanted;
                var move = difference / (y < 0 ? slope : -slope);
                if (!double.IsFinite(move)) break;
                u -= Math.Clamp(move, -1, 1);
                if (Math.Abs(move) < 1e-12) break;
            }

            return u;
        }
    }
}
