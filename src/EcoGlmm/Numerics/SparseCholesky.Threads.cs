namespace EcoGlmm.Numerics;

/// <content>
/// Sharing the work on large panels among threads. Tasks write to disjoint places and add in the order of one thread, so
/// results do not depend on the number of threads.
/// </content>
internal sealed unsafe partial class SparseCholesky
{
    private const double LeastFlops = 4e6;    // of one step, to be worth waking a thread
    private const int ColumnsPerTask = 24;
    private const int RowsPerTask = 96;
    private const int MostShareTasks = 16;
    private const int MostWorkers = 8;

    private readonly int productLength;
    private readonly int updateLength;
    private readonly int relativeLength;
    private readonly Buffers caller;
    private readonly double* work;
    private readonly double* update;
    private readonly int[] shareStarts = new int[MostShareTasks + 1];
    private Buffers[] workers = [];
    private WorkTeam? team;
    private BlockProduct.Team? productTeam;
    private Step step;
    private int stepPanel;
    private double* stepInverse;
    private double* stepTriangle;
    private int stepWidth;
    private int stepBelow;

    private enum Step
    {
        Pull,
        SolveRows,
        Share,
    }

    /// <summary>The most threads that work on one factorization or inverse. Small matrices always take one.</summary>
    public int MaxThreads { get; set; } = Environment.ProcessorCount;

    /// <summary>Stops the work between two large panels, and within them between blocks of their products.</summary>
    public CancellationToken Cancellation { get; set; }

    private bool HasTeam()
    {
        int wanted = Math.Min(MaxThreads, MostWorkers);
        if (wanted <= 1)
        {
            return false;
        }

        if (team is null || team.Workers != wanted)
        {
            workers = new Buffers[wanted];
            workers[0] = caller;
            for (int w = 1; w < wanted; w++)
            {
                workers[w] = new Buffers(productLength, updateLength, relativeLength);
            }

            team = new WorkTeam(wanted, RunTask);
            productTeam = new BlockProduct.Team(wanted);
        }

        return true;
    }

    private BlockProduct Products() => new(work, FactorFlops >= LeastFlops && HasTeam() ? productTeam : null, Cancellation);

    private void RunTask(int worker, int task)
    {
        // No exception may leave a task: the caller throws when all have returned.
        if (Cancellation.IsCancellationRequested)
        {
            return;
        }

        ref readonly var buffers = ref workers[worker];
        switch (step)
        {
            case Step.Pull:
                int width = first[stepPanel + 1] - first[stepPanel];
                int begin = task * ColumnsPerTask;
                Pull(stepPanel, begin, Math.Min(begin + ColumnsPerTask, width), buffers);
                break;
            case Step.SolveRows:
                int row = task * RowsPerTask;
                DensePanel.SolveRight(
                    stepTriangle, stepWidth + stepBelow, stepWidth, stepTriangle + stepWidth + row, stepWidth + stepBelow,
                    Math.Min(RowsPerTask, stepBelow - row), buffers.Work);
                break;
            default:
                Share(stepPanel, shareStarts[task], shareStarts[task + 1], stepInverse, buffers);
                break;
        }
    }

    private void PullAll(int j)
    {
        BuildMap(j);
        int width = first[j + 1] - first[j];
        if (width < 2 * ColumnsPerTask || FactorFlops < LeastFlops || UpdateFlops(j) < LeastFlops || !HasTeam())
        {
            Pull(j, 0, width, caller);
        }
        else
        {
            step = Step.Pull;
            stepPanel = j;
            team!.Run((width + ColumnsPerTask - 1) / ColumnsPerTask);
        }

        Cancellation.ThrowIfCancellationRequested();
    }

    private bool FactorPanel(double* panel, int width, int below)
    {
        int ld = width + below;
        if ((double)width * width * below < LeastFlops || !HasTeam())
        {
            return DensePanel.Cholesky(panel, ld, ld, width, Products());
        }

        if (!DensePanel.Cholesky(panel, ld, width, width, Products()))
        {
            return false;
        }

        step = Step.SolveRows;
        stepTriangle = panel;
        stepWidth = width;
        stepBelow = below;
        team!.Run((below + RowsPerTask - 1) / RowsPerTask);
        Cancellation.ThrowIfCancellationRequested();
        return true;
    }

    private void ShareAll(int j, double* z)
    {
        BuildMap(j);
        int begin = descendantStarts[j];
        int end = descendantStarts[j + 1];
        double flops = FactorFlops < LeastFlops ? 0 : UpdateFlops(j);
        if (flops < LeastFlops || !HasTeam())
        {
            Share(j, begin, end, z, caller);
            Cancellation.ThrowIfCancellationRequested();
            return;
        }

        int tasks = 0;
        double sum = 0;
        shareStarts[0] = begin;
        for (int d = begin; d < end; d++)
        {
            sum += UpdateFlopsOf(d);
            if (sum >= flops / MostShareTasks * (tasks + 1) && tasks + 1 < MostShareTasks)
            {
                shareStarts[++tasks] = d + 1;
            }
        }

        if (shareStarts[tasks] < end)
        {
            shareStarts[++tasks] = end;
        }

        step = Step.Share;
        stepPanel = j;
        stepInverse = z;
        team!.Run(tasks);
        Cancellation.ThrowIfCancellationRequested();
    }

    private double UpdateFlops(int j)
    {
        double flops = 0;
        for (int d = descendantStarts[j]; d < descendantStarts[j + 1]; d++)
        {
            flops += UpdateFlopsOf(d);
        }

        return flops;
    }

    private double UpdateFlopsOf(int d)
    {
        int k = descendants[d];
        double height = rowStarts[k + 1] - rowStarts[k] - descendantLow[d];
        return 2 * height * (descendantHigh[d] - descendantLow[d]) * (first[k + 1] - first[k]);
    }

    // What one thread needs for itself: for products, for an update before it is scattered, and for local rows.
    private readonly struct Buffers
    {
        private readonly double[] storage;
        private readonly int[] rows;

        public Buffers(int productLength, int updateLength, int relativeLength)
        {
            storage = GC.AllocateUninitializedArray<double>(checked(productLength + updateLength), pinned: true);
            rows = GC.AllocateUninitializedArray<int>(relativeLength, pinned: true);
            Work = Address(storage);
            Update = Work + productLength;
            Relative = (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(rows));
        }

        public double* Work { get; }

        public double* Update { get; }

        public int* Relative { get; }
    }
}
