using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>
/// Predictions averaged over the distribution of the random effects. Their standard errors are by the delta method over all
/// of ψ, the variance parameters included where they have a covariance.
/// </summary>
internal sealed class AveragedPredictor(FittedPredictor fit, Estimate estimate, PartMatrices?[] parts)
{
    public Predictions Predict(PredictionScale scale, double level, FieldData rows, Lazy<Extrapolation>? beyond, string[] shown)
    {
        var response = new MeanResponse(fit, estimate, parts, RandomEffectsUse.Averaged, scale);
        var link = estimate.Model.Family.LocationLink;
        var n = response.RowCount;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var (value, error, lower, upper) = (new double[n], new double[n], new double[n], new double[n]);
        var gradient = new double[estimate.Model.ParameterCount];
        var curves = estimate.Model.HasCurves ? new double[estimate.System.EffectCount] : null;
        for (var i = 0; i < n; i++)
        {
            var mean = response.MoveTo(i);
            Array.Clear(gradient);
            response.AddGradient(i, 1, gradient);
            if (curves is not null)
            {
                Array.Clear(curves);
                response.AddEffects(1, curves);
            }

            var sd = Math.Sqrt(MeanResponse.Variance(estimate, gradient, curves));
            if (double.IsNaN(mean)) sd = double.NaN;
            (value[i], error[i]) = (mean, sd);
            if (scale == PredictionScale.Response)
            {
                (lower[i], upper[i]) = response.Interval(mean, z * sd);
                continue;
            }

            var eta = link.LinearPredictor(mean);
            sd /= Math.Abs(link.At(eta).D1);
            (value[i], error[i], lower[i], upper[i]) = (eta, sd, eta - (z * sd), eta + (z * sd));
        }

        return new Predictions(value, error, lower, upper, level, 0) { Rows = rows, Beyond = beyond, Shown = shown };
    }
}
