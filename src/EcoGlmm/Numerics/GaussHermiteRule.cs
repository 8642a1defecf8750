using System.Collections.Concurrent;

namespace EcoGlmm.Numerics;

/// <summary>
/// Gauss-Hermite quadrature for the standard normal distribution: Σ ω_j g(z_j) = E[g(Z)] for polynomials g up to degree
/// 2n − 1, Z ~ N(0, 1). The nodes are the eigenvalues of the Jacobi matrix with off-diagonal √1, √2, …, √(n − 1), found by
/// bisection on Sturm counts; a weight is one over the sum of the squared orthonormal polynomials at its node.
/// Source: Golub &amp; Welsch (1969), Calculation of Gauss quadrature rules, Math. Comp. 23; Wilkinson (1965), The Algebraic
/// Eigenvalue Problem, ch. 5.
/// </summary>
internal sealed class GaussHermiteRule
{
    private static readonly ConcurrentDictionary<int, GaussHermiteRule> Rules = new();

    private GaussHermiteRule(double[] nodes, double[] logWeights)
    {
        Nodes = nodes;
        LogWeights = logWeights;
    }

    /// <summary>z_j, ascending and symmetric about zero.</summary>
    public double[] Nodes { get; }

    /// <summary>log ω_j; the weights sum to one.</summary>
    public double[] LogWeights { get; }

    /// <summary>The rule with that many points, at least one.</summary>
    public static GaussHermiteRule Of(int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        return Rules.GetOrAdd(points, Compute);
    }

    private static GaussHermiteRule Compute(int n)
    {
        var nodes = new double[n];
        var logWeights = new double[n];
        for (var j = n / 2; j < n; j++)
        {
            var z = (2 * j) + 1 == n ? 0 : Eigenvalue(n, j);
            nodes[j] = z;
            nodes[n - 1 - j] = -z;
            logWeights[j] = logWeights[n - 1 - j] = LogWeight(n, z);
        }

        return new GaussHermiteRule(nodes, logWeights);
    }

    /// <summary>The positive eigenvalue that has <paramref name="index"/> smaller ones.</summary>
    private static double Eigenvalue(int n, int index)
    {
        var (low, high) = (0.0, 2 * Math.Sqrt(n));
        while (true)
        {
            var middle = 0.5 * (low + high);
            if (middle <= low || middle >= high) return middle;
            if (CountBelow(n, middle) <= index) low = middle;
            else high = middle;
        }
    }

    private static int CountBelow(int n, double x)
    {
        var count = 0;
        var pivot = -x;
        for (var k = 1; ; k++)
        {
            if (pivot < 0) count++;
            if (k == n) return count;
            if (pivot == 0) pivot = double.Epsilon;
            pivot = -x - (k / pivot);
        }
    }

    private static double LogWeight(int n, double x)
    {
        double before = 0, current = 1, sum = 1;
        for (var k = 1; k < n; k++)
        {
            (before, current) = (current, ((x * current) - (Math.Sqrt(k - 1) * before)) / Math.Sqrt(k));
            sum += current * current;
        }

        return -Math.Log(sum);
    }
}
