namespace EcoGlmm.Estimation;

/// <summary>A point where a function is known with its gradient.</summary>
/// <param name="X">The point.</param>
/// <param name="Value">The value there; NaN where it is not known.</param>
/// <param name="Gradient">The gradient there.</param>
internal readonly record struct EvaluatedPoint(double[] X, double Value, double[] Gradient);
