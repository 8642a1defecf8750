using System.Runtime.ExceptionServices;

namespace EcoGlmm.Prediction;

/// <summary>
/// Writes one simulated response, a value for each row. Called from several threads at once, with any simulation number in
/// any order, and gives the same values whenever it is called with the same number.
/// </summary>
internal delegate void SimulationWriter(int simulation, Span<double> destination);

/// <summary>
/// Simulated responses, [simulation][row], either held in memory or made again when they are wanted: the residuals and most
/// tests need only what one pass over the simulations can add up.
/// </summary>
internal sealed class SimulationSource
{
    /// <summary>Up to this many values (32 MB) the simulations are kept after the first pass.</summary>
    public const long DefaultKeptValues = 4_000_000;

    /// <summary>So many that what is added up for them stays in the processor's nearest cache.</summary>
    private const int RowsAtOnce = 512;

    /// <summary>Simulations that one worker adds up together, so that what is kept for each row is fetched once for all of them.</summary>
    private const int SimulationsAtOnce = 4;

    private readonly SimulationWriter _writer;
    private readonly long _keptValues;
    private readonly RowSimulator? _rows;
    private readonly Action? _advance;
    private readonly Action? _check;
    private readonly object _gate = new();
    private double[][]? _kept;

    private SimulationSource(SimulationWriter writer, int count, int rowCount, double[][]? kept, long keptValues, RowSimulator? rows = null,
        Action? advance = null, Action? check = null)
    {
        _rows = rows;
        _advance = advance;
        _check = check;
        _writer = writer;
        _keptValues = keptValues;
        _kept = kept;
        Count = count;
        RowCount = rowCount;
    }

    public int Count { get; }

    public int RowCount { get; }

    public static SimulationSource FromMatrix(double[][] simulated) =>
        new((simulation, destination) => simulated[simulation].CopyTo(destination), simulated.Length, simulated[0].Length, simulated, 0);

    public static SimulationSource FromWriter(SimulationWriter writer, int count, int rowCount, long keptValues = DefaultKeptValues) =>
        new(writer, count, rowCount, null, keptValues);

    /// <summary>Simulations that are made by row.</summary>
    /// <param name="rows">Makes them.</param>
    /// <param name="count">How many.</param>
    /// <param name="advance">Called when a block of rows, of <see cref="BlockCount"/>, is done.</param>
    /// <param name="check">Called before each row; may throw to end the work.</param>
    public static SimulationSource FromRows(RowSimulator rows, int count, Action? advance = null, Action? check = null) =>
        new(rows.DrawSimulation, count, rows.RowCount, null, DefaultKeptValues, rows, advance, check);

    /// <summary>
    /// Rows are done in so many blocks, whose sums are added in their order: it depends on the number of rows alone, so that the
    /// result does not depend on the number of threads.
    /// </summary>
    public static int BlockCount(int rowCount) => Math.Clamp(rowCount / 64, 1, 128);

    /// <summary>All simulations. Made, and kept from then on, when they are not in memory.</summary>
    public double[][] Matrix()
    {
        lock (_gate)
        {
            if (_kept is null)
            {
                _kept = _rows is null ? ByWriter() : ByRow(_rows);
            }

            return _kept;
        }
    }

    private double[][] ByWriter()
    {
        var matrix = new double[Count][];
        Rethrowing(() => Parallel.For(0, Count, s => _writer(s, matrix[s] = new double[RowCount])));
        return matrix;
    }

    private double[][] ByRow(RowSimulator simulator)
    {
        var matrix = new double[Count][];
        for (var s = 0; s < Count; s++)
        {
            _check?.Invoke();
            matrix[s] = new double[RowCount];
        }

        ForEachRow(simulator, (_, row, values) =>
        {
            for (var s = 0; s < values.Length; s++)
                matrix[s][row] = values[s];
        });
        return matrix;
    }

    /// <summary>Calls <paramref name="visit"/> for every row, blocks in parallel: (block, row, values). The values are valid during the
    /// call only.</summary>
    private void ForEachRow(RowSimulator simulator, Action<int, int, double[]> visit)
    {
        var blocks = BlockCount(RowCount);
        Rethrowing(() => Parallel.For(0, blocks, () => (simulator.CreateWorkspace(), new double[Count]), (block, _, local) =>
        {
            var last = (int)((long)RowCount * (block + 1) / blocks);
            for (var row = (int)((long)RowCount * block / blocks); row < last; row++)
            {
                _check?.Invoke();
                simulator.DrawRow(row, local.Item2, local.Item1);
                visit(block, row, local.Item2);
            }

            _advance?.Invoke();
            return local;
        }, _ => { }));
    }

