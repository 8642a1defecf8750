namespace EcoGlmm;

/// <summary>How the equations of the random effects are solved.</summary>
public enum LinearSolver
{
    /// <summary>
    /// By a factorisation, unless it would take long and iterations far less, as for large factors crossed at random.
    /// </summary>
    Automatic,

    /// <summary>By a sparse Cholesky factorisation, exact up to rounding errors, whatever it costs.</summary>
    Direct,

    /// <summary>
    /// By preconditioned conjugate gradients, and the logarithm of the determinant by stochastic Lanczos quadrature with seeded probes:
    /// the log-likelihood has a Monte Carlo error (<see cref="GlmmFit.LogLikelihoodError"/>). Results do not
    /// depend on the number of threads.
    /// </summary>
    Iterative,
}
