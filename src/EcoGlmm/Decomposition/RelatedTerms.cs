using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;
using EcoGlmm.Text;

namespace EcoGlmm.Decomposition;

/// <summary>Finds the terms of relatives in a fit.</summary>
internal static class RelatedTerms
{
    /// <summary>The term of the conditional part whose levels, those of a grouping column, are related.</summary>
    /// <exception cref="GlmmException">There is none.</exception>
    public static RandomTerm Find(GlmmFit fit, string group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var related = fit.Estimate.Model.Terms.Where(t => t.Predictor == LinearPredictor.Conditional && Of(fit, t) is not null).ToArray();
        return Array.Find(related, t => t.Group == group) ?? throw new GlmmException(related.Length == 0
            ? "The model has no term of relatives; write pedigree(1 | animal), phylo(1 | species) or kinship(1 | line), and give what "
                + "relates the levels in GlmmOptions.Relatedness."
            : $"\"{group}\" is no grouping column of relatives{NearestName.Suggestion(group, related.Select(t => t.Group))} The model has "
                + $"{Names.List([.. related.Select(t => t.Group).Distinct()])}.");
    }

    /// <summary>What relates the levels of a term; null where nothing does.</summary>
    public static Relatedness? Of(GlmmFit fit, RandomTerm term)
    {
        if (term.Structure.Precision is null || fit.Options.Relatedness is not { } given) return null;
        return given.Values.FirstOrDefault(r => IsOf(r, term));
    }

    private static bool IsOf(Relatedness relatedness, RandomTerm term)
    {
        var (names, levels) = (relatedness.Names, term.Levels);
        // An Ornstein-Uhlenbeck effect along a tree has its root as one level more.
        if (levels.Count < names.Count || levels.Count > names.Count + 1) return false;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] != levels[i]) return false;
        }

        return true;
    }
}
