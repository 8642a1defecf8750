using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EcoGlmm.Numerics;

/// <summary>
/// Cholesky factorization P A Pᵀ = L Lᵀ of a sparse symmetric positive definite matrix. The pattern is analysed once
/// (ordering, elimination tree, supernodes); after that only numbers change, and nothing is allocated.
/// </summary>
/// <remarks>
/// Supernodal left-looking: each supernode is a dense panel that collects the updates of its descendants, as in
/// E. G. Ng and B. W. Peyton, SIAM J. Sci. Comput. 14 (1993) 1034-1056. Small supernodes with few rows below (leaves such
/// as observation-level effects) instead push their updates straight to precomputed places.
/// One caller at a time may factorise; any number of threads may solve with a finished factor, each with scratch of its own.
/// </remarks>
internal sealed unsafe partial class SparseCholesky : IDirectFactor
{
    private const int LargestPushWidth = 8;
    private const int LargestPushRows = 8;

    private readonly int _n;
    private readonly int _supernodes;
    private readonly int[] _permutation;
    private readonly int[] _first;
    private readonly int[] _rowStarts;
    private readonly int[] _rows;
    private readonly int[] _panelStarts;
    private readonly int[] _entryPositions;    // in the panels, of each entry of the input

    // A supernode that pushes has pushStarts[s + 1] > pushStarts[s], or no rows at all; its targets are listed column by
    // column of the update's lower triangle.
    private readonly int[] _pushStarts;
    private readonly int[] _pushPositions;
    private readonly bool[] _pushes;

    // For supernode j, the supernodes k before it that pull-update it: rows [low, high) of k are columns of j.
    private readonly int[] _descendantStarts;
    private readonly int[] _descendants;
    private readonly int[] _descendantLow;
    private readonly int[] _descendantHigh;

    private readonly double[] _factorStorage;
    private readonly double* _factor;
    private bool _factored;

    /// <summary>Whether the last factorisation succeeded, so that there is something to solve with.</summary>
    public bool IsFactored => _factored;
    private double _logDeterminant;

    private SparseCholesky(SparsePattern pattern, EliminationTree tree, SupernodePartition partition)
    {
        _n = pattern.Order;
        _permutation = tree.Permutation;
        _supernodes = partition.Count;
        _first = partition.FirstColumns;
        _rowStarts = partition.RowStarts;
        _rows = partition.Rows;
        var layout = new PanelLayout(partition);
        _panelStarts = layout.PanelStarts;
        _entryPositions = layout.EntryPositions(pattern, tree.Inverse);
        (_pushes, _pushStarts, _pushPositions) = layout.PushTargets(LargestPushWidth, LargestPushRows);
        (_descendantStarts, _descendants, _descendantLow, _descendantHigh) = layout.Descendants(_pushes);

        var mostRows = 0;
        var widest = 0;
        long largestUpdate = 0;
        for (var s = 0; s < _supernodes; s++)
        {
            long width = _first[s + 1] - _first[s];
            long below = _rowStarts[s + 1] - _rowStarts[s];
            mostRows = Math.Max(mostRows, (int)(width + below));
            widest = Math.Max(widest, (int)width);
            FactorNonZeros += width * (width + 1) / 2 + width * below;
            FactorFlops += FlopsOf(width, below);
            if (!_pushes[s] && width > 1)
            {
                largestUpdate = Math.Max(largestUpdate, width * below);
            }

            for (var d = _descendantStarts[s]; d < _descendantStarts[s + 1]; d++)
            {
                var k = _descendants[d];
                long height = _rowStarts[k + 1] - _rowStarts[k] - _descendantLow[d];
                if (_first[k + 1] - _first[k] > 1)
                {
                    largestUpdate = Math.Max(largestUpdate, height * (_descendantHigh[d] - _descendantLow[d]));
                }
            }
        }

        _factorStorage = GC.AllocateArray<double>(layout.Length, pinned: true);
        _factor = Address(_factorStorage);
        var products = widest > LargestPushWidth || _descendants.Length > 0;
        _productLength = products ? MatrixProduct.WorkspaceLength : 0;
        _updateLength = checked((int)largestUpdate);
        _relativeLength = mostRows;
        _trianglesLength = checked(2 * widest * widest + widest * widest / 4 + widest);
        _caller = NewBuffers();
        SolveScratchLength = _n + mostRows;
    }

