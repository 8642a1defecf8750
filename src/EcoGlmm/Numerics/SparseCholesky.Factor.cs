using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <content>The numeric factorization.</content>
internal sealed unsafe partial class SparseCholesky
{
    /// <summary>
    /// Factorizes the matrix with these values, aligned with the row indices of the analysed pattern. Returns false if it
    /// is not (numerically) positive definite or holds a NaN; another matrix can then be tried.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryFactor(ReadOnlySpan<double> values)
    {
        if (values.Length != _entryPositions.Length)
        {
            throw new ArgumentException(
                $"The pattern has {_entryPositions.Length} entries, but {values.Length} values were given.", nameof(values));
        }

        _factored = false;
        Clear(_factorStorage);
        for (var e = 0; e < values.Length; e++)
        {
            _factor[_entryPositions[e]] = values[e];
        }

        double sum = 0;
        double product = 1;
        var (pulledFrom, pulledEnd) = (0, 0);
        if (!TryFactorSubtrees(out var subtrees))
        {
            return false;
        }

        fixed (int* targets = _pushPositions)
        {
            for (var s = 0; s < _supernodes; s++)
            {
                var width = _first[s + 1] - _first[s];
                var below = _rowStarts[s + 1] - _rowStarts[s];
                var panel = _factor + _panelStarts[s];
                var subtreeEnd = subtrees.IsEmpty ? 0 : _subtreeEnds[s];
                var isDone = subtreeEnd > 0;
                if (!isDone && _descendantStarts[s + 1] > _descendantStarts[s])
                {
                    if (s >= pulledEnd)
                    {
                        (pulledFrom, pulledEnd) = (s, PullTogether(s));
                    }

                    // Of the descendants of a panel of a group, those before the group have been seen to.
                    PullAll(s, s < pulledEnd ? FirstDescendant(s, pulledFrom) : _descendantStarts[s]);
                }

                var positive = true;
                if (isDone)
                {
                    // Pushes out of the subtree come in the order in which one thread makes them.
                    if (_pushes[s])
                    {
                        Push(s, targets, RowsWithin(s, subtreeEnd), below);
                    }
                }
                else if (!_pushes[s])
                {
                    Cancellation.ThrowIfCancellationRequested();
                    positive = FactorPanel(panel, width, below);
                }
                else
                {
                    positive = FactorSmall(panel, width, below);
                    if (positive)
                    {
                        Push(s, targets, 0, below);
                    }
                }

                if (!positive)
                {
                    return false;
                }

                for (var j = 0; j < width; j++, panel += width + below + 1)
                {
                    // A product of some pivots has one logarithm.
                    product *= *panel;
                    if (product > 1e100 || product < 1e-100)
                    {
                        sum += Math.Log(product);
                        product = 1;
                    }
                }
            }
        }

        _logDeterminant = 2 * (sum + Math.Log(product));
        _factored = true;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FactorSmall(double* panel, int width, int below)
    {
        var ld = width + below;
        for (var j = 0; j < width; j++)
        {
            var column = panel + j * ld;
            for (var k = 0; k < j; k++)
            {
                var earlier = panel + k * ld;
                var s = earlier[j];
                for (var i = j; i < ld; i++)
                {
                    column[i] -= s * earlier[i];
                }
            }

            var pivot = column[j];
            if (!(pivot > 0) || double.IsPositiveInfinity(pivot))
            {
                return false;
            }

            var root = Math.Sqrt(pivot);
            column[j] = root;
            var scale = 1 / root;
            for (var i = j + 1; i < ld; i++)
            {
                column[i] *= scale;
            }
        }

        return true;
    }

    // Subtracts what a small panel contributes to the columns that are its rows [from, to).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Push(int s, int* targets, int from, int to)
    {
        var width = _first[s + 1] - _first[s];
        var below = _rowStarts[s + 1] - _rowStarts[s];
        var ld = width + below;
        var rows = _factor + _panelStarts[s] + width;
        var target = targets + _pushStarts[s] + (from * below - from * (from - 1) / 2);
        for (var j = from; j < to; j++)
        {
            if (width == 1)
            {
                var lj = rows[j];
                for (var i = j; i < below; i++)
                {
                    _factor[*target++] -= rows[i] * lj;
                }

                continue;
            }

            for (var i = j; i < below; i++)
            {
                double dot = 0;
                for (var k = 0; k < width; k++)
                {
                    dot += rows[k * ld + i] * rows[k * ld + j];
                }

                _factor[*target++] -= dot;
            }
        }
    }

    // Subtracts from the local rows [begin, end) of panel j, which the map stands for, the updates of descendants [first, last).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pull(int j, int first, int last, int begin, int end, int* map, in Buffers buffers)
    {
        var ld = _first[j + 1] - _first[j] + _rowStarts[j + 1] - _rowStarts[j];
        var panel = _factor + _panelStarts[j];
        var local = buffers.Relative;
        for (var d = first; d < last; d++)
        {
            var k = _descendants[d];
            var low = _descendantLow[d];
            var (from, to) = begin == 0 && end == ld ? (low, _rowStarts[k + 1] - _rowStarts[k]) : Within(d, j, begin, end);
            if (from == to)
            {
                continue;
            }

            if (Cancellation.IsCancellationRequested)
            {
                return;
            }

            // Rows of k count from low, of which the first are those among j's columns; above the diagonal nothing is wanted.
            var width = _first[k + 1] - _first[k];
            var ldk = width + _rowStarts[k + 1] - _rowStarts[k];
            var (top, m) = (from - low, to - from);
            var columns = Math.Min(_descendantHigh[d] - low, to - low);
            var source = _factor + _panelStarts[k] + width + low;
            var contiguous = Localize(k, low, columns, top, to - low, map, local);
            if (width == 1)
            {
                SubtractOuter(columns, top, to - low, source, local, contiguous, panel, ld);
            }
            else if (contiguous)
            {
                MatrixProduct.Add(
                    m, columns, width, true, source + top, ldk, false, source, ldk, true, panel + local[top] + (long)local[0] * ld, ld,
                    buffers.Work, top == 0, Cancellation);
            }
            else
            {
                var update = buffers.Update;
                new Span<double>(update, m * columns).Clear();
                MatrixProduct.Add(
                    m, columns, width, true, source + top, ldk, false, source, ldk, true, update, m, buffers.Work, top == 0, Cancellation);
                for (var c = 0; c < columns; c++)
                {
                    var target = panel + (long)local[c] * ld;
                    var values = update + (long)c * m - top;
                    for (var i = Math.Max(c, top); i < top + m; i++)
                    {
                        target[local[i]] += values[i];
                    }
                }
            }
        }
    }

    // The rows of descendant d that lie in the local rows [begin, end) of its target j.
    private (int From, int To) Within(int d, int j, int begin, int end)
    {
        var k = _descendants[d];
        var rows = _rows.AsSpan(_rowStarts[k].._rowStarts[k + 1]);
        var from = _descendantLow[d] + FirstAtLeast(rows[_descendantLow[d]..], RowOf(j, begin));
        return (from, from + FirstAtLeast(rows[from..], RowOf(j, end)));
    }

    // The row of the matrix that a local row of a panel is.
    private int RowOf(int j, int local)
    {
        var width = _first[j + 1] - _first[j];
        return local < width ? _first[j] + local
            : _rowStarts[j] + local - width < _rowStarts[j + 1] ? _rows[_rowStarts[j] + local - width] : _n;
    }

    private static int FirstAtLeast(ReadOnlySpan<int> rows, int least)
    {
        var at = rows.BinarySearch(least);
        return at < 0 ? ~at : at;
    }

    // Columns of an update by one column; of its rows those in [top, end), and of these those on and below the diagonal.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractOuter(
        int columns, int top, int end, double* source, int* local, bool contiguous, double* panel, int ld)
    {
        for (var c = 0; c < columns; c++)
        {
            var to = panel + (long)local[c] * ld;
            var s = source[c];
            var i = Math.Max(c, top);
            if (contiguous)
            {
                DensePanel.AddScaled(end - i, -s, source + i, to + local[i]);
                continue;
            }

            for (; i < end; i++)
            {
                var entry = to + local[i];
                *entry = MatrixProduct.MultiplyAdd(-s, source[i], *entry);
            }
        }
    }

    // The local row in panel j of each row of the matrix that the panel has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BuildMap(int j, int* map)
    {
        var column = _first[j];
        var width = _first[j + 1] - column;
        for (var i = 0; i < width; i++)
        {
            map[column + i] = i;
        }

        var start = _rowStarts[j];
        var count = _rowStarts[j + 1] - start;
        for (var i = 0; i < count; i++)
        {
            map[_rows[start + i]] = width + i;
        }
    }

    // The local rows, in the panel that the map stands for, of rows [0, columns) and [top, end) of supernode k, counted from low.
    // Returns whether both follow one another without gaps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Localize(int k, int low, int columns, int top, int end, int* map, int* local)
    {
        fixed (int* rows = &_rows[_rowStarts[k] + low])
        {
            for (var i = 0; i < columns && i < top; i++)
            {
                local[i] = map[rows[i]];
            }

            for (var i = top; i < end; i++)
            {
                local[i] = map[rows[i]];
            }
        }

        return local[columns - 1] - local[0] == columns - 1 && local[end - 1] - local[top] == end - 1 - top;
    }
}
