namespace EcoGlmm.Estimation;

/// <summary>
/// Standard errors of a model with smooths: those of all coefficients are posterior ones given the variance parameters, as in R's mgcv, so
/// that
/// curves, the coefficients beside them and predictions go together. A Gaussian model by maximum likelihood has them with the residual
/// variance
/// per residual degree of freedom, of which the likelihood's estimate is too small.
/// </summary>
internal static class ConditionalErrors
{
    public static Estimate Of(Estimate estimate, bool isRestricted)
    {
        var model = estimate.Model;
        if (!model.HasCurves || !estimate.Predictors[LinearPredictor.Conditional]!.All(double.IsFinite)) return estimate;
        estimate = WithExpectedInformation(estimate);
        var posterior = new JointPosterior(estimate);
        var scale = estimate.Scale;
        if (estimate.IsProfiled && !isRestricted) scale = ResidualScale(estimate, posterior);
        var d = model.ParameterCount;
        var covariance = (double[])estimate.Covariance.Clone();
        var p = posterior.Parameters.Count;
        foreach (var at in posterior.Parameters)
        {
            for (var j = 0; j < d; j++)
            {
                if (!double.IsNaN(covariance[(at * d) + j])) covariance[(at * d) + j] = covariance[(j * d) + at] = 0;
            }
        }

        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++)
                covariance[(posterior.Parameters[i] * d) + posterior.Parameters[j]] = scale * scale * posterior.FixedCovariance[(i * p)
                    + j];
        }

        return estimate with { Covariance = covariance, PosteriorScale = scale, IsConditional = true };
    }

    /// <summary>
    /// The estimate with the expected information of its rows in the place of the observed one, where the family has it in closed form:
    /// with links that
    /// are not canonical the observed one depends on single responses, and mgcv's standard errors are by the expected one.
    /// </summary>
    private static Estimate WithExpectedInformation(Estimate estimate)
    {
        const int e = LinearPredictor.Conditional;
        var model = estimate.Model;
        var family = model.Family.Shapes.Count == 0 ? model.Family : FittedShapes.FamilyAt(model, estimate.Psi);
        if (estimate.IsProfiled || !family.IsExponentialDispersion || model.IsZeroInflated
            || model.Terms.Any(t => t.Predictor != e)) return estimate;
        var eta = estimate.Predictors[e]!;
        var delta = estimate.Predictors[LinearPredictor.Dispersion];
        var expected = new double[eta.Length];
        for (var i = 0; i < expected.Length; i++)
        {
            var point = family.LocationLink.At(eta[i]);
            var size = model.Size.Length == 0 ? 1 : model.Size[i];
            expected[i] = (model.Weights?[i] ?? 1) * point.D1 * point.D1 / family.Variance(point.Mu, delta is null
                ? 1 : Math.Exp(delta[i]), size);
        }

        if (!expected.All(double.IsFinite)) return estimate;
        var weights = (double[]?[])estimate.Weights.Clone();
        weights[LinearPredictor.Pair(e, e)] = expected;
        estimate.System.SetWeights((_, _) => expected);
        if (!estimate.System.TryFactor()) return estimate;
        estimate.System.SelectedInverse(null);
        return estimate with { Weights = weights };
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