    /// <summary>One simulation, not to be written to.</summary>
    public double[] Get(int simulation)
    {
        if (_kept is { } kept)
            return kept[simulation];
        var values = new double[RowCount];
        _writer(simulation, values);
        return values;
    }

    /// <summary>
    /// The sums of groups of rows, [simulation][group], each in the order of its rows. Where simulations are made by row, each row is made
    /// once for all of them.
    /// </summary>
    public SimulationSource Sums(int[][] groups)
    {
        if (_kept is not null || _rows is not { } simulator || (long)groups.Length * Count > _keptValues)
        {
            return FromWriter((simulation, destination) =>
            {
                var values = Get(simulation);
                for (var g = 0; g < groups.Length; g++)
                {
                    var sum = 0.0;
                    foreach (var row in groups[g])
                        sum += values[row];
                    destination[g] = sum;
                }
            }, Count, groups.Length);
        }

        var sums = new double[Count][];
        for (var s = 0; s < Count; s++)
            sums[s] = new double[groups.Length];
        Rethrowing(() => Parallel.For(0, groups.Length, () => (simulator.CreateWorkspace(), new double[Count], new double[Count]),
            (g, _, local) =>
        {
            var (workspace, values, total) = local;
            Array.Clear(total);
            foreach (var row in groups[g])
            {
                _check?.Invoke();
                simulator.DrawRow(row, values, workspace);
                for (var s = 0; s < total.Length; s++)
                    total[s] += values[s];
            }

            for (var s = 0; s < total.Length; s++)
                sums[s][g] = total[s];
            return local;
        }, _ => { }));
        return FromMatrix(sums);
    }

    /// <summary>
    /// Calls <paramref name="visit"/> once for every simulation, in parallel: (worker, simulation, values). The values are
    /// valid during the call only.
    /// </summary>
    public void ForEach(int workers, Action<int, int, double[]> visit)
    {
        var kept = _kept;
        if (kept is null && _rows is not null && (long)RowCount * Count <= _keptValues)
            kept = Matrix();
        Rethrowing(() => Parallel.For(0, workers, worker =>
        {
            var buffer = kept is null ? new double[RowCount] : [];
            var last = (int)((long)Count * (worker + 1) / workers);
            for (var s = (int)((long)Count * worker / workers); s < last; s++)
            {
                if (kept is null)
                    _writer(s, buffer);
                visit(worker, s, kept?[s] ?? buffer);
            }
        }));
    }

    // As ForEach, for some simulations together: (worker, number of the first, values, how many).
    private void ForEachGroup(int workers, Action<int, int, double[][], int> visit)
    {
        var kept = _kept;
        Rethrowing(() => Parallel.For(0, workers, worker =>
        {
            var last = (int)((long)Count * (worker + 1) / workers);
            var first = (int)((long)Count * worker / workers);
            var group = new double[Math.Min(SimulationsAtOnce, last - first)][];
            for (var k = 0; k < group.Length && kept is null; k++)
                group[k] = new double[RowCount];
            for (; first < last; first += group.Length)
            {
                var count = Math.Min(group.Length, last - first);
                for (var k = 0; k < count; k++)
                {
                    if (kept is not null)
                        group[k] = kept[first + k];
                    else
                        _writer(first + k, group[k]);
                }

                visit(worker, first, group, count);
            }
        }));
    }

