namespace EcoGlmm;

/// <summary>Ordination of communities from a fit.</summary>
public static class OrdinationExtensions
{
    /// <summary>The ordination of a term <c>rr(0 + species | site, d = 2)</c>: scores of sites and loadings of species on principal
    /// axes.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor of the term; the first such term when null.</param>
    /// <exception cref="GlmmException">The model has no such term.</exception>
    public static Ordination Ordination(this GlmmFit fit, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return EcoGlmm.Ordination.Of(fit, group);
    }

    /// <summary>The biplot of a term <c>rr(0 + species | site, d = 2)</c>.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="group">The grouping factor of the term; the first such term when null.</param>
    /// <param name="first">The axis to the right, from 1.</param>
    /// <param name="second">The axis upwards.</param>
    /// <exception cref="GlmmException">The model has no such term, or the term no such axes.</exception>
    public static Figure PlotOrdination(this GlmmFit fit, string? group = null, int first = 1, int second = 2)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return fit.Ordination(group).Plot(first, second);
    }
}
