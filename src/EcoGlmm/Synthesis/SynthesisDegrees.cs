using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>Degrees of freedom from how uncertain variances are.</summary>
internal static class SynthesisDegrees
{
    /// <summary>Satterthwaite's, of a coefficient: 2f²/(gᵀAg) with f its variance, g = ∂f/∂σ² and A the covariance of the
    /// variances.</summary>
    public static double Satterthwaite(MarginalModel model, int coefficient)
    {
        var k = model.Directions.Length;
        if (k == 0)
        {
            return double.PositiveInfinity;
        }

        var f = model.CoefficientCovariance[coefficient, coefficient];
        var w = model.WeightedX * model.CoefficientCovariance.Column(coefficient);
        var g = Vector<double>.Build.Dense(k, d => w * (model.Directions[d].Derivative * w));
        var variance = g * (model.VarianceCovariance * g);
        return variance > 0 ? 2 * f * f / variance : double.PositiveInfinity;
    }
}
