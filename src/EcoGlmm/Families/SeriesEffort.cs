namespace EcoGlmm.Families;

/// <summary>
/// Terms of series that this thread has summed for log-densities: what families without a closed form cost, counted so that a fit can be
/// given up for it on any machine at the same point.
/// </summary>
internal static class SeriesEffort
{
    [ThreadStatic]
    private static long _terms;

    [ThreadStatic]
    private static long _batch;

    /// <summary>Terms so far; differences are what counts.</summary>
    public static long Terms => _terms;

    /// <summary>Which batch of rows the thread is at: what it knows from an earlier one depends on the number of threads.</summary>
    public static long Batch => _batch;

    /// <summary>Begins a batch of rows.</summary>
    /// <returns>The terms so far.</returns>
    public static long Begin()
    {
        _batch++;
        return _terms;
    }

    public static void Add(long count) => _terms += count;
}
