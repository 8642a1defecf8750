namespace EcoGlmm;

public static partial class Glmm
{
    /// <summary>Compares fits to the same observations by information criteria; each is named by what sets it apart.</summary>
    /// <inheritdoc cref="Compare(ValueTuple{string, GlmmFit}[])"/>
    public static ModelComparison Compare(params GlmmFit[] fits) => ModelComparison.Of(fits, null);

    /// <summary>Compares fits to the same observations by information criteria.</summary>
    /// <param name="fits">The fits, with a name for each.</param>
    /// <returns>The fits by AIC, the best first; those that did not converge last.</returns>
    /// <exception cref="GlmmException">
    /// The fits are not to the same response on the same rows, or REML fits differ in their fixed effects or stand beside
    /// maximum likelihood, so that their likelihoods mean different things.
    /// </exception>
    public static ModelComparison Compare(params (string Name, GlmmFit Fit)[] fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return ModelComparison.Of(Array.ConvertAll(fits, f => f.Fit), Array.ConvertAll(fits, f => f.Name));
    }
}
