using EcoGlmm.Estimation;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The leverage of rows, w Var(η̂ | θ) with w the curvature of a row's log-density and Var that of fixed and random effects together:
/// how far a row pulls its own prediction. Their sum is the effective number of coefficients. Source: J. Nobre &amp; J. Singer (2011), J.
/// Appl.
/// Stat. 38, 1063-1072; for Gaussian models lme4's hatvalues.
/// </summary>
internal static class RowLeverage
{
    public static double[] Of(GlmmFit fit)
    {
        var (estimate, model) = (fit.Estimate, fit.Estimate.Model);
        var n = fit.ObservationCount;
        var parts = new Formulas.PartMatrices?[model.PredictorCount];
        parts[LinearPredictor.Conditional] = fit.Specification.Conditional.Training;
        var rows = new RowPredictor(fit.Predictor(), estimate, parts, conditional: true);
        var known = new double[n];
        estimate.System.PredictorCovariance(LinearPredictor.Conditional, LinearPredictor.Conditional, known);
        var (first, p) = (model.FixedOffset[LinearPredictor.Conditional], model.Basis[LinearPredictor.Conditional]!.Columns);
        var covariance = FixedGivenOthers.Covariance(estimate, LinearPredictor.Conditional);
        var gradient = new double[model.ParameterCount];
        var result = new double[n];
        for (var i = 0; i < n; i++)
        {
            rows.MoveTo(i);
            Array.Clear(gradient);
            rows.AddGradient(LinearPredictor.Conditional, 1, gradient);
            var variance = known[i] * estimate.Scale * estimate.Scale;
            for (var a = 0; a < p; a++)
            {
                for (var b = 0; b < p; b++) variance += gradient[first + a] * covariance[a, b] * gradient[first + b];
            }

            result[i] = Curvature(fit, i) * variance;
        }

        return result;
    }

    private static double Curvature(GlmmFit fit, int row)
    {
        if (!fit.Estimate.IsProfiled)
            return Math.Max(0, fit.Estimate.Weights[LinearPredictor.Pair(LinearPredictor.Conditional, LinearPredictor.Conditional)]![row]);
        var weight = fit.Response.Size.Length == 0 ? 1 : fit.Response.Size[row];
        return weight / (fit.Sigma * fit.Sigma);
    }
}
