namespace EcoGlmm;

/// <summary>How far a fit has come.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Iteration">Iteration of the outer optimiser.</param>
/// <param name="LogLikelihood">Log-likelihood at that iteration.</param>
public sealed record FitProgress(string Stage, int Iteration, double LogLikelihood);
