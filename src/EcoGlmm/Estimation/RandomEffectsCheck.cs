using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Estimation;

/// <summary>What can be said about the random effects of an estimate: variances of zero, and terms that cannot be told apart.</summary>
internal static class RandomEffectsCheck
{
    private const double SmallestVariance = 1e-8;

    /// <summary>Adds a problem for every variance that is zero and for perfect correlations; whether there is any.</summary>
    public static bool ReportSingular(MixedModel model, ReadOnlySpan<double> theta, List<ConvergenceProblem> problems)
    {
        var candidates = BoundaryCandidates.Of(model, theta, 1e-4);
        foreach (var term in model.Terms)
        {
            var first = term.ThetaOffset;
            var mine = candidates.Where(c => c.Index >= first && c.Index < first + term.ThetaCount).ToList();
            if (mine.Count == 0) continue;
            var variances = RelativeVariances(term, theta.Slice(first, term.ThetaCount), model.Unit[term.Predictor]);
            var zeros = Enumerable.Range(0, term.Width).Where(c => variances[c] < SmallestVariance).ToList();
            foreach (var c in zeros) problems.Add(ZeroVariance(term, c));
            if (zeros.Count >= mine.Count || term.Width - zeros.Count < 2) continue;
            var correlated = Enumerable.Range(0, term.Width).Except(zeros).Select(c => term.Effects[c]).ToList();
            problems.Add(new ConvergenceProblem($"{string.Join(", ", correlated)} | {term.Group}",
                $"The random effects of {term.Group} are perfectly correlated (singular fit): {correlated[^1]} follows from {string.Join(", ", correlated.SkipLast(1))}.",
                "The data cannot tell them apart; try uncorrelated effects with || or drop one."));
        }

        return candidates.Count > 0;
    }

    /// <summary>Adds a problem for each pair of terms that mean the same; whether there is any.</summary>
    public static bool ReportIndistinguishable(MixedModel model, List<ConvergenceProblem> problems)
    {
        var found = false;
        for (var t = 0; t < model.Terms.Count; t++)
        {
            for (var s = 0; s < t; s++)
            {
                var (a, b) = (model.Terms[s], model.Terms[t]);
                if (a.Predictor != b.Predictor || !a.Effects.Intersect(b.Effects).Any() || !SameGroups(a, b)) continue;
                found = true;
                var shared = string.Join(", ", a.Effects.Intersect(b.Effects));
                problems.Add(a.Group == b.Group
                    ? new ConvergenceProblem($"{shared} | {a.Group}", $"The effect {shared} of {a.Group} is in two random terms: only the sum of their variances can be estimated.",
                        $"Write it once, for example (1 | {a.Group}) + (0 + x | {a.Group}).")
                    : new ConvergenceProblem($"{shared} | {b.Group}", $"{a.Group} and {b.Group} group the rows in the same way: only the sum of their variances can be estimated.",
                        "Drop one of the two terms."));
            }
        }

        return found;
    }

    private static ConvergenceProblem ZeroVariance(RandomTerm term, int effect)
    {
        var name = $"{term.Effects[effect]} | {term.Group}";
        if (term.Z is { } z && term.Entries is null && Enumerable.Range(0, term.Codes.Length).All(i => z[(i * term.Width) + effect] == 0))
        {
            return new ConvergenceProblem(name, $"{term.Effects[effect]} is zero in every row, so that it has no variance between levels of {term.Group}.",
                "Check the column, or drop it from the random term.");
        }

        return new ConvergenceProblem(name, $"The variance of {term.Effects[effect]} between levels of {term.Group} is estimated as zero (singular fit).",
            term.Levels.Count == 1
                ? $"{term.Group} has only one level in the rows used, which cannot vary; drop the term."
                : "The other estimates are valid; the term can be dropped unless the design calls for it.");
    }

    /// <summary>Variances of the users' effects, relative to what matters on the scale of the linear predictor.</summary>
    private static double[] RelativeVariances(RandomTerm term, ReadOnlySpan<double> theta, double unit)
    {
        var r = term.Width;
        var d = term.LatentWidth;
        var lambda = new double[r * d];
        term.Loadings.Set(theta[..term.Loadings.ParameterCount], lambda);
        var covariance = new double[r * r];
        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j < r; j++)
            {
                covariance[(i * r) + j] = CovarianceQuantity.Product(lambda, d, i, j);
            }
        }

        if (term.Scaling is { } scaling) covariance = scaling.ToCovariance(covariance);
        var variances = new double[r];
        for (var c = 0; c < r; c++)
        {
            var size = (term.Scaling?.RootMeanSquares[c] ?? 1) / unit;
            variances[c] = covariance[(c * r) + c] * size * size;
        }

        return variances;
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
