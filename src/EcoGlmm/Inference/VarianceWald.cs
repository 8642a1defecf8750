using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Inference;

/// <summary>Wald intervals of the parameters of covariances, on scales without bounds.</summary>
internal static class VarianceWald
{
    /// <summary>What the dispersion is called in every table of intervals.</summary>
    public const string DispersionName = "sigma";

    public static IEnumerable<Interval> Of(GlmmFit fit, double level)
    {
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        foreach (var c in fit.CovarianceParameters)
        {
            var quantity = new CovarianceQuantity(c.Name, c.Effect1, c.Effect2);
            var (value, error) = (c.Estimate, c.StandardError);
            var (lower, upper) = quantity.Kind == ParameterKind.Correlation
                ? (Math.Tanh(Math.Atanh(value) - (z * error / (1 - (value * value)))), Math.Tanh(Math.Atanh(value)
                + (z * error / (1 - (value * value)))))
                : value > 0 ? (value * Math.Exp(-z * error / value), value * Math.Exp(z * error / value))
                : (value - (z * error), value + (z * error));
            yield return new Interval(c.Part, quantity.RowName(c.Group, c.Term), value, lower, upper) { StandardError = error };
        }

        if (OfDispersion(fit, level) is { } sigma) yield return sigma;
    }

    /// <summary>The interval of the dispersion, made on the scale of its logarithm; null where it is none, held, or varies with
    /// predictors.</summary>
    public static Interval? OfDispersion(GlmmFit fit, double level)
    {
        if (!FitWords.HasSingleDispersion(fit) || fit.DispersionEffects.Count != 1 || fit.DispersionEffects[0].IsFixed) return null;
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var delta = fit.Estimate.Predictors[LinearPredictor.Dispersion]![0];
        // σ of a profiled model is not among the parameters searched over.
        var deltaError = fit.Estimate.IsProfiled && double.IsFinite(fit.LogLikelihood)
            ? Math.Sqrt(Satterthwaite.For(fit, ModelPart.Conditional).VarianceOfLogVariance) / LogVarianceSlope(fit, delta)
            : Math.Sqrt(CoefficientCovariance.Of(fit.Estimate, LinearPredictor.Dispersion, LinearPredictor.Dispersion)[0]);
        var (a, b) = (fit.Family.Sigma(delta - (z * deltaError)), fit.Family.Sigma(delta + (z * deltaError)));
        var slope = 0.5 * LogVarianceSlope(fit, delta) * fit.Sigma;
        return new Interval(ModelPart.Dispersion, DispersionName, fit.Sigma, Math.Min(a, b), Math.Max(a, b))
        {
            StandardError = Math.Abs(slope) * deltaError,
            Kind = ParameterKind.Dispersion,
        };
    }

    /// <summary>d log σ²/dδ, by a difference.</summary>
    private static double LogVarianceSlope(GlmmFit fit, double delta)
    {
        const double Step = 1e-5;
        return 2 * Math.Log(fit.Family.Sigma(delta + Step) / fit.Family.Sigma(delta - Step)) / (2 * Step);
    }
}
