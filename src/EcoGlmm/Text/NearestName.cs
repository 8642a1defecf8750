namespace EcoGlmm.Text;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    /// <summary>The candidate most like <paramref name="wanted"/>, or null if none is alike.</summary>
    public static string? Find(string wanted, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var nearestScore = double.PositiveInfinity;
        var folded = wanted.Trim().ToLowerInvariant();
        foreach (var candidate in candidates)
        {
            var other = candidate.ToLowerInvariant();
            var shorter = Math.Min(folded.Length, other.Length);
            var distance = EditDistance(folded, other);
            double score;
            var tolerated = Math.Min(shorter - 1, Math.Max(1, Math.Max(folded.Length, other.Length) / 3));
            if (distance == 0 || distance <= tolerated)
                score = distance;
            else if (shorter >= 3 && (other.Contains(folded) || folded.Contains(other)))
                score = 100 + Math.Abs(other.Length - folded.Length);
            else
                continue;
            // Among equals, the one that also agrees in case.
            score += EditDistance(wanted, candidate) * 1e-3;
            if (score < nearestScore)
                (nearest, nearestScore) = (candidate, score);
        }
        return nearest;
    }

    /// <summary>A clause to follow a complaint about an unknown name: <c>; did you mean "Mass"?</c> or a full stop.</summary>
    public static string Suggestion(string wanted, IEnumerable<string> candidates) =>
        Find(wanted, candidates) is { } name ? $"; did you mean \"{name}\"?" : ".";

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each count one.
    private static int EditDistance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, previous, current) = (previous, current, before);
        }
        return previous[b.Length];
    }
}
