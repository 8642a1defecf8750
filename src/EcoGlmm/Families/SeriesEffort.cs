namespace EcoGlmm.Families;

/// <summary>
/// Terms of series that this thread has summed for log-densities: what families without a closed form cost, counted so that a fit can be
/// given up for it on any machine at the same point.
/// </summary>
internal static class SeriesEffort
{
    [ThreadStatic]
    private static long terms;

    /// <summary>Terms so far; differences are what counts.</summary>
    public static long Terms => terms;

    public static void Add(long count) => terms += count;
}
