using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Numerics;

/// <summary>
/// The largest absolute value of correlated Student t-variables with a common denominator, T = Lz/s with LLᵀ their correlation matrix,
/// which may be singular, of rank r. z has a direction ω, uniform on the sphere, and apart from it a length with |z|²/(r s²) ~ F(r, ν), so
/// that
/// P(max |T_i| &gt; c) = E_ω P(F(r, ν) &gt; c²/(r m(ω)²)) with m(ω) = max_i |L_i ω|: the directions are those of normal variables at the
/// points
/// of a randomly shifted lattice, and serve for all c and ν.
/// Source: A. Genz &amp; F. Bretz (2009), Computation of Multivariate Normal and t Probabilities, Lecture Notes in Statistics 195,
/// Springer, sections 4.1.2 (spherical-radial transformation) and 4.2.2 (shifted lattices, tent transformation).
/// </summary>
/// <remarks>Seeded: the same bits each time. Immutable.</remarks>
internal sealed class MultivariateT
{
    private const int Shifts = 12;
    private const int Points = 32768;

    /// <summary>Directions of nearly the same m count as one.</summary>
    private const int Bins = 2048;

    /// <summary>Less than this of a variable's variance is left when it follows from those before.</summary>
    private const double Dependent = 1e-9;

    private static readonly int[] Primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
        101, 103, 107, 109, 113,
        127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263,
        269, 271, 277, 281];

    private readonly int _variables;
    private readonly int _rank;

    /// <summary>m(ω)² of the bins, ascending, and the share of directions in each.</summary>
    private readonly double[] _squares;
    private readonly double[] _shares;

    /// <param name="correlation">m × m, ones on the diagonal, of a rank up to <see cref="MostDimensions"/>.</param>
    public MultivariateT(Matrix<double> correlation)
    {
        _variables = correlation.RowCount;
        (var rows, _rank) = Factor(correlation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_rank, MostDimensions);
        (_squares, _shares) = _rank == 1 ? ([1.0], [1.0]) : Binned(Reaches(rows, _rank));
    }

    /// <summary>The largest rank.</summary>
    public static int MostDimensions => Primes.Length;

    /// <summary>P(max |T_i| &gt; c).</summary>
    /// <param name="c">The limit.</param>
    /// <param name="degreesOfFreedom">Of the denominator; infinite for normal variables.</param>
    public double UpperTail(double c, double degreesOfFreedom)
    {
        if (double.IsNaN(c) || double.IsNaN(degreesOfFreedom)) return double.NaN;
        if (!(c > 0)) return 1;
        var sum = 0.0;
        for (var k = 0; k < _squares.Length; k++) sum += _shares[k] * RadialTail(c * c / _squares[k], degreesOfFreedom);

        // No less than the tail of one variable, no more than the sum of all.
        var one = 2 * StudentT.UpperTail(c, degreesOfFreedom);
        return Math.Clamp(sum, one, Math.Max(one, Math.Min(1, one * _variables)));
    }

    /// <summary>The c that max |T_i| exceeds with a probability.</summary>
    public double UpperQuantile(double probability, double degreesOfFreedom)
    {
        if (double.IsNaN(degreesOfFreedom)) return double.NaN;
        // Between the quantile of one variable and Bonferroni's of all.
        var low = StudentT.Quantile(1 - (probability / 2), degreesOfFreedom);
        var high = StudentT.Quantile(1 - (probability / (2 * _variables)), degreesOfFreedom);
        for (var i = 0; i < 50 && high - low > 1e-10 * high; i++)
        {
            var middle = 0.5 * (low + high);
            if (UpperTail(middle, degreesOfFreedom) > probability) low = middle;
            else high = middle;
        }

        return 0.5 * (low + high);
    }

    /// <summary>P(r F(r, ν) &gt; x).</summary>
    private double RadialTail(double x, double degrees) => double.IsPositiveInfinity(degrees)
        ? MathNet.Numerics.SpecialFunctions.GammaUpperRegularized(0.5 * _rank, 0.5 * x)
        : MathNet.Numerics.SpecialFunctions.BetaRegularized(0.5 * degrees, 0.5 * _rank, degrees / (degrees + x));

    /// <summary>m(ω)² for each direction, ascending.</summary>
    private static double[] Reaches(double[][] rows, int rank)
    {
        var random = new RandomStream(20091);
        var result = new double[Shifts * Points];
        var z = new double[rank];
        var shift = new double[rank];
        for (var s = 0; s < Shifts; s++)
        {
            for (var d = 0; d < rank; d++) shift[d] = random.NextDouble();
            for (var i = 0; i < Points; i++)
            {
                var length = 0.0;
                for (var d = 0; d < rank; d++)
                {
                    // The tent makes the integrand periodic; its ends are kept off 0 and 1, where normal quantiles are infinite.
                    var x = (((i + 1) * (Math.Sqrt(Primes[d]) % 1)) + shift[d]) % 1;
                    z[d] = SpecialFunctions.NormalQuantile(Math.Clamp(Math.Abs((2 * x) - 1), 1e-15, 1 - 1e-15));
                    length += z[d] * z[d];
                }

                var largest = 0.0;
                foreach (var row in rows)
                {
                    var product = 0.0;
                    for (var d = 0; d < rank; d++) product += row[d] * z[d];
                    largest = Math.Max(largest, Math.Abs(product));
                }

                result[(s * Points) + i] = largest * largest / length;
            }
        }

        Array.Sort(result);
        return result;
    }

    private static (double[] Squares, double[] Shares) Binned(double[] squares)
    {
        var (means, shares) = (new double[Bins], new double[Bins]);
        for (var k = 0; k < Bins; k++)
        {
            var (from, to) = ((int)((long)k * squares.Length / Bins), (int)((long)(k + 1) * squares.Length / Bins));
            // The harmonic mean, since tails are smooth in 1/m².
            means[k] = (to - from) / squares.AsSpan(from, to - from).ToArray().Sum(v => 1 / v);
            shares[k] = (to - from) / (double)squares.Length;
        }

        return (means, shares);
    }

    /// <summary>L by rows: Cholesky with the largest remaining variance first, dependent variables after those that they follow
    /// from.</summary>
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
}
