namespace EcoGlmm.Families;

/// <summary>A mean and its derivatives with respect to the linear predictor.</summary>
/// <param name="Mu">μ.</param>
/// <param name="Complement">1 − μ, accurate for μ near one.</param>
/// <param name="D1">dμ/dη.</param>
/// <param name="D2">d²μ/dη².</param>
/// <param name="D3">d³μ/dη³.</param>
internal readonly record struct LinkPoint(double Mu, double Complement, double D1, double D2, double D3);
