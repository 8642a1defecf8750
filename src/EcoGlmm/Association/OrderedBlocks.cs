namespace EcoGlmm.Association;

/// <summary>
/// Works through blocks on several threads, each with a workspace of its own, and hands their results on in order.
/// </summary>
internal static class OrderedBlocks
{
    /// <param name="from">The first block.</param>
    /// <param name="to">The block after the last.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="makeWorker">A thread's own function from a block's number to its result.</param>
    /// <param name="take">Takes each result, in the blocks' order, from one thread at a time.</param>
    /// <param name="cancellation">Ends it before the next block.</param>
    public static void Run<T>(int from, int to, int threads, Func<Func<int, T>> makeWorker, Action<int, T> take,
        CancellationToken cancellation)
    {
        var waiting = new Dictionary<int, T>();
        var next = from - 1;
        var toTake = from;
        void Work()
        {
            Func<int, T>? worker = null;
            for (var block = Interlocked.Increment(ref next); block < to; block = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                worker ??= makeWorker();
                var result = worker(block);
                lock (waiting)
                {
                    waiting.Add(block, result);
                    while (waiting.Remove(toTake, out var ready))
                    {
                        take(toTake, ready);
                        toTake++;
                    }
                }
            }
        }

        var team = Math.Max(1, Math.Min(threads, to - from));
        if (team == 1)
        {
            Work();
            return;
        }

        var failures = new Exception?[team];
        Parallel.For(0, team, new ParallelOptions { MaxDegreeOfParallelism = team }, t =>
        {
            try
            {
                Work();
            }
            catch (Exception failure)
            {
                failures[t] = failure;
                Volatile.Write(ref next, to);
            }
        });
        if (Array.Find(failures, f => f is not null) is { } first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }
}
