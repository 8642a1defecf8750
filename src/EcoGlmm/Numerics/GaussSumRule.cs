namespace EcoGlmm.Numerics;

/// <summary>
/// Sums over runs of whole numbers by a few values: Σ f(k), k from 0 to N − 1, is Σ wᵢ f(tᵢ) for polynomials f up to degree 2n − 1.
/// Nodes and weights are those of Gauss for the discrete uniform measure, from the Jacobi matrix of its orthogonal polynomials
/// (Chebyshev's), with diagonal (N − 1)/2 and squared off-diagonals k²(N² − k²)/(4(4k² − 1)).
/// Source: Golub &amp; Welsch (1969), Calculation of Gauss quadrature rules, Math. Comp. 23; Gautschi (2004), Orthogonal Polynomials,
/// table 1.2.
/// </summary>
internal sealed class GaussSumRule
{
    /// <summary>Values of f for one sum.</summary>
    public const int Points = 14;

    /// <summary>log₂ of the shortest run.</summary>
    public const int LeastPower = 5;

    /// <summary>log₂ of the longest run.</summary>
    public const int MostPower = 52;

    private static readonly GaussSumRule[] Rules = [.. Enumerable.Range(0, MostPower + 1).Select(power => power < LeastPower
        ? null! : Compute(Math.ScaleB(1, power)))];

    private GaussSumRule(double[] nodes, double[] weights)
    {
        Nodes = nodes;
        Weights = weights;
    }

    /// <summary>tᵢ, between 0 and N − 1.</summary>
    public double[] Nodes { get; }

    /// <summary>wᵢ, which sum to N.</summary>
    public double[] Weights { get; }

    /// <summary>The rule for a run of 2^power numbers.</summary>
    public static GaussSumRule OfPower(int power) => Rules[power];

    private static GaussSumRule Compute(double length)
    {
        var matrix = new double[Points * Points];
        for (var k = 1; k < Points; k++)
        {
            // In units of the length, so that long runs are as exact as short ones.
            var square = (double)k * k;
            matrix[(k * Points) + k - 1] = matrix[((k - 1) * Points) + k] =
                Math.Sqrt(square * (1 - (square / (length * length))) / (4 * ((4 * square) - 1)));
        }

        var values = new double[Points];
        SymmetricEigen.TryDecompose(matrix, Points, values);
        var (nodes, weights) = (new double[Points], new double[Points]);
        for (var j = 0; j < Points; j++)
        {
            nodes[j] = (0.5 * (length - 1)) + (length * values[j]);
            weights[j] = length * matrix[j * Points] * matrix[j * Points];
        }

        return new GaussSumRule(nodes, weights);
    }
}
