using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation.Pathologies;

/// <summary>Pairs of random terms that mean the same, so that only the sum of their variances can be estimated.</summary>
internal sealed class IndistinguishableTerms : IOptimumPathology
{
    public void Examine(Optimum optimum)
    {
        var terms = optimum.Model.Terms;
        for (var t = 0; t < terms.Count; t++)
        {
            for (var s = 0; s < t; s++)
            {
                var (a, b) = (terms[s], terms[t]);
                if (a.Predictor != b.Predictor || !a.Effects.Intersect(b.Effects).Any() || !SameGroups(a, b)) continue;
                (optimum.IsIndistinguishable, optimum.IsCurved, optimum.HasFailed) = (true, false, true);
                var shared = string.Join(", ", a.Effects.Intersect(b.Effects));
                optimum.Problems.Add(a.Group == b.Group
                    ? new ConvergenceProblem($"{shared} | {a.Group}", $"The effect {shared} of {a.Group} is in two random terms: only the "
                        + $"sum of their variances can be estimated.",
                        $"Write it once, for example (1 | {a.Group}) + (0 + x | {a.Group}).")
                    : new ConvergenceProblem($"{shared} | {b.Group}", $"{a.Group} and {b.Group} group the rows in the same way: only the "
                        + $"sum of their variances can be estimated.",
                        "Drop one of the two terms."));
            }
        }
    }

    private static bool IsPlain(RandomTerm term) => term.Structure.Precision is null && term.Entries is null;

    private static bool SameGroups(RandomTerm a, RandomTerm b)
    {
        if (a.Levels.Count != b.Levels.Count || !IsPlain(a) || !IsPlain(b)) return false;
        var other = new int[a.Levels.Count];
        Array.Fill(other, -1);
        for (var i = 0; i < a.Codes.Length; i++)
        {
            ref var code = ref other[a.Codes[i]];
            if (code < 0) code = b.Codes[i];
            else if (code != b.Codes[i]) return false;
        }

        return other.Distinct().Count() == other.Length;
    }
}
