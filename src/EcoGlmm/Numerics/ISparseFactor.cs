namespace EcoGlmm.Numerics;

/// <summary>
/// What is asked of a sparse symmetric positive definite matrix of which the pattern stays and the numbers change: solves, the
/// logarithm of its determinant, and its inverse on the pattern. Solves may be done by any number of threads at once.
/// </summary>
internal interface ISparseFactor
{
    /// <summary>Takes values, aligned with the row indices of the pattern; false when the matrix is seen not to be positive
    /// definite.</summary>
    bool TryFactor(ReadOnlySpan<double> values);

    /// <summary>Whether the last matrix was taken, so that systems can be solved.</summary>
    bool IsFactored { get; }

    /// <summary>The natural logarithm of the determinant; NaN when there is none.</summary>
    double LogDeterminant { get; }

    /// <summary>Monte Carlo standard error of <see cref="LogDeterminant"/>; zero for a factorisation.</summary>
    double LogDeterminantError { get; }

    /// <summary>Floating-point operations of taking new values, and of the logarithm of the determinant with it.</summary>
    double Flops { get; }

    /// <summary>Numbers that are stored.</summary>
    long NonZeros { get; }

    /// <summary>Most threads to work with; results do not depend on it.</summary>
    int MaxThreads { get; set; }

    /// <summary>Ends long work.</summary>
    CancellationToken Cancellation { get; set; }

    /// <summary>Solves A x = b in place.</summary>
    void Solve(Span<double> b);

    /// <summary>Writes the inverse on the pattern, aligned with the row indices.</summary>
    void SelectedInverse(Span<double> values);
}

/// <summary>A factorisation proper, which can draw from N(0, A⁻¹).</summary>
internal interface IDirectFactor : ISparseFactor
{
    /// <summary>Turns independent standard normal variates into a draw from N(0, A⁻¹), in place.</summary>
    void SolveFactorTransposed(Span<double> z);
}
