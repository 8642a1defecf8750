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
        Array.Clear(_factorStorage);
        for (var e = 0; e < values.Length; e++)
        {
            _factor[_entryPositions[e]] = values[e];
        }

        double sum = 0;
        double product = 1;
        fixed (int* targets = _pushPositions)
        {
            for (var s = 0; s < _supernodes; s++)
            {
                var width = _first[s + 1] - _first[s];
                var below = _rowStarts[s + 1] - _rowStarts[s];
                var panel = _factor + _panelStarts[s];
                if (_descendantStarts[s + 1] > _descendantStarts[s])
                {
                    PullAll(s);
                }

                bool positive;
                if (!_pushes[s])
                {
                    Cancellation.ThrowIfCancellationRequested();
                    positive = FactorPanel(panel, width, below);
                }
                else if (width == 1)
                {
                    positive = FactorColumn(panel, below, targets + _pushStarts[s]);
                }
                else
                {
                    positive = FactorSmall(panel, width, below, targets + _pushStarts[s]);
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
    private bool FactorColumn(double* column, int below, int* target)
    {
        var pivot = *column;
        if (!(pivot > 0) || double.IsPositiveInfinity(pivot))
        {
            return false;
        }

        var root = Math.Sqrt(pivot);
        *column++ = root;
        var scale = 1 / root;
        for (var i = 0; i < below; i++)
        {
            column[i] *= scale;
        }

        for (var j = 0; j < below; j++)
        {
            var lj = column[j];
            for (var i = j; i < below; i++)
            {
                _factor[*target++] -= column[i] * lj;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FactorSmall(double* panel, int width, int below, int* target)
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

        for (var j = width; j < ld; j++)
        {
            for (var i = j; i < ld; i++)
            {
                double dot = 0;
                for (var k = 0; k < width; k++)
                {
                    dot += panel[k * ld + i] * panel[k * ld + j];
                }

                _factor[*target++] -= dot;
            }
        }

        return true;
    }

    // Subtracts from columns [begin, end) of panel j the updates of its descendants.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pull(int j, int begin, int end, in Buffers buffers)
    {
        var ld = _first[j + 1] - _first[j] + _rowStarts[j + 1] - _rowStarts[j];
        var panel = _factor + _panelStarts[j];
        var local = buffers.Relative;
        for (var d = _descendantStarts[j]; d < _descendantStarts[j + 1]; d++)
        {
            var k = _descendants[d];
            var (low, high) = Within(d, _first[j] + begin, _first[j] + end);
            if (low == high)
            {
                continue;
            }

            if (Cancellation.IsCancellationRequested)
            {
                return;
            }

            var width = _first[k + 1] - _first[k];
            var below = _rowStarts[k + 1] - _rowStarts[k];
            var m = below - low;
            var columns = high - low;
            var ldk = width + below;
            var source = _factor + _panelStarts[k] + width + low;
            var contiguous = Localize(k, low, m, local);
            var target = panel + local[0] + (long)local[0] * ld;
            if (width == 1)
            {
                SubtractOuter(columns, m, source, local, contiguous, panel, ld);
            }
            else if (contiguous)
            {
                MatrixProduct.Add(
                    m, columns, width, true, source, ldk, false, source, ldk, true, target, ld, buffers.Work, true, Cancellation);
            }
            else
            {
                var update = buffers.Update;
                new Span<double>(update, m * columns).Clear();
                MatrixProduct.Add(
                    m, columns, width, true, source, ldk, false, source, ldk, true, update, m, buffers.Work, true, Cancellation);
                for (var c = 0; c < columns; c++)
                {
                    var to = panel + (long)local[c] * ld;
                    var from = update + (long)c * m;
                    for (var i = c; i < m; i++)
                    {
                        to[local[i]] += from[i];
                    }
                }
            }
        }
    }

    // Of the rows that descendant d has among the columns of its target, those in [from, to) of the matrix.
    private (int Low, int High) Within(int d, int from, int to)
    {
        var rows = _rows.AsSpan(_rowStarts[_descendants[d]]);
        var (low, high) = (_descendantLow[d], _descendantHigh[d]);
        if (rows[low] < from)
        {
            low += FirstAtLeast(rows[low..high], from);
        }

        if (low < high && rows[high - 1] >= to)
        {
            high = low + FirstAtLeast(rows[low..high], to);
        }

        return (low, high);
    }

    private static int FirstAtLeast(ReadOnlySpan<int> rows, int least)
    {
        var at = rows.BinarySearch(least);
        return at < 0 ? ~at : at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractOuter(
        int columns, int m, double* source, int* local, bool contiguous, double* panel, int ld)
    {
        for (var c = 0; c < columns; c++)
        {
            var to = panel + (long)local[c] * ld;
            var s = source[c];
            if (contiguous)
            {
                DensePanel.AddScaled(m - c, -s, source + c, to + local[c]);
                continue;
            }

            for (var i = c; i < m; i++)
            {
                var entry = to + local[i];
                *entry = MatrixProduct.MultiplyAdd(-s, source[i], *entry);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BuildMap(int j)
    {
        var column = _first[j];
        var width = _first[j + 1] - column;
        for (var i = 0; i < width; i++)
        {
            _map[column + i] = i;
        }

        var start = _rowStarts[j];
        var count = _rowStarts[j + 1] - start;
        for (var i = 0; i < count; i++)
        {
            _map[_rows[start + i]] = width + i;
        }
    }

    // The local rows, in the panel that the map stands for, of the m last rows of supernode k. Returns whether they follow
    // one another without gaps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Localize(int k, int low, int m, int* local)
    {
        var start = _rowStarts[k] + low;
        for (var i = 0; i < m; i++)
        {
            local[i] = _map[_rows[start + i]];
        }

        return local[m - 1] - local[0] == m - 1;
    }
}