    /// <summary>The number of stored entries of the lower triangle of L, zeros of relaxed supernodes included.</summary>
    public long FactorNonZeros { get; }

    /// <summary>Floating-point operations of one factorization.</summary>
    public double FactorFlops { get; }

    double ISparseFactor.Flops => FactorFlops;

    long ISparseFactor.NonZeros => FactorNonZeros;

    double ISparseFactor.LogDeterminantError => 0;

    /// <summary>The natural logarithm of the determinant of the matrix; NaN before a successful factorization.</summary>
    public double LogDeterminant => _factored ? _logDeterminant : double.NaN;

    /// <summary>The original index of each row in the order of elimination.</summary>
    public ReadOnlySpan<int> Permutation => _permutation;

    /// <summary>Finds the elimination order and the structure of the factor of matrices with this pattern.</summary>
    public static SparseCholesky Analyze(SparsePattern lower, CancellationToken cancellation = default)
    {
        var tree = EliminationTree.Build(lower, FillReducingOrder.Compute(lower, cancellation));
        return new SparseCholesky(lower, tree, SupernodePartition.Build(tree));
    }

    /// <summary>
    /// As <see cref="Analyze"/>, unless a factorisation would cost more than <paramref name="mostFlops"/>, or hold too many numbers
    /// for one array: then null.
    /// </summary>
    public static SparseCholesky? TryAnalyze(SparsePattern lower, double mostFlops, CancellationToken cancellation = default)
    {
        var tree = EliminationTree.Build(lower, FillReducingOrder.Compute(lower, cancellation));
        cancellation.ThrowIfCancellationRequested();
        var partition = SupernodePartition.Build(tree);
        double flops = 0;
        double nonZeros = 0;
        for (var s = 0; s < partition.Count; s++)
        {
            double width = partition.FirstColumns[s + 1] - partition.FirstColumns[s];
            double below = partition.RowStarts[s + 1] - partition.RowStarts[s];
            flops += FlopsOf(width, below);
            nonZeros += width * (width + below);
        }

        return flops > mostFlops || nonZeros > Array.MaxLength ? null : new SparseCholesky(lower, tree, partition);
    }

    private static double FlopsOf(double width, double below) =>
        width * (width * width / 3.0 + width * (below + 1) + below * (below + 1));

    /// <summary>Copies the factor as it is; what is returned brings it back.</summary>
    public Action Keep()
    {
        var (kept, wasFactored, logarithm) = ((double[])_factorStorage.Clone(), _factored, _logDeterminant);
        return () =>
        {
            kept.CopyTo(_factorStorage, 0);
            _factored = wasFactored;
            _logDeterminant = logarithm;
        };
    }

    /// <summary>The doubles of scratch that a solve needs.</summary>
    public int SolveScratchLength { get; }

    /// <summary>Solves A x = b in place, with scratch from the shared pool.</summary>
    public void Solve(Span<double> b)
    {
        var scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
        Solve(b, scratch);
        ArrayPool<double>.Shared.Return(scratch);
    }

    /// <summary>Solves A x = b in place; scratch holds at least <see cref="SolveScratchLength"/> doubles.</summary>
    public void Solve(Span<double> b, Span<double> scratch)
    {
        CheckSolvable(b.Length, 1);
        CheckScratch(scratch);
        fixed (double* solution = scratch)
        {
            for (var i = 0; i < _n; i++)
            {
                solution[i] = b[_permutation[i]];
            }

            Forward(solution, solution + _n);
            Backward(solution, solution + _n);
            for (var i = 0; i < _n; i++)
            {
                b[_permutation[i]] = solution[i];
            }
        }
    }

