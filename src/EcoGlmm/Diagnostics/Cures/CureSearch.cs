namespace EcoGlmm.Diagnostics;

/// <summary>
/// Tries what may cure a model: fits each change that its symptoms suggest, looks at the residuals of the best by AIC, and keeps the
/// one that leaves the fewest symptoms; from there once more if some are left.
/// </summary>
internal static class CureSearch
{
    /// <summary>What to look for, in the order in which a cure is preferred where two do equally well.</summary>
    private static readonly ICureSource[] Sources =
    [
        new LikelierModels(), new MissingEffects(), new VaryingSlopes(), new ChangesInTime(), new NeighboursAlike(), new ExcessZeros(),
        new OtherFamilies(),
        new ChangingSpread(),
    ];

    /// <summary>Models of more rows are not fitted again unasked.</summary>
    public const int MostRows = 20_000;

    /// <summary>
    /// Changes fitted in one round at most; with many rows each takes time, and the likelihood tells them apart.
    /// </summary>
    private const int MostChanges = 12, MostChangesOfMany = 6;

    /// <summary>Changed models whose residuals are looked at in one round, and with many rows.</summary>
    private const int MostLooks = 4, MostLooksOfMany = 2;

    /// <summary>Rows above which there are many.</summary>
    private const int Many = 5000;

    /// <summary>A change that lowers AIC by less is not worth a parameter's explanation.</summary>
    private const double LeastGain = 2;

    private const int Rounds = 2;

    /// <summary>The cure of a sick model; null where nothing that was tried is better.</summary>
    public static CheckCure? Find(Symptoms symptoms, int count, long seed)
    {
        if (symptoms.Found.Count == 0 || symptoms.Fit.ObservationCount > MostRows || !symptoms.Fit.Convergence.IsConverged
            || symptoms.Fit.Options.Reml)
            return null;
        (ModelChange Change, Symptoms Symptoms)? best = null;
        for (var round = 0; round < Rounds; round++)
        {
            var from = best?.Symptoms ?? symptoms;
            if (from.Found.Count == 0 || Round(from, count, seed) is not { } better)
                break;
            best = (best is { } before ? before.Change.Then(better.Change) : better.Change, better.Symptoms);
        }

        return best is var (change, cured)
            ? new CheckCure(change.Words, change.Call, cured.Fit.Aic - symptoms.Fit.Aic, [.. cured.Found.Select(s => s.Name)], cured.Fit)
            : null;
    }

    private static (ModelChange Change, Symptoms Symptoms)? Round(Symptoms from, int count, long seed)
    {
        var isLarge = from.Fit.ObservationCount > Many;
        var fits = Sources.SelectMany(s => s.For(from)).DistinctBy(c => c.Call).Take(isLarge ? MostChangesOfMany : MostChanges)
            .Select(change => (Change: change, Fit: Fitted(change, from.Fit)))
            .Where(f => f.Fit is not null && f.Fit.Aic < from.Fit.Aic - LeastGain)
            .OrderBy(f => f.Fit!.Aic).Take(isLarge ? MostLooksOfMany : MostLooks);
        return fits.Select(f => (f.Change, Symptoms: Look(f.Fit!, count, seed))).Where(f => f.Symptoms is not null)
            .OrderBy(f => f.Symptoms!.Found.Count).ThenBy(f => f.Change.Size).ThenBy(f => f.Symptoms!.Fit.Aic)
            .Select(f => ((ModelChange, Symptoms)?)(f.Change, f.Symptoms!)).FirstOrDefault();
    }

    private static Symptoms? Look(GlmmFit fit, int count, long seed)
    {
        try
        {
            var symptoms = Symptoms.Of(fit, count, seed);
            symptoms.Judge([]);
            return symptoms;
        }
        catch (GlmmException)
        {
            return null;
        }
    }

    /// <summary>The changed model; null where it cannot be fitted, drops rows or does not converge.</summary>
    public static GlmmFit? Fitted(ModelChange change, GlmmFit fit)
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
