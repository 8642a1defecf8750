namespace EcoGlmm.Numerics;

/// <content>
/// Sharing the work on large panels among threads. Tasks write to disjoint places and add in the order of one thread, so
/// results do not depend on the number of threads.
/// </content>
internal sealed unsafe partial class SparseCholesky
{
    private const double LeastFlops = 4e6;    // of one step, to be worth waking a thread
    private const int FewestColumns = 24;     // of a panel that one task of a step brings up to date
    private const int TasksPerWorker = 4;      // so that they end together
    private const int RowsPerTask = 96;
    private const int MostShareTasks = 16;
    private const int MostWorkers = 8;

    private readonly int _productLength;
    private readonly int _updateLength;
    private readonly int _relativeLength;
    private readonly Buffers _caller;
    private readonly double* _work;
    private readonly double* _update;
    private readonly int[] _shareStarts = new int[MostShareTasks + 1];
    private Buffers[] _workers = [];
    private WorkTeam? _team;
    private BlockProduct.Team? _productTeam;
    private Step _step;
    private int _stepPanel;
    private double* _stepInverse;
    private double* _stepTriangle;
    private int _stepWidth;
    private int _stepColumns;
    private int _stepBelow;

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
        var wanted = Math.Min(MaxThreads, MostWorkers);
        if (wanted <= 1)
        {
            return false;
        }

        if (_team is null || _team.Workers != wanted)
        {
            _workers = new Buffers[wanted];
            _workers[0] = _caller;
            for (var w = 1; w < wanted; w++)
            {
                _workers[w] = new Buffers(_productLength, _updateLength, _relativeLength);
            }

            _team = new WorkTeam(wanted, RunTask);
            _productTeam = new BlockProduct.Team(wanted);
        }

        return true;
    }

    private BlockProduct Products() => new(_work, FactorFlops >= LeastFlops && HasTeam() ? _productTeam : null, Cancellation);

    private void RunTask(int worker, int task)
    {
        // No exception may leave a task: the caller throws when all have returned.
        if (Cancellation.IsCancellationRequested)
        {
            return;
        }

        ref readonly var buffers = ref _workers[worker];
        switch (_step)
        {
            case Step.Pull:
                var width = _first[_stepPanel + 1] - _first[_stepPanel];
                var begin = task * _stepColumns;
                Pull(_stepPanel, begin, Math.Min(begin + _stepColumns, width), buffers);
                break;
            case Step.SolveRows:
                var row = task * RowsPerTask;
                DensePanel.SolveRight(
                    _stepTriangle, _stepWidth + _stepBelow, _stepWidth, _stepTriangle + _stepWidth + row, _stepWidth + _stepBelow,
                    Math.Min(RowsPerTask, _stepBelow - row), buffers.Work);
                break;
            default:
                Share(_stepPanel, _shareStarts[task], _shareStarts[task + 1], _stepInverse, buffers);
                break;
        }
    }

    private void PullAll(int j)
    {
        BuildMap(j);
        var width = _first[j + 1] - _first[j];
        if (width < 2 * FewestColumns || FactorFlops < LeastFlops || UpdateFlops(j) < LeastFlops || !HasTeam())
        {
            Pull(j, 0, width, _caller);
        }
        else
        {
            _step = Step.Pull;
            _stepPanel = j;

            // Each task looks at all descendants and packs their rows, so that there are no more than balance takes.
            _stepColumns = Math.Max(FewestColumns, width / (TasksPerWorker * _team!.Workers));
            _team.Run((width + _stepColumns - 1) / _stepColumns);
        }

        Cancellation.ThrowIfCancellationRequested();
    }

    private bool FactorPanel(double* panel, int width, int below)
    {
        var ld = width + below;
        if ((double)width * width * below < LeastFlops || !HasTeam())
        {
            return DensePanel.Cholesky(panel, ld, ld, width, Products());
        }

        if (!DensePanel.Cholesky(panel, ld, width, width, Products()))
        {
            return false;
        }

        _step = Step.SolveRows;
        _stepTriangle = panel;
        _stepWidth = width;
        _stepBelow = below;
        _team!.Run((below + RowsPerTask - 1) / RowsPerTask);
        Cancellation.ThrowIfCancellationRequested();
        return true;
    }

    private void ShareAll(int j, double* z)
    {
        BuildMap(j);
        var begin = _descendantStarts[j];
        var end = _descendantStarts[j + 1];
        var flops = FactorFlops < LeastFlops ? 0 : UpdateFlops(j);
        if (flops < LeastFlops || !HasTeam())
        {
            Share(j, begin, end, z, _caller);
            Cancellation.ThrowIfCancellationRequested();
            return;
        }

        var tasks = 0;
        double sum = 0;
        _shareStarts[0] = begin;
        for (var d = begin; d < end; d++)
        {
            sum += UpdateFlopsOf(d);
            if (sum >= flops / MostShareTasks * (tasks + 1) && tasks + 1 < MostShareTasks)
            {
                _shareStarts[++tasks] = d + 1;
            }
        }

        if (_shareStarts[tasks] < end)
        {
            _shareStarts[++tasks] = end;
        }

        _step = Step.Share;
        _stepPanel = j;
        _stepInverse = z;
        _team!.Run(tasks);
        Cancellation.ThrowIfCancellationRequested();
    }

    private double UpdateFlops(int j)
    {
        double flops = 0;
        for (var d = _descendantStarts[j]; d < _descendantStarts[j + 1]; d++)
        {
            flops += UpdateFlopsOf(d);
        }

        return flops;
    }

    private double UpdateFlopsOf(int d)
    {
        var k = _descendants[d];
        double height = _rowStarts[k + 1] - _rowStarts[k] - _descendantLow[d];
        return 2 * height * (_descendantHigh[d] - _descendantLow[d]) * (_first[k + 1] - _first[k]);
    }

    // What one thread needs for itself: for products, for an update before it is scattered, and for local rows.
    private readonly struct Buffers
    {
        private readonly double[] _storage;
        private readonly int[] _rows;

        public Buffers(int productLength, int updateLength, int relativeLength)
        {
            _storage = GC.AllocateUninitializedArray<double>(checked(productLength + updateLength), pinned: true);
            _rows = GC.AllocateUninitializedArray<int>(relativeLength, pinned: true);
            Work = Address(_storage);
            Update = Work + productLength;
            Relative = (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_rows));
        }

        public double* Work { get; }

        public double* Update { get; }

        public int* Relative { get; }
    }
}
