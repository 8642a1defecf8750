using EcoGlmm.Inference;

namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>A forest plot of the coefficients of several models, side by side.</summary>
    /// <param name="models">The models, with a name for each.</param>
    /// <exception cref="GlmmException">There is no model, or two have the same name.</exception>
    public static Figure PlotCoefficients(params (string Name, GlmmFit Fit)[] models)
    {
        ArgumentNullException.ThrowIfNull(models);
        if (models.Length == 0 || models.Select(m => m.Name).Distinct().Count() < models.Length)
            throw new GlmmException("Give at least one model, each with a name of its own: Glmm.PlotCoefficients((\"all\", a), (\"without "
                + "sex\", b)).");
        return CoefficientFigure.Draw([.. models.Select(m => ((string?)m.Name, m.Fit))], exponentiate: false, intercept: false, 0.95);
    }
}
