namespace EcoGlmm.Estimation;

/// <summary>
/// Standard errors of a model with smooths: those of all coefficients are posterior ones given the variance parameters, as in R's mgcv, so that
/// curves, the coefficients beside them and predictions go together. A Gaussian model by maximum likelihood has them with the residual variance
/// per residual degree of freedom, of which the likelihood's estimate is too small.
/// </summary>
internal static class ConditionalErrors
{
    public static Estimate Of(Estimate estimate, bool isRestricted)
    {
        var model = estimate.Model;
        if (!model.HasCurves || !estimate.Predictors[LinearPredictor.Conditional]!.All(double.IsFinite)) return estimate;
        var posterior = new JointPosterior(estimate);
        var scale = estimate.Scale;
        if (estimate.IsProfiled && !isRestricted) scale = ResidualScale(estimate, posterior);
        var d = model.ParameterCount;
        var covariance = (double[])estimate.Covariance.Clone();
        var p = posterior.Parameters.Count;
        for (var i = 0; i < p; i++)
        {
            var at = posterior.Parameters[i];
            for (var j = 0; j < d; j++)
            {
                if (j != at && !double.IsNaN(covariance[(at * d) + j])) covariance[(at * d) + j] = covariance[(j * d) + at] = 0;
            }

            for (var j = 0; j < p; j++)
            {
                covariance[(at * d) + posterior.Parameters[j]] = scale * scale * posterior.FixedCovariance[(i * p) + j];
            }
        }

        return estimate with { Covariance = covariance, PosteriorScale = scale, IsConditional = true };
    }

    private static double ResidualScale(Estimate estimate, JointPosterior posterior)
    {
        var model = estimate.Model;
        var eta = estimate.Predictors[LinearPredictor.Conditional]!;
        var squares = 0.0;
        for (var i = 0; i < eta.Length; i++)
        {
            var residual = model.Y[i] - eta[i];
            squares += (model.Size.Length == 0 ? 1 : model.Size[i]) * residual * residual;
        }

        var degrees = model.InformativeRows - posterior.EffectiveDegrees();
        return degrees > 0 ? Math.Sqrt(squares / degrees) : estimate.Scale;
    }
}
