using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;

namespace EcoGlmm;

/// <summary>What each row does to the fit.</summary>
public static class RowInfluenceExtensions
{
    /// <summary>
    /// The leverage of the rows used: how far each pulls its own prediction, fixed and random effects together, from 0 to 1. Their sum is
    /// the
    /// effective number of coefficients. R's hatvalues.
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static double[] Leverage(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return RowLeverage.Of(fit);
    }

    /// <summary>
    /// Cook's distance of the rows used: how far all predictions would move without the row, in units of the uncertainty of the fixed
    /// effects.
    /// R's cooks.distance.
    /// </summary>
    /// <param name="fit">The fit.</param>
    public static double[] CooksDistance(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var (leverage, residual) = (RowLeverage.Of(fit), fit.Residuals(ResidualType.Pearson));
        var p = fit.FixedEffects.Count(c => !double.IsNaN(c.Estimate) && !c.IsFixed);
        var dispersion = fit.Estimate.IsProfiled ? fit.Sigma * fit.Sigma : 1;
        return [.. leverage.Zip(residual, (h, r) => r * r * h / ((1 - h) * (1 - h) * dispersion * p))];
    }

    /// <summary>Working residuals of the rows used, (y − μ) dη/dμ of the conditional part: residuals on the scale of the link.</summary>
    /// <param name="fit">The fit.</param>
    public static double[] WorkingResiduals(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var eta = fit.Estimate.Predictors[LinearPredictor.Conditional]!;
        var result = fit.Residuals(ResidualType.Response);
        if (fit.Estimate.Model.IsZeroInflated)
            throw new GlmmException("Working residuals are not defined for a zero-inflated model. Use Pearson residuals, or "
                + "SimulatedResiduals().");
        for (var i = 0; i < result.Length; i++) result[i] /= fit.Family.LocationLink.At(eta[i]).D1;
        return result;
    }

    /// <summary>Rows less all parameters, as lme4 and glmmTMB count residual degrees of freedom.</summary>
    /// <param name="fit">The fit.</param>
    public static int ResidualDegreesOfFreedom(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.ObservationCount - fit.ParameterCount;
    }
}
