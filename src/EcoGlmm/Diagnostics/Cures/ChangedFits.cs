namespace EcoGlmm.Diagnostics;

/// <summary>
/// The changed models that one check fits, each once, though several tests and the search for a cure ask for the same. Most are only set
/// against the model by their likelihood: these are searched from its estimates and have no standard errors.
/// </summary>
internal sealed class ChangedFits
{
    private readonly Dictionary<string, GlmmFit?> _whole = [], _rough = [];

    /// <summary>The changed model, as its call fits it; null where it cannot be fitted, drops rows or does not converge.</summary>
    public GlmmFit? Of(ModelChange change, GlmmFit fit) => Known(_whole, change, fit, f => change.Fit(f, like: Start(change, f)));

    /// <summary>What a search of many rows begins from: few may have other maxima than a rough search came by.</summary>
    private GlmmFit? Start(ModelChange change, GlmmFit fit) => fit.ObservationCount > CureSearch.Many
        ? _rough.GetValueOrDefault(change.ModelOf(fit)) : null;

    /// <summary>The changed model for its likelihood; null where it cannot be had.</summary>
    public GlmmFit? RoughlyOf(ModelChange change, GlmmFit fit)
    {
        if (_whole.TryGetValue(change.ModelOf(fit), out var whole)) return whole;
        var rough = Known(_rough, change, fit, f => change.FitRoughly(f, like: Nearest(change, f)));
        if (rough is { Estimate.IsLikelihoodAlone: false }) _whole[change.ModelOf(fit)] = rough;
        return rough;
    }

    /// <summary>What a search begins from: a model of the same family, where one has been fitted, else the model itself.</summary>
    private GlmmFit Nearest(ModelChange change, GlmmFit fit) => change.Family?.Family.Name is { } name && name != fit.Family.Name
        ? _whole.Values.Concat(_rough.Values).FirstOrDefault(f => f?.Family.Name == name && f.Formula == fit.Formula) ?? fit : fit;

    /// <summary>Operations that were spent on fits, about: by a count and not by a clock, so that results are the same on any
    /// machine.</summary>
    public double Work { get; private set; }

    /// <summary>Operations of an evaluation of the likelihood for each row, beside those of factorising: densities, their derivatives,
    /// modes.</summary>
    private const double WorkOfRow = 1000;

    private GlmmFit? Known(Dictionary<string, GlmmFit?> known, ModelChange change, GlmmFit fit, Func<GlmmFit, GlmmFit> fitted)
    {
        var model = change.ModelOf(fit);
        if (!known.TryGetValue(model, out var changed)) known[model] = changed = Fitted(fitted, fit);
        return changed;
    }

    private GlmmFit? Fitted(Func<GlmmFit, GlmmFit> fitted, GlmmFit fit)
    {
        try
        {
            var changed = fitted(fit);
            Work += changed.Convergence.Evaluations * (changed.Estimate.System.Flops
                + (changed.Estimate.IsProfiled ? 0 : WorkOfRow * changed.ObservationCount));
            return changed.Convergence.IsConverged && changed.ObservationCount == fit.ObservationCount ? changed : null;
        }
        catch (GlmmException)
        {
            return null;
        }
    }
}
