namespace EcoGlmm.Numerics;

/// <summary>
/// Passes over many rows, in parts that depend on the number of rows alone: several threads share them, and sums have the same bits
/// whatever the number of threads.
/// </summary>
internal sealed class RowPasses(int maxThreads)
{
    private const int RowsPerPart = 1 << 16, MostParts = 16;

    private readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = maxThreads };

    /// <summary>Parts of a pass; one where rows are too few to be shared.</summary>
    public static int Parts(int rows) => Math.Clamp(rows / RowsPerPart, 1, MostParts);

    /// <summary>Where a part of several begins, and the last one ends.</summary>
    public static int Start(int rows, int parts, int part) => (int)((long)rows * part / parts);

    /// <summary>Runs tasks that do not touch each other's results.</summary>
    public void Run(int tasks, Action<int> task)
    {
        if (_options.MaxDegreeOfParallelism != 1 && tasks > 1)
        {
            Parallel.For(0, tasks, _options, task);
            return;
        }

        for (var t = 0; t < tasks; t++) task(t);
    }

    /// <summary>Runs a pass part by part: from a row to one before another.</summary>
    public void For(int rows, Action<int, int> pass)
    {
        var parts = Parts(rows);
        if (parts == 1) pass(0, rows);
        else Run(parts, part => pass(Start(rows, parts, part), Start(rows, parts, part + 1)));
    }

    /// <summary>The sum of what the parts of a pass give, in their order.</summary>
    public double Sum(int rows, Func<int, int, double> pass)
    {
        var parts = Parts(rows);
        if (parts == 1) return pass(0, rows);
        var sums = new double[parts];
        Run(parts, part => sums[part] = pass(Start(rows, parts, part), Start(rows, parts, part + 1)));
        return sums.Sum();
    }
}