    /// <summary>Solves A X = B in place for several right-hand sides, column-major.</summary>
    public void SolveMany(Span<double> b, int columns)
    {
        CheckSolvable(b.Length, columns);
        var scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
        for (var j = 0; j < columns; j++)
        {
            Solve(b.Slice(j * _n, _n), scratch);
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    /// <summary>
    /// x = Pᵀ L⁻ᵀ z in place: turns independent standard normal variates into a draw from N(0, A⁻¹).
    /// </summary>
    public void SolveFactorTransposed(Span<double> z)
    {
        CheckSolvable(z.Length, 1);
        var scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
        fixed (double* solution = scratch)
        {
            z.CopyTo(scratch);
            Backward(solution, solution + _n);
            for (var i = 0; i < _n; i++)
            {
                z[_permutation[i]] = solution[i];
            }
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    // L x = b.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(double* x, double* gathered)
    {
        fixed (int* allRows = _rows)
        {
            for (var s = 0; s < _supernodes; s++)
            {
                var column = _first[s];
                var width = _first[s + 1] - column;
                var below = allRows + _rowStarts[s];
                var count = _rowStarts[s + 1] - _rowStarts[s];
                var ld = width + count;
                var panel = _factor + _panelStarts[s];
                var top = x + column;
                if (width == 1 || count <= LargestPushRows)
                {
                    for (var j = 0; j < width; j++, panel += ld)
                    {
                        var xj = top[j] /= panel[j];
                        for (var i = j + 1; i < width; i++)
                        {
                            top[i] -= panel[i] * xj;
                        }

                        for (var i = 0; i < count; i++)
                        {
                            x[below[i]] -= panel[width + i] * xj;
                        }
                    }

                    continue;
                }

                DensePanel.SolveLower(panel, ld, width, top);
                new Span<double>(gathered, count).Clear();
                DensePanel.MultiplyAdd(count, width, panel + width, ld, top, gathered);
                for (var i = 0; i < count; i++)
                {
                    x[below[i]] -= gathered[i];
                }
            }
        }
    }

    // Lᵀ x = b.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(double* x, double* gathered)
    {
        fixed (int* allRows = _rows)
        {
            for (var s = _supernodes - 1; s >= 0; s--)
            {
                var column = _first[s];
                var width = _first[s + 1] - column;
                var below = allRows + _rowStarts[s];
                var count = _rowStarts[s + 1] - _rowStarts[s];
                var ld = width + count;
                var panel = _factor + _panelStarts[s];
                var top = x + column;
                if (width == 1)
                {
                    var sum = *top;
                    for (var i = 0; i < count; i++)
                    {
                        sum -= panel[1 + i] * x[below[i]];
                    }

                    *top = sum / *panel;
                    continue;
                }

                for (var i = 0; i < count; i++)
                {
                    gathered[i] = x[below[i]];
                }

                for (var j = 0; j < width; j++)
                {
                    top[j] -= DensePanel.Dot(count, panel + width + (long)j * ld, gathered);
                }

                DensePanel.SolveLowerTransposed(panel, ld, width, top);
            }
        }
    }

    private void CheckScratch(ReadOnlySpan<double> scratch)
    {
        if (scratch.Length < SolveScratchLength)
        {
            throw new ArgumentException($"The scratch has {scratch.Length} entries; {SolveScratchLength} are needed.");
        }
    }

    private void CheckSolvable(int length, int columns)
    {
        if (!_factored)
        {
            throw new InvalidOperationException("The matrix has not been factorized, or was not positive definite.");
        }

        if (length != (long)_n * columns)
        {
            throw new ArgumentException($"The right-hand side has {length} entries; {(long)_n * columns} were expected.");
        }
    }

    private static double* Address(double[] pinned) =>
        (double*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
