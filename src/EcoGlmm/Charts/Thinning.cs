using System.Globalization;

namespace EcoGlmm.Charts;

/// <summary>Which places of a long sorted list a figure draws.</summary>
internal static class Thinning
{
    /// <summary>All places, or even steps with every place at the two ends.</summary>
    /// <param name="n">Length of the list.</param>
    /// <param name="limit">The most places drawn.</param>
    /// <param name="ends">Places at each end that are always drawn.</param>
    public static int[] Sorted(int n, int limit, int ends) => n <= limit
        ? [.. Enumerable.Range(0, n)]
        : [.. Enumerable.Range(0, ends), .. Steps(n - (2 * ends), limit - (2 * ends)).Select(i => i + ends), .. Enumerable.Range(n
            - ends, ends)];

    /// <summary>Even steps through a list.</summary>
    public static IEnumerable<int> Steps(int n, int count) => Enumerable.Range(0, count).Select(i => (int)((i + 0.5) * n / count));

    /// <summary>"; 600 of 4,500 drawn", or nothing when all are.</summary>
    public static string Note(int n, int limit) => n <= limit ? "" : string.Create(CultureInfo.InvariantCulture,
        $"; {limit:N0} of {n:N0} drawn");
}
