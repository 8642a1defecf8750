using EcoGlmm.Estimation;

namespace EcoGlmm.Prediction;

/// <summary>The response distribution of each row: its linear predictors turned into parameters, once for all simulations.</summary>
internal sealed class RowDistributions
{
    public RowDistributions(Family family, double[]?[] predictors, int rowCount)
    {
        var eta = predictors[LinearPredictor.Conditional]!;
        Mean = new double[rowCount];
        for (var i = 0; i < rowCount; i++)
            Mean[i] = family.LocationLink.At(eta[i]).Mu;
        if (predictors[LinearPredictor.Dispersion] is { } delta)
            Dispersion = Array.ConvertAll(delta, Math.Exp);
        if (predictors[LinearPredictor.ZeroInflation] is { } zeta)
            Zero = Array.ConvertAll(zeta, z => 1 / (1 + Math.Exp(-z)));
    }

    /// <summary>μ = link⁻¹(η).</summary>
    public double[] Mean { get; }

    /// <summary>φ = exp(δ); null for families without dispersion.</summary>
    public double[]? Dispersion { get; }

    /// <summary>Probability of a structural zero; null without zero inflation.</summary>
    public double[]? Zero { get; }
}
