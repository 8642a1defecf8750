namespace EcoGlmm.Numerics;

/// <content>
/// Sharing the work on large panels among threads. Tasks write to disjoint places and add in the order of one thread, so
/// results do not depend on the number of threads.
/// </content>
internal sealed unsafe partial class SparseCholesky
{
    private const double LeastFlops = 4e6;    // of one step, to be worth waking a thread
    private const int FewestRows = 144;       // of a panel that one task of a step brings up to date
    private const int RowMultiple = 24;       // the height of a tile of a product
    private const int TasksPerWorker = 4;     // so that they end together
    private const int PanelsPerWorker = 2;    // that are brought up to date at once
    private const int RowsPerTask = 96;
    private const int MostShareTasks = 16;
    private const int MostWorkers = 8;

    private readonly int _productLength;
    private readonly int _updateLength;
    private readonly int _relativeLength;
    private readonly Buffers _caller;
    private readonly int _trianglesLength;
    private readonly int[] _shareStarts = new int[MostShareTasks + 1];
    private Buffers[] _workers = [];
    private WorkTeam? _team;
    private BlockProduct.Team? _productTeam;
    private Step _step;
    private int _stepPanel;
    private int _stepFirst;
    private double* _stepInverse;
    private double[] _stepCleared = [];
    private double* _stepTriangle;
    private int _stepWidth;
    private int _stepRows;
    private int _stepBelow;

    private enum Step
    {
        Pull,
        PullTogether,
        SolveRows,
        Share,
        Factor,
        Invert,
        Clear,
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
                _workers[w] = NewBuffers();
            }

            _team = new WorkTeam(wanted, RunTask);
            _productTeam = new BlockProduct.Team(wanted);
            _subtrees = null;
            _subtreeEnds = [];
        }

        return true;
    }

    private Buffers NewBuffers() => new(_productLength, _updateLength + _trianglesLength, _updateLength, _relativeLength, _n);

    private BlockProduct Products() => new(_caller.Work, FactorFlops >= LeastFlops && HasTeam() ? _productTeam : null, Cancellation);

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
                var begin = task * _stepRows;
                Pull(_stepPanel, _stepFirst, _descendantStarts[_stepPanel + 1], begin, Math.Min(begin + _stepRows, RowsOf(_stepPanel)),
                    _caller.Map, buffers);
                break;
            case Step.PullTogether:
                var panel = _stepPanel + task;
                BuildMap(panel, buffers.Map);
                Pull(panel, _descendantStarts[panel], FirstDescendant(panel, _stepPanel), 0, RowsOf(panel), buffers.Map, buffers);
                break;
            case Step.SolveRows:
                var row = task * RowsPerTask;
                DensePanel.SolveRight(
                    _stepTriangle, _stepWidth + _stepBelow, _stepWidth, _stepTriangle + _stepWidth + row, _stepWidth + _stepBelow,
                    Math.Min(RowsPerTask, _stepBelow - row), buffers.Work);
                break;
            case Step.Share:
                Share(_stepPanel, _shareStarts[task], _shareStarts[task + 1], _stepInverse, _caller.Map, buffers);
                break;
            case Step.Factor:
                FactorSubtree(_subtrees![task], buffers);
                break;
            case Step.Clear:
                ClearPart(task);
                break;
            default:
                InvertSubtree(_subtrees![task], _stepInverse, buffers);
                break;
        }
    }

    // Where threads share the work, brings panels from j on up to date with all that comes before j, a task for each panel, so that no
    // descendant is looked at by more threads than one does. Returns where the group ends: j itself where there is none.
    private int PullTogether(int j)
    {
        if (FactorFlops < LeastFlops || Math.Min(MaxThreads, MostWorkers) <= 1)
        {
            return j;
        }

        // What pushes would have to have done so before the panels after it pull, lest the order of additions be another.
        var most = PanelsPerWorker * Math.Min(MaxThreads, MostWorkers);
        var end = j;
        double flops = 0;
        while (end < _supernodes && end - j < most && !_pushes[end] && !IsInSubtree(end))
        {
            var more = UpdateFlops(_descendantStarts[end], FirstDescendant(end, j));
            if (more < LeastFlops / TasksPerWorker)
            {
                break;
            }

            flops += more;
            end++;
        }

        if (end - j < 2 || flops < LeastFlops || !HasTeam())
        {
            return j;
        }

        _step = Step.PullTogether;
        _stepPanel = j;
        _team!.Run(end - j);
        Cancellation.ThrowIfCancellationRequested();
        return end;
    }

    // The first of the descendants of panel j that is not before another panel.
    private int FirstDescendant(int j, int panel) =>
        _descendantStarts[j] + FirstAtLeast(_descendants.AsSpan(_descendantStarts[j].._descendantStarts[j + 1]), panel);

    // Brings panel j up to date with its descendants from the given one on.
    private void PullAll(int j, int first)
    {
        var last = _descendantStarts[j + 1];
        if (first == last)
        {
            return;
        }

        BuildMap(j, _caller.Map);
        var rows = RowsOf(j);
        if (rows < 2 * FewestRows || FactorFlops < LeastFlops || UpdateFlops(first, last) < LeastFlops || !HasTeam())
        {
            Pull(j, first, last, 0, rows, _caller.Map, _caller);
        }
        else
        {
            // Each task takes some rows of all descendants, so that each row is packed once; what all pack are those among j's columns.
            _step = Step.Pull;
            _stepPanel = j;
            _stepFirst = first;
            var share = Math.Max(FewestRows, rows / (TasksPerWorker * _team!.Workers));
            _stepRows = (share + RowMultiple - 1) / RowMultiple * RowMultiple;
            _team.Run((rows + _stepRows - 1) / _stepRows);
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
        BuildMap(j, _caller.Map);
        var begin = _descendantStarts[j];
        var end = _descendantStarts[j + 1];
        var flops = FactorFlops < LeastFlops ? 0 : UpdateFlops(begin, end);
        if (flops < LeastFlops || !HasTeam())
        {
            Share(j, begin, end, z, _caller.Map, _caller);
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

    private int RowsOf(int j) => _first[j + 1] - _first[j] + _rowStarts[j + 1] - _rowStarts[j];

    private double UpdateFlops(int first, int last)
    {
        double flops = 0;
        for (var d = first; d < last; d++)
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

    // What one thread needs for itself: for products, for an update before it is scattered, for triangles of panels, for local
    // rows, and for where the rows of the matrix are in a panel.
    private readonly struct Buffers
    {
        private readonly double[] _storage;
        private readonly int[] _rows;

        public Buffers(int productLength, int scratchLength, int updateLength, int relativeLength, int order)
        {
            _storage = GC.AllocateUninitializedArray<double>(checked(productLength + scratchLength), pinned: true);
            _rows = GC.AllocateUninitializedArray<int>(checked(relativeLength + order), pinned: true);
            Work = Address(_storage);
            Update = Work + productLength;
            Triangles = Update + updateLength;
            Relative = (int*)System.Runtime.CompilerServices.Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_rows));
            Map = Relative + relativeLength;
        }

        public double* Work { get; }

        public double* Update { get; }

        public double* Triangles { get; }

        public int* Relative { get; }

        public int* Map { get; }
    }
}
