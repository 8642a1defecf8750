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
        if (values.Length != entryPositions.Length)
        {
            throw new ArgumentException(
                $"The pattern has {entryPositions.Length} entries, but {values.Length} values were given.", nameof(values));
        }

        factored = false;
        Array.Clear(factorStorage);
        for (int e = 0; e < values.Length; e++)
        {
            factor[entryPositions[e]] = values[e];
        }

        double sum = 0;
        double product = 1;
        fixed (int* targets = pushPositions)
        {
            for (int s = 0; s < supernodes; s++)
            {
                int width = first[s + 1] - first[s];
                int below = rowStarts[s + 1] - rowStarts[s];
                double* panel = factor + panelStarts[s];
                if (descendantStarts[s + 1] > descendantStarts[s])
                {
                    PullAll(s);
                }

                bool positive;
                if (!pushes[s])
                {
                    Cancellation.ThrowIfCancellationRequested();
                    positive = FactorPanel(panel, width, below);
                }
                else if (width == 1)
                {
                    positive = FactorColumn(panel, below, targets + pushStarts[s]);
                }
                else
                {
                    positive = FactorSmall(panel, width, below, targets + pushStarts[s]);
                }

                if (!positive)
                {
                    return false;
                }

                for (int j = 0; j < width; j++, panel += width + below + 1)
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

        logDeterminant = 2 * (sum + Math.Log(product));
        factored = true;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FactorColumn(double* column, int below, int* target)
    {
        double pivot = *column;
        if (!(pivot > 0) || double.IsPositiveInfinity(pivot))
        {
            return false;
        }

        double root = Math.Sqrt(pivot);
        *column++ = root;
        double scale = 1 / root;
        for (int i = 0; i < below; i++)
        {
            column[i] *= scale;
        }

        for (int j = 0; j < below; j++)
        {
            double lj = column[j];
            for (int i = j; i < below; i++)
            {
                factor[*target++] -= column[i] * lj;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool FactorSmall(double* panel, int width, int below, int* target)
    {
        int ld = width + below;
        for (int j = 0; j < width; j++)
        {
            double* column = panel + j * ld;
            for (int k = 0; k < j; k++)
            {
                double* earlier = panel + k * ld;
                double s = earlier[j];
                for (int i = j; i < ld; i++)
                {
                    column[i] -= s * earlier[i];
                }
            }

            double pivot = column[j];
            if (!(pivot > 0) || double.IsPositiveInfinity(pivot))
            {
                return false;
            }

            double root = Math.Sqrt(pivot);
            column[j] = root;
            double scale = 1 / root;
            for (int i = j + 1; i < ld; i++)
            {
                column[i] *= scale;
            }
        }

        for (int j = width; j < ld; j++)
        {
            for (int i = j; i < ld; i++)
            {
                double dot = 0;
                for (int k = 0; k < width; k++)
                {
                    dot += panel[k * ld + i] * panel[k * ld + j];
                }

                factor[*target++] -= dot;
            }
        }

        return true;
    }

    // Subtracts from columns [begin, end) of panel j the updates of its descendants.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pull(int j, int begin, int end, in Buffers buffers)
    {
        int ld = first[j + 1] - first[j] + rowStarts[j + 1] - rowStarts[j];
        double* panel = factor + panelStarts[j];
        int* local = buffers.Relative;
        for (int d = descendantStarts[j]; d < descendantStarts[j + 1]; d++)
        {
            int k = descendants[d];
            var (low, high) = Within(d, first[j] + begin, first[j] + end);
            if (low == high)
            {
                continue;
            }

            if (Cancellation.IsCancellationRequested)
            {
                return;
            }

            int width = first[k + 1] - first[k];
            int below = rowStarts[k + 1] - rowStarts[k];
            int m = below - low;
            int columns = high - low;
            int ldk = width + below;
            double* source = factor + panelStarts[k] + width + low;
            bool contiguous = Localize(k, low, m, local);
            double* target = panel + local[0] + (long)local[0] * ld;
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
                double* update = buffers.Update;
                new Span<double>(update, m * columns).Clear();
                MatrixProduct.Add(
                    m, columns, width, true, source, ldk, false, source, ldk, true, update, m, buffers.Work, true, Cancellation);
                for (int c = 0; c < columns; c++)
                {
                    double* to = panel + (long)local[c] * ld;
                    double* from = update + (long)c * m;
                    for (int i = c; i < m; i++)
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
        int start = rowStarts[descendants[d]];
        int low = descendantLow[d];
        int high = descendantHigh[d];
        while (low < high && rows[start + low] < from)
        {
            low++;
        }

        while (low < high && rows[start + high - 1] >= to)
        {
            high--;
        }

        return (low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractOuter(
        int columns, int m, double* source, int* local, bool contiguous, double* panel, int ld)
    {
        for (int c = 0; c < columns; c++)
        {
            double* to = panel + (long)local[c] * ld;
            double s = source[c];
            if (contiguous)
            {
                DensePanel.AddScaled(m - c, -s, source + c, to + local[c]);
                continue;
            }

            for (int i = c; i < m; i++)
            {
                double* entry = to + local[i];
                *entry = MatrixProduct.MultiplyAdd(-s, source[i], *entry);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BuildMap(int j)
    {
        int column = first[j];
        int width = first[j + 1] - column;
        for (int i = 0; i < width; i++)
        {
            map[column + i] = i;
        }

        int start = rowStarts[j];
        int count = rowStarts[j + 1] - start;
        for (int i = 0; i < count; i++)
        {
            map[rows[start + i]] = width + i;
        }
    }

    // The local rows, in the panel that the map stands for, of the m last rows of supernode k. Returns whether they follow
    // one another without gaps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Localize(int k, int low, int m, int* local)
    {
        int start = rowStarts[k] + low;
        for (int i = 0; i < m; i++)
        {
            local[i] = map[rows[start + i]];
        }

        return local[m - 1] - local[0] == m - 1;
    }
}
