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

    private readonly int n;
    private readonly int supernodes;
    private readonly int[] permutation;
    private readonly int[] first;
    private readonly int[] rowStarts;
    private readonly int[] rows;
    private readonly int[] panelStarts;
    private readonly int[] entryPositions;    // in the panels, of each entry of the input

    // A supernode that pushes has pushStarts[s + 1] > pushStarts[s], or no rows at all; its targets are listed column by
    // column of the update's lower triangle.
    private readonly int[] pushStarts;
    private readonly int[] pushPositions;
    private readonly bool[] pushes;

    // For supernode j, the supernodes k before it that pull-update it: rows [low, high) of k are columns of j.
    private readonly int[] descendantStarts;
    private readonly int[] descendants;
    private readonly int[] descendantLow;
    private readonly int[] descendantHigh;

    private readonly double[] factorStorage;
    private readonly double* factor;
    private readonly int[] map;               // local row in the current panel of a row of the matrix
    private readonly double[] workStorage;
    private bool factored;

    /// <summary>Whether the last factorisation succeeded, so that there is something to solve with.</summary>
    public bool IsFactored => factored;
    private double logDeterminant;

    private SparseCholesky(SparsePattern pattern, EliminationTree tree, SupernodePartition partition)
    {
        n = pattern.Order;
        permutation = tree.Permutation;
        supernodes = partition.Count;
        first = partition.FirstColumns;
        rowStarts = partition.RowStarts;
        rows = partition.Rows;
        var layout = new PanelLayout(partition);
        panelStarts = layout.PanelStarts;
        entryPositions = layout.EntryPositions(pattern, tree.Inverse);
        (pushes, pushStarts, pushPositions) = layout.PushTargets(LargestPushWidth, LargestPushRows);
        (descendantStarts, descendants, descendantLow, descendantHigh) = layout.Descendants(pushes);

        int mostRows = 0;
        int widest = 0;
        long largestUpdate = 0;
        for (int s = 0; s < supernodes; s++)
        {
            long width = first[s + 1] - first[s];
            long below = rowStarts[s + 1] - rowStarts[s];
            mostRows = Math.Max(mostRows, (int)(width + below));
            widest = Math.Max(widest, (int)width);
            FactorNonZeros += width * (width + 1) / 2 + width * below;
            FactorFlops += FlopsOf(width, below);
            if (!pushes[s] && width > 1)
            {
                largestUpdate = Math.Max(largestUpdate, width * below);
            }

            for (int d = descendantStarts[s]; d < descendantStarts[s + 1]; d++)
            {
                int k = descendants[d];
                long height = rowStarts[k + 1] - rowStarts[k] - descendantLow[d];
                if (first[k + 1] - first[k] > 1)
                {
                    largestUpdate = Math.Max(largestUpdate, height * (descendantHigh[d] - descendantLow[d]));
                }
            }
        }

        factorStorage = GC.AllocateArray<double>(layout.Length, pinned: true);
        factor = Address(factorStorage);
        map = new int[n];
        bool products = widest > LargestPushWidth || descendants.Length > 0;
        productLength = products ? MatrixProduct.WorkspaceLength : 0;
        updateLength = checked((int)largestUpdate);
        relativeLength = mostRows;
        caller = new Buffers(productLength, updateLength, relativeLength);
        work = caller.Work;
        update = caller.Update;
        int trianglesLength = checked(2 * widest * widest + widest * widest / 4 + widest);
        SolveScratchLength = n + mostRows;
        workStorage = GC.AllocateUninitializedArray<double>(trianglesLength, pinned: true);
        triangles = Address(workStorage);
    }

    /// <summary>The number of stored entries of the lower triangle of L, zeros of relaxed supernodes included.</summary>
    public long FactorNonZeros { get; }

    /// <summary>Floating-point operations of one factorization.</summary>
    public double FactorFlops { get; }

    double ISparseFactor.Flops => FactorFlops;

    long ISparseFactor.NonZeros => FactorNonZeros;

    double ISparseFactor.LogDeterminantError => 0;

    /// <summary>The natural logarithm of the determinant of the matrix; NaN before a successful factorization.</summary>
    public double LogDeterminant => factored ? logDeterminant : double.NaN;

    /// <summary>The original index of each row in the order of elimination.</summary>
    public ReadOnlySpan<int> Permutation => permutation;

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
        for (int s = 0; s < partition.Count; s++)
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
        var (kept, wasFactored, logarithm) = ((double[])factorStorage.Clone(), factored, logDeterminant);
        return () =>
        {
            kept.CopyTo(factorStorage, 0);
            factored = wasFactored;
            logDeterminant = logarithm;
        };
    }

    /// <summary>The doubles of scratch that a solve needs.</summary>
    public int SolveScratchLength { get; }

    /// <summary>Solves A x = b in place, with scratch from the shared pool.</summary>
    public void Solve(Span<double> b)
    {
        double[] scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
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
            for (int i = 0; i < n; i++)
            {
                solution[i] = b[permutation[i]];
            }

            Forward(solution, solution + n);
            Backward(solution, solution + n);
            for (int i = 0; i < n; i++)
            {
                b[permutation[i]] = solution[i];
            }
        }
    }

    /// <summary>Solves A X = B in place for several right-hand sides, column-major.</summary>
    public void SolveMany(Span<double> b, int columns)
    {
        CheckSolvable(b.Length, columns);
        double[] scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
        for (int j = 0; j < columns; j++)
        {
            Solve(b.Slice(j * n, n), scratch);
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    /// <summary>
    /// x = Pᵀ L⁻ᵀ z in place: turns independent standard normal variates into a draw from N(0, A⁻¹).
    /// </summary>
    public void SolveFactorTransposed(Span<double> z)
    {
        CheckSolvable(z.Length, 1);
        double[] scratch = ArrayPool<double>.Shared.Rent(SolveScratchLength);
        fixed (double* solution = scratch)
        {
            z.CopyTo(scratch);
            Backward(solution, solution + n);
            for (int i = 0; i < n; i++)
            {
                z[permutation[i]] = solution[i];
            }
        }

        ArrayPool<double>.Shared.Return(scratch);
    }

    // L x = b.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(double* x, double* gathered)
    {
        fixed (int* allRows = rows)
        {
            for (int s = 0; s < supernodes; s++)
            {
                int column = first[s];
                int width = first[s + 1] - column;
                int* below = allRows + rowStarts[s];
                int count = rowStarts[s + 1] - rowStarts[s];
                int ld = width + count;
                double* panel = factor + panelStarts[s];
                double* top = x + column;
                if (width == 1 || count <= LargestPushRows)
                {
                    for (int j = 0; j < width; j++, panel += ld)
                    {
                        double xj = top[j] /= panel[j];
                        for (int i = j + 1; i < width; i++)
                        {
                            top[i] -= panel[i] * xj;
                        }

                        for (int i = 0; i < count; i++)
                        {
                            x[below[i]] -= panel[width + i] * xj;
                        }
                    }

                    continue;
                }

                DensePanel.SolveLower(panel, ld, width, top);
                new Span<double>(gathered, count).Clear();
                DensePanel.MultiplyAdd(count, width, panel + width, ld, top, gathered);
                for (int i = 0; i < count; i++)
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
        fixed (int* allRows = rows)
        {
            for (int s = supernodes - 1; s >= 0; s--)
            {
                int column = first[s];
                int width = first[s + 1] - column;
                int* below = allRows + rowStarts[s];
                int count = rowStarts[s + 1] - rowStarts[s];
                int ld = width + count;
                double* panel = factor + panelStarts[s];
                double* top = x + column;
                if (width == 1)
                {
                    double sum = *top;
                    for (int i = 0; i < count; i++)
                    {
                        sum -= panel[1 + i] * x[below[i]];
                    }

                    *top = sum / *panel;
                    continue;
                }

                for (int i = 0; i < count; i++)
                {
                    gathered[i] = x[below[i]];
                }

                for (int j = 0; j < width; j++)
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
        if (!factored)
        {
            throw new InvalidOperationException("The matrix has not been factorized, or was not positive definite.");
        }

        if (length != (long)n * columns)
        {
            throw new ArgumentException($"The right-hand side has {length} entries; {(long)n * columns} were expected.");
        }
    }

    private static double* Address(double[] pinned) =>
        (double*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