    private static void Rethrowing(Action parallel)
    {
        try
        {
            parallel();
        }
        catch (AggregateException failures)
        {
            // What went wrong in a simulation, or in a user's function, not that it went wrong in parallel.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    /// <summary>The simulated values of a few rows, [row][simulation].</summary>
    public double[][] Rows(int[] rows)
    {
        var values = new double[rows.Length][];
        for (var i = 0; i < rows.Length; i++)
            values[i] = new double[Count];
        if (_kept is null && _rows is { } simulator)
        {
            var workspace = simulator.CreateWorkspace();
            for (var i = 0; i < rows.Length; i++)
                simulator.DrawRow(rows[i], values[i], workspace);
            return values;
        }

        ForEach(WorkerCount(Count), (_, s, simulated) =>
        {
            for (var i = 0; i < rows.Length; i++)
                values[i][s] = simulated[rows[i]];
        });
        return values;
    }

    /// <summary>
    /// One pass: per row, how many simulations lie below and at the observed value; per simulation, its number of zeros, the
    /// variance of its deviations from the fitted values, and the number of rows where it lies outside all others. Only whole
    /// numbers are added across simulations, so that the result does not depend on how they are shared among threads.
    /// </summary>
    /// <exception cref="GlmmException">A simulated value is not a finite number.</exception>
    public SimulationSummary Summarise(double[] observed, double[] fitted) =>
        _rows is null || _kept is not null ? SummariseSimulations(observed, fitted) : SummariseRows(_rows, observed, fitted);

    private SimulationSummary SummariseRows(RowSimulator simulator, double[] observed, double[] fitted)
    {
        var blocks = new RowBlockSummary[BlockCount(RowCount)];
        for (var b = 0; b < blocks.Length; b++)
            blocks[b] = new RowBlockSummary(Count);
        var less = new long[RowCount];
        var equal = new long[RowCount];
        var shift = Mean(observed) - Mean(fitted);
        ForEachRow(simulator, (block, row, values) =>
            (less[row], equal[row]) = blocks[block].Add(values, observed[row], fitted[row] + shift));
        for (var b = 1; b < blocks.Length; b++)
            blocks[0].Add(blocks[b]);
        var summary = blocks[0].Summarise(less, equal, RowCount);
        var bad = Array.FindIndex(summary.Variances, v => !double.IsFinite(v));
        if (bad >= 0)
            CheckFinite(bad, Array.FindIndex(Get(bad), v => !double.IsFinite(v)));
        return summary;
    }

    private SimulationSummary SummariseSimulations(double[] observed, double[] fitted)
    {
        int n = RowCount, workers = WorkerCount(Count);
        var less = new long[workers][];
        var equal = new long[workers][];
        var extremes = new SimulationExtremes[workers];
        var zeros = new double[Count];
        var variances = new double[Count];
        var badRow = new int[Count];
        var keep = _kept is null && (long)n * Count <= _keptValues ? new double[Count][] : null;
        for (var w = 0; w < workers; w++)
        {
            less[w] = new long[n];
            equal[w] = new long[n];
            extremes[w] = new SimulationExtremes(n);
        }

        ForEachGroup(workers, (worker, first, simulated, count) =>
        {
            Span<double> sums = stackalloc double[SimulationsAtOnce];
            sums.Clear();
            for (int from = 0, end; from < n; from = end)
            {
                end = Math.Min(n, from + RowsAtOnce);
                for (var k = 0; k < count; k++)
                {
                    var values = simulated[k].AsSpan(from, end - from);
                    SimulationSums.CountComparisons(simulated[k], observed, less[worker], equal[worker], from, end);
                    extremes[worker].Add(first + k, simulated[k], from, end);
                    zeros[first + k] += SimulationSums.CountZeros(values);
                    sums[k] += SimulationSums.SumOfPowers(values, fitted.AsSpan(from, end - from), 0, isSquared: false);
                }
            }

            for (var k = 0; k < count; k++)
            {
                var s = first + k;
                if (keep is not null)
                    keep[s] = (double[])simulated[k].Clone();
                variances[s] = SimulationSums.SumOfPowers(simulated[k], fitted, sums[k] / n, isSquared: true) / (n - 1);
                badRow[s] = double.IsFinite(variances[s]) ? -1 : Array.FindIndex(simulated[k], v => !double.IsFinite(v));
            }
        });

        var bad = Array.FindIndex(badRow, row => row >= 0);
        if (bad >= 0)
            CheckFinite(bad, badRow[bad]);
        for (var w = 1; w < workers; w++)
        {
            extremes[0].Merge(extremes[w]);
            for (var i = 0; i < n; i++)
            {
                less[0][i] += less[w][i];
                equal[0][i] += equal[w][i];
            }
        }

        lock (_gate)
            _kept ??= keep;
        (var below, var above) = extremes[0].Outside(Count);
        return new SimulationSummary(less[0], equal[0], zeros, variances, below, above);
    }

    private static void CheckFinite(int simulation, int badRow)
    {
        if (badRow >= 0)
        {
            throw new GlmmException(
                $"Simulation {simulation + 1} has no finite value at row {badRow + 1}: residuals need a number for every row of every " +
                "simulation. If the simulations come from a fitted model, its predictions have probably overflowed; check its "
                + "convergence.");
        }
    }

    internal static int WorkerCount(int count) => Math.Max(1, Math.Min(Environment.ProcessorCount, count));

    internal static double Mean(double[] values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }
}

/// <summary>What one pass over the simulations leaves behind.</summary>
/// <param name="Less">Per row, the number of simulations below the observed value.</param>
/// <param name="Equal">Per row, the number of simulations equal to the observed value.</param>
/// <param name="Zeros">Per simulation, the number of zeros.</param>
/// <param name="Variances">Per simulation, the sample variance of simulated − fitted.</param>
/// <param name="AloneBelow">Per simulation, the number of rows where it lies below all others.</param>
/// <param name="AloneAbove">Per simulation, the number of rows where it lies above all others.</param>
internal sealed record SimulationSummary(
    long[] Less, long[] Equal, double[] Zeros, double[] Variances, double[] AloneBelow, double[] AloneAbove);
