using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Inference;

/// <summary>How the random terms of one model lie within those of another.</summary>
internal static class TermNesting
{
    /// <summary>
    /// The variances that are zero in the smaller model, and whether something else of it is at the end of what a structure of the larger
    /// can be; null where it is no special case. Terms of independent levels with any variances are compared effect by effect, so that (1 |
    /// g)
    /// + (0 + x | g) lies within (x | g); every other term within one of the same levels whose structure contains its own.
    /// </summary>
    public static (int Variances, bool IsIrregular)? Of(IReadOnlyList<RandomTerm> smaller, IReadOnlyList<RandomTerm> larger)
    {
        var (absent, rest, isIrregular) = (larger.ToList(), smaller.ToList(), false);
        foreach (var structured in new[] { true, false })
        {
            foreach (var term in rest.Where(t => t.Structure.IsPlain != structured).ToArray())
            {
                var found = absent.Where(t => IsOfSameEffects(term, t) && (!term.Structure.IsPlain || !t.Structure.IsPlain))
                    .Select(t => (Term: t, Kind: t.Structure.Contains(term.Structure))).OrderByDescending(f => f.Kind)
                    .ThenBy(f => f.Term.ThetaCount).FirstOrDefault();
                if (found.Kind == Containment.None)
                {
                    if (structured) return null;
                    continue;
                }

                isIrregular |= found.Kind == Containment.AtBoundary;
                absent.Remove(found.Term);
                rest.Remove(term);
            }
        }

        var (small, large) = (Effects(rest), Effects(absent.Where(t => t.Structure.IsPlain)));
        if (!small.Variances.IsSubsetOf(large.Variances) || !small.Correlations.IsSubsetOf(large.Correlations)) return null;
        var variances = large.Variances.Count - small.Variances.Count;
        foreach (var term in absent.Where(t => !t.Structure.IsPlain))
        {
            // Correlations and ranges of a term say nothing where its variance is zero.
            variances += Math.Max(1, term.Loadings.Variances.Count);
            isIrregular |= term.ThetaCount > 1;
        }

        return (variances, isIrregular);
    }

    /// <summary>Whether two terms are of the same effects in the same groups, whatever their structures.</summary>
    private static bool IsOfSameEffects(RandomTerm a, RandomTerm b) => a.Part == b.Part && a.Group == b.Group
        && a.GroupLevels.Count == b.GroupLevels.Count
        && ((a.Levels.Count == b.Levels.Count && a.Effects.SequenceEqual(b.Effects)) || Inner(a) == Inner(b));

    /// <summary>A term as written, without its structure: "(0 + factor(week) | g)".</summary>
    private static string Inner(RandomTerm term) => term.Title[Math.Max(0, term.Title.IndexOf('('))..];

    private static (HashSet<(ModelPart, string, string)> Variances, HashSet<(ModelPart, string, string,
        string)> Correlations) Effects(IEnumerable<RandomTerm> terms)
    {
        var variances = new HashSet<(ModelPart, string, string)>();
        var correlations = new HashSet<(ModelPart, string, string, string)>();
        foreach (var term in terms)
        {
            foreach (var effect in term.Effects) variances.Add((term.Part, term.Group, effect));
            if (term.IsDiagonal) continue;
            for (var i = 0; i < term.Width; i++)
            {
                for (var j = i + 1; j < term.Width; j++) correlations.Add((term.Part, term.Group, term.Effects[i], term.Effects[j]));
            }
        }

        return (variances, correlations);
    }
}
