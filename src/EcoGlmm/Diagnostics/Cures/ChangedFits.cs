namespace EcoGlmm.Diagnostics;

/// <summary>The changed models that one check fits, each once, though several tests and the search for a cure ask for the same.</summary>
internal sealed class ChangedFits
{
    private readonly Dictionary<string, GlmmFit?> _fits = [];

    /// <summary>The changed model; null where it cannot be fitted, drops rows or does not converge.</summary>
    public GlmmFit? Of(ModelChange change, GlmmFit fit)
    {
        var model = change.ModelOf(fit);
        if (!_fits.TryGetValue(model, out var changed)) _fits[model] = changed = Fitted(change, fit);
        return changed;
    }

    private static GlmmFit? Fitted(ModelChange change, GlmmFit fit)
    {
        try
        {
            var changed = change.Fit(fit);
            return changed.Convergence.IsConverged && changed.ObservationCount == fit.ObservationCount ? changed : null;
        }
        catch (GlmmException)
        {
            return null;
        }
    }
}
