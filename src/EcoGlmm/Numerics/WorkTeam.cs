namespace EcoGlmm.Numerics;

/// <summary>
/// Shares the tasks of one numerical step among the calling thread and helpers from the thread pool, without allocating.
/// The caller works too and never waits for a helper that has not started, so a busy pool costs nothing.
/// </summary>
internal sealed class WorkTeam
{
    private readonly Action<int, int> _body;
    private readonly Helper[] _helpers;
    private int _next;
    private int _count;
    private int _open;
    private int _inside;

    /// <summary>A team that runs the body with (worker, task); worker 0 is the caller.</summary>
    public WorkTeam(int workers, Action<int, int> body)
    {
        this._body = body;
        _helpers = new Helper[workers - 1];
        for (var h = 0; h < _helpers.Length; h++)
        {
            _helpers[h] = new Helper(this, h + 1);
        }
    }

    /// <summary>The number of workers, the caller included.</summary>
    public int Workers => _helpers.Length + 1;

    /// <summary>Runs tasks 0 up to <paramref name="tasks"/>, in any order, and returns when all are done.</summary>
    public void Run(int tasks)
    {
        _count = tasks;
        _next = 0;
        Interlocked.Exchange(ref _open, 1);
        for (var h = 0; h < _helpers.Length && h + 1 < tasks; h++)
        {
            _helpers[h].Wake();
        }

        Work(0);

        // A helper that enters from here on sees the team closed and leaves again.
        Interlocked.Exchange(ref _open, 0);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _inside) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Work(int worker)
    {
        for (var task = Interlocked.Increment(ref _next) - 1; task < _count; task = Interlocked.Increment(ref _next) - 1)
        {
            _body(worker, task);
        }
    }

    private sealed class Helper(WorkTeam team, int worker) : IThreadPoolWorkItem
    {
        private int _queued;

        public void Wake()
        {
            if (Interlocked.Exchange(ref _queued, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        public void Execute()
        {
            // Stays marked as queued until it has left the tasks, so that it never runs beside itself.
            Interlocked.Increment(ref team._inside);
            if (Volatile.Read(ref team._open) == 1)
            {
                team.Work(worker);
            }

            Volatile.Write(ref _queued, 0);
            Interlocked.Decrement(ref team._inside);
        }
    }
}
