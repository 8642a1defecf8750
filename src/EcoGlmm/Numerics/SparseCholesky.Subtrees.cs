using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <content>
/// Subtrees of the elimination tree, which depend on nothing outside: threads factorise them side by side before what is above them, and
/// invert them after it. Each number is the same sum in the same order as with one thread.
/// </content>
internal sealed unsafe partial class SparseCholesky
{
    /// <summary>The least share of all operations that are in subtrees, for it to be worth while.</summary>
    private const double LeastInSubtrees = 0.1;

    /// <summary>What a descendant costs beside operations, as so many of these.</summary>
    private const double OverheadOfDescendant = 500;

    private const int ClearedAtOnce = 1 << 18;

    private Subtree[]? _subtrees;

    /// <summary>Of each supernode, where the subtree that it is in ends; 0 for none.</summary>
    private int[] _subtreeEnds = [];

    private volatile bool _isIndefinite;

    private bool IsInSubtree(int s) => _subtreeEnds.Length > 0 && _subtreeEnds[s] > 0;

    /// <summary>The subtrees for threads to share, in ascending order; none where one thread does all.</summary>
    private ReadOnlySpan<Subtree> Subtrees() => FactorFlops >= LeastFlops && HasTeam() ? _subtrees ??= FindSubtrees() : [];

    /// <summary>
    /// Factorises the subtrees, but for what they contribute to panels above them; false where the matrix is not positive definite.
    /// </summary>
    private bool TryFactorSubtrees(out ReadOnlySpan<Subtree> subtrees)
    {
        subtrees = Subtrees();
        if (subtrees.IsEmpty)
        {
            return true;
        }

        _isIndefinite = false;
        _step = Step.Factor;
        _team!.Run(subtrees.Length);
        Cancellation.ThrowIfCancellationRequested();
        return !_isIndefinite;
    }

    private void InvertSubtrees(ReadOnlySpan<Subtree> subtrees, double* z)
    {
        if (subtrees.IsEmpty)
        {
            return;
        }

        _step = Step.Invert;
        _stepInverse = z;
        _team!.Run(subtrees.Length);
        Cancellation.ThrowIfCancellationRequested();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FactorSubtree(Subtree subtree, in Buffers buffers)
    {
        var products = new BlockProduct(buffers.Work, null);
        fixed (int* targets = _pushPositions)
        {
            for (var s = subtree.Begin; s < subtree.End && !_isIndefinite && !Cancellation.IsCancellationRequested; s++)
            {
                var width = _first[s + 1] - _first[s];
                var below = _rowStarts[s + 1] - _rowStarts[s];
                var panel = _factor + _panelStarts[s];
                if (_descendantStarts[s + 1] > _descendantStarts[s])
                {
                    BuildMap(s, buffers.Map);
                    Pull(s, _descendantStarts[s], _descendantStarts[s + 1], 0, width + below, buffers.Map, buffers);
                }

                var positive = _pushes[s]
                    ? FactorSmall(panel, width, below)
                    : DensePanel.Cholesky(panel, width + below, width + below, width, products);
                if (!positive)
                {
                    _isIndefinite = true;
                }
                else if (_pushes[s])
                {
                    Push(s, targets, 0, RowsWithin(s, subtree.End));
                }
            }
        }
    }

    private void InvertSubtree(Subtree subtree, double* z, in Buffers buffers)
    {
        var products = new BlockProduct(buffers.Work, null);
        fixed (int* targets = _pushPositions)
        {
            for (var s = subtree.End - 1; s >= subtree.Begin && !Cancellation.IsCancellationRequested; s--)
            {
                if (_pushes[s])
                {
                    InvertSmall(s, z, targets);
                }
                else
                {
                    FinishPanel(s, z, buffers, products);
                }

                if (_descendantStarts[s + 1] > _descendantStarts[s])
                {
                    BuildMap(s, buffers.Map);
                    Share(s, _descendantStarts[s], _descendantStarts[s + 1], z, buffers.Map, buffers);
                }
            }
        }
    }

    /// <summary>The rows below supernode s that are columns of supernodes before another one.</summary>
    private int RowsWithin(int s, int end) => FirstAtLeast(_rows.AsSpan(_rowStarts[s].._rowStarts[s + 1]), _first[end]);

    private Subtree[] FindSubtrees()
    {
        var supernodeOf = new int[_n];
        for (var s = 0; s < _supernodes; s++)
        {
            supernodeOf.AsSpan(_first[s].._first[s + 1]).Fill(s);
        }

        // Where each subtree begins, if it is in one piece, and its operations.
        var begins = new int[_supernodes];
        var counts = new int[_supernodes];
        var flops = new double[_supernodes];
        double all = 0;
        Array.Fill(begins, int.MaxValue);
        for (var s = 0; s < _supernodes; s++)
        {
            double width = _first[s + 1] - _first[s];
            double below = _rowStarts[s + 1] - _rowStarts[s];
            var (from, to) = (_descendantStarts[s], _descendantStarts[s + 1]);
            var own = width * width * (width / 3 + below) + UpdateFlops(from, to) + OverheadOfDescendant * (1 + to - from);
            all += own;
            flops[s] += own;
            begins[s] = Math.Min(begins[s], s);
            counts[s]++;
            if (below > 0)
            {
                var parent = supernodeOf[_rows[_rowStarts[s]]];
                flops[parent] += flops[s];
                counts[parent] += counts[s];
                begins[parent] = Math.Min(begins[parent], begins[s]);
            }
        }

        var largest = all / (TasksPerWorker * _team!.Workers);
        var found = new List<(Subtree Range, double Flops)>();
        for (var s = _supernodes - 1; s >= 0;)
        {
            if (flops[s] > largest || s - begins[s] + 1 != counts[s])
            {
                s--;
                continue;
            }

            // Neighbours that are small go together.
            if (found.Count > 0 && found[^1].Range.Begin == s + 1 && found[^1].Flops + flops[s] <= largest)
            {
                found[^1] = (new Subtree(begins[s], found[^1].Range.End), found[^1].Flops + flops[s]);
            }
            else
            {
                found.Add((new Subtree(begins[s], s + 1), flops[s]));
            }

            s = begins[s] - 1;
        }

        if (found.Count < 2 || found.Sum(f => f.Flops) < LeastInSubtrees * all)
        {
            return [];
        }

        found.Reverse();
        _subtreeEnds = new int[_supernodes];
        foreach (var (range, _) in found)
        {
            _subtreeEnds.AsSpan(range.Begin..range.End).Fill(range.End);
        }

        return [.. found.Select(f => f.Range)];
    }

    private void Clear(double[] storage)
    {
        if (storage.Length < 2 * ClearedAtOnce || !(FactorFlops >= LeastFlops && HasTeam()))
        {
            Array.Clear(storage);
            return;
        }

        _step = Step.Clear;
        _stepCleared = storage;
        _team!.Run((storage.Length + ClearedAtOnce - 1) / ClearedAtOnce);
    }

    private void ClearPart(int part)
    {
        var from = part * ClearedAtOnce;
        _stepCleared.AsSpan(from, Math.Min(ClearedAtOnce, _stepCleared.Length - from)).Clear();
    }

    /// <summary>Supernodes from one up to another that come without any of their descendants' being left out.</summary>
    private readonly record struct Subtree(int Begin, int End);
}
