using EcoGlmm.Numerics;

namespace EcoGlmm.Relationships;

/// <summary>
/// The inverse of the covariance matrix of related levels, P: its lower triangle on a sparse pattern, and log |P|.
/// </summary>
/// <remarks>
/// Internals of this folder live in EcoGlmm.Relationships: a namespace EcoGlmm.Relatedness would bear the full name of the
/// public class <see cref="EcoGlmm.Relatedness"/>, which C# does not allow.
/// </remarks>
/// <param name="Pattern">Where entries stand.</param>
/// <param name="Values">The entries, in the pattern's order.</param>
/// <param name="LogDeterminant">log |P|.</param>
internal sealed record SparsePrecision(SparsePattern Pattern, double[] Values, double LogDeterminant)
{
    /// <summary>The number of levels.</summary>
    public int Order => Pattern.Order;

    /// <summary>The covariance matrix of some levels, a block of P⁻¹, row by row.</summary>
    public double[] Covariance(ReadOnlySpan<int> levels)
    {
        var cholesky = SparseCholesky.Analyze(Pattern);
        if (!cholesky.TryFactor(Values))
            throw new InvalidOperationException("A precision matrix of related levels is not positive definite.");
        var n = levels.Length;
        var matrix = new double[checked(n * n)];
        var column = new double[Order];
        for (var i = 0; i < n; i++)
        {
            Array.Clear(column);
            column[levels[i]] = 1;
            cholesky.Solve(column);
            for (var j = 0; j <= i; j++)
                matrix[(i * n) + j] = matrix[(j * n) + i] = column[levels[j]];
        }
        return matrix;
    }
}
