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
        new LikelierModels(), new OtherLinks(), new MissingEffects(), new VaryingSlopes(), new ChangesInTime(), new NeighboursAlike(),
        new ExcessZeros(), new FewerZeros(), new OtherFamilies(), new ChangingSpread(),
    ];

    /// <summary>Models of more rows are not fitted again unasked.</summary>
    public const int MostRows = 20_000;

    /// <summary>
    /// Changes fitted in one round at most; with many rows each takes time, and the likelihood tells them apart.
    /// </summary>
    private const int MostChanges = 12, MostChangesOfMany = 6;

    /// <summary>Changed models whose residuals are looked at in one round, and with many rows.</summary>
    private const int MostLooks = 4, MostLooksOfMany = 2;

    /// <summary>
    /// A change whose AIC is higher by more than this than that of another has nothing in its favour, however few symptoms it leaves: a
    /// model that describes the data much better shows more of what is left. K. P. Burnham and D. R. Anderson (2002), Model Selection
    /// and Multimodel Inference, 2nd edition, section 2.6.
    /// </summary>
    private const double NoSupport = 10;

    /// <summary>Rows above which there are many.</summary>
    public const int Many = 5000;

    /// <summary>A change that lowers AIC by less is not worth a parameter's explanation.</summary>
    private const double LeastGain = 2;

    private const int Rounds = 2;

    /// <summary>Operations of fits after which no other round is begun: the half of a second or so.</summary>
    private const double MostWork = 1.5e9;

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
            if (round > 0 && from.Changed.Work > MostWork) break;
            if (from.Found.Count == 0 || Round(from, count, seed) is not { } better)
                break;
            best = (best is { } before ? before.Change.Then(better.Change) : better.Change, better.Symptoms);
        }

        return best is var (change, cured)
            ? new CheckCure(change.Words, change.Call, cured.Fit.Aic + change.AicShift(symptoms.Fit) - symptoms.Fit.Aic, 
                [.. cured.Found.Select(s => s.Name)], cured.Fit)
            : null;
    }

    private static (ModelChange Change, Symptoms Symptoms)? Round(Symptoms from, int count, long seed)
    {
        var looks = from.Fit.ObservationCount > Many ? MostLooksOfMany : MostLooks;
        List<(ModelChange Change, Symptoms Symptoms, double Aic)> looked = [];
        foreach (var (change, fit, aic) in Best(from, Tried(from)).Take(looks))
        {
            if (Look(fit, count, seed, from.Changed) is not { } symptoms) continue;
            looked.Add((change, symptoms, aic));
            // Those that follow have a higher AIC, and cannot leave less or be simpler.
            if (symptoms.Found.Count == 0 && change.Size == 1) break;
        }

        if (looked.Count == 0)
            return null;
        var (best, left, _) = looked.OrderBy(f => f.Symptoms.Found.Count).ThenBy(f => f.Change.Size).ThenBy(f => f.Aic).First();
        return (best, left);
    }

    /// <summary>The changes that have support, the best first, fitted to the last digit as they are asked for.</summary>
    private static IEnumerable<(ModelChange Change, GlmmFit Fit, double Aic)> Best(Symptoms from,
        IEnumerable<(ModelChange Change, double Aic)> tried)
    {
        var least = double.NaN;
        foreach (var (change, roughly) in tried.OrderBy(f => f.Aic))
        {
            if (roughly > least + NoSupport) yield break;
            if (from.Changed.Of(change, from.Fit) is not { } fit || AicOf(change, fit, from) is not { } aic) continue;
            if (double.IsNaN(least)) least = aic;
            yield return (change, fit, aic);
        }
    }

    /// <summary>AIC of a changed model, comparable with the model's; null where it is no better.</summary>
    private static double? AicOf(ModelChange change, GlmmFit changed, Symptoms from) =>
        changed.Aic + change.AicShift(from.Fit) is var aic && aic < from.Fit.Aic - LeastGain ? aic : null;

    /// <summary>The changes that are better than the model, with what their AIC is about.</summary>
    private static List<(ModelChange Change, double Aic)> Tried(Symptoms from)
    {
        List<(ModelChange Change, double Aic)> better = [];
        var fit = from.Fit;
        if (fit.ObservationCount <= Many)
        {
            foreach (var change in Sources.SelectMany(s => s.For(from)).DistinctBy(c => c.Call).Take(MostChanges)) Try(change);
            return better;
        }

        // What the likelihood prefers is known to help; then each source is heard in turn. Shapes of a curve are only told apart where the
        // curve is the best there is.
        ModelChange[] changes = [.. Sources.SelectMany(s => s.For(from).Select((change, turn) => (change, turn: s is LikelierModels ? -1
            : turn))).OrderBy(c => c.turn).Select(c => c.change).DistinctBy(c => c.Call)];
        foreach (var change in changes.Where(c => c.Shapes is null).Take(MostChangesOfMany)) Try(change);
        var best = better.Count == 0 ? null : better.MinBy(f => f.Aic).Change;
        foreach (var change in changes.Where(c => c.Shapes is { } curve && curve == best)) Try(change);
        return better;

        void Try(ModelChange change)
        {
            if (from.Changed.RoughlyOf(change, fit) is { } changed && AicOf(change, changed, from) is { } aic)
                better.Add((change, aic));
        }
    }

    private static Symptoms? Look(GlmmFit fit, int count, long seed, ChangedFits changed)
    {
        try
        {
            var symptoms = Symptoms.Of(fit, count, seed, changed: changed);
            symptoms.Judge([]);
            return symptoms;
        }
        catch (GlmmException)
        {
            return null;
        }
    }
}
