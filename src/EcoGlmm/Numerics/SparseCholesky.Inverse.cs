using System.Runtime.CompilerServices;

namespace EcoGlmm.Numerics;

/// <content>
/// The entries of the inverse on the pattern of the factor: K. Takahashi, J. Fagan and M.-S. Chin (1973); in blocks as in
/// Y. E. Campbell and T. A. Davis, "Computing the sparse inverse subset" (University of Florida, TR-95-021, 1995).
/// </content>
/// <remarks>
/// For a supernode with triangle L₁₁ and rows below L₂₁, and Z = A⁻¹: with W = L₁₁⁻¹ and Y = L₂₁ W,
/// Z₂₁ = -Z₂₂ Y and Z₁₁ = Wᵀ W - Yᵀ Z₂₁. The supernodes are visited from the last to the first; each finished panel adds
/// its share of Z₂₂ L₂₁ to the panels of its descendants. Diagonal blocks of Z are stored whole.
/// </remarks>
internal sealed unsafe partial class SparseCholesky
{
    private double[]? _inverseStorage;

    /// <summary>
    /// The entries of A⁻¹ where the input pattern has entries, aligned with its row indices.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SelectedInverse(Span<double> values)
    {
        if (!_factored)
        {
            CheckSolvable(0, 0);
        }

        if (values.Length != _entryPositions.Length)
        {
            throw new ArgumentException(
                $"The pattern has {_entryPositions.Length} entries, but {values.Length} places were given.", nameof(values));
        }

        if (_inverseStorage is null)
        {
            _inverseStorage = GC.AllocateArray<double>(_factorStorage.Length, pinned: true);
        }
        else
        {
            Clear(_inverseStorage);
        }

        var z = Address(_inverseStorage);
        var subtrees = Subtrees();
        fixed (int* targets = _pushPositions)
        {
            for (var s = _supernodes - 1; s >= 0; s--)
            {
                if (!subtrees.IsEmpty && _subtreeEnds[s] > 0)
                {
                    continue;
                }

                if (_pushes[s])
                {
                    InvertSmall(s, z, targets);
                }
                else
                {
                    Cancellation.ThrowIfCancellationRequested();
                    FinishPanel(s, z, _caller, Products());
                }

                if (_descendantStarts[s + 1] > _descendantStarts[s])
                {
                    ShareAll(s, z);
                }
            }
        }

        InvertSubtrees(subtrees, z);
        for (var e = 0; e < values.Length; e++)
        {
            values[e] = z[_entryPositions[e]];
        }
    }

    // The panel of the inverse of supernode s, which pushes, given those of all later ones.
    private void InvertSmall(int s, double* z, int* targets)
    {
        var width = _first[s + 1] - _first[s];
        var below = _rowStarts[s + 1] - _rowStarts[s];
        var l = _factor + _panelStarts[s];
        var panel = z + _panelStarts[s];
        if (width == 1)
        {
            InvertColumn(l, panel, below, z, targets + _pushStarts[s]);
        }
        else
        {
            InvertSmall(l, panel, width, below, z, targets + _pushStarts[s]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InvertColumn(double* l, double* column, int below, double* z, int* target)
    {
        var scale = 1 / *l++;
        var diagonal = scale * scale;
        var below21 = column + 1;
        for (var j = 0; j < below; j++)
        {
            below21[j] -= z[*target++] * l[j];
            for (var i = j + 1; i < below; i++)
            {
                var zij = z[*target++];
                below21[j] -= zij * l[i];
                below21[i] -= zij * l[j];
            }
        }

        double dot = 0;
        for (var i = 0; i < below; i++)
        {
            below21[i] *= scale;
            dot += l[i] * below21[i];
        }

        *column = diagonal - scale * dot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InvertSmall(double* l, double* panel, int width, int below, double* z, int* target)
    {
        var ld = width + below;

        // -Z₂₂ L₂₁, then times W from the right.
        for (var j = 0; j < below; j++)
        {
            for (var i = j; i < below; i++)
            {
                var zij = z[*target++];
                for (var k = 0; k < width; k++)
                {
                    panel[k * ld + width + j] -= zij * l[k * ld + width + i];
                    if (i != j)
                    {
                        panel[k * ld + width + i] -= zij * l[k * ld + width + j];
                    }
                }
            }
        }

        var w = stackalloc double[LargestPushWidth * LargestPushWidth];
        DensePanel.InvertLower(l, ld, width, w, width, null, default);
        for (var k = 0; k < width; k++)
        {
            for (var i = width; i < ld; i++)
            {
                double sum = 0;
                for (var q = k; q < width; q++)
                {
                    sum += panel[q * ld + i] * w[k * width + q];
                }

                panel[k * ld + i] = sum;
            }
        }

        // T = W - L₂₁ᵀ Z₂₁, and Z₁₁ = Wᵀ T.
        var t = stackalloc double[LargestPushWidth * LargestPushWidth];
        for (var k = 0; k < width; k++)
        {
            for (var q = 0; q < width; q++)
            {
                var sum = w[k * width + q];
                for (var i = width; i < ld; i++)
                {
                    sum -= l[q * ld + i] * panel[k * ld + i];
                }

                t[k * width + q] = sum;
            }
        }

        for (var k = 0; k < width; k++)
        {
            for (var r = k; r < width; r++)
            {
                double sum = 0;
                for (var q = r; q < width; q++)
                {
                    sum += w[r * width + q] * t[k * width + q];
                }

                panel[k * ld + r] = panel[r * ld + k] = sum;
            }
        }
    }

    // On entry the rows below hold Z₂₂ L₂₁.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishPanel(int s, double* z, in Buffers buffers, in BlockProduct products)
    {
        var width = _first[s + 1] - _first[s];
        var below = _rowStarts[s + 1] - _rowStarts[s];
        var l = _factor + _panelStarts[s];
        var panel = z + _panelStarts[s];
        var ld = width + below;
        if (width == 1)
        {
            var scale = 1 / *l;
            DensePanel.Scale(below, -scale, panel + 1);
            *panel = scale * scale - scale * DensePanel.Dot(below, l + 1, panel + 1);
            return;
        }

        var w = buffers.Triangles;
        var t = w + (long)width * width;
        DensePanel.InvertLower(l, ld, width, w, width, t, products);
        new ReadOnlySpan<double>(w, width * width).CopyTo(new Span<double>(t, width * width));
        if (below > 0)
        {
            for (var k = 0; k < width; k++)
            {
                var column = new Span<double>(panel + width + (long)k * ld, below);
                column.CopyTo(new Span<double>(buffers.Update + (long)k * below, below));
                column.Clear();
            }

            products.Add(
                below, width, width, true, buffers.Update, below, false, w, width, false, panel + width, ld,
                ProductShape.LowerRight);
            products.Add(
                width, width, below, true, l + width, ld, true, panel + width, ld, false, t, width, ProductShape.Full);
        }

        products.Add(
            width, width, width, false, w, width, true, t, width, false, panel, ld,
            ProductShape.LowerResult | ProductShape.UpperLeft);
        for (var k = 0; k < width; k++)
        {
            for (var i = k + 1; i < width; i++)
            {
                panel[k + (long)i * ld] = panel[i + (long)k * ld];
            }
        }
    }

    // Adds what finished panel j contributes to Z₂₂ L₂₁ of its descendants [begin, end).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Share(int j, int begin, int end, double* z, int* map, in Buffers buffers)
    {
        var ld = _first[j + 1] - _first[j] + _rowStarts[j + 1] - _rowStarts[j];
        var panel = z + _panelStarts[j];
        var local = buffers.Relative;
        for (var d = begin; d < end && !Cancellation.IsCancellationRequested; d++)
        {
            var k = _descendants[d];
            var low = _descendantLow[d];
            var width = _first[k + 1] - _first[k];
            var below = _rowStarts[k + 1] - _rowStarts[k];
            var m = below - low;
            var columns = _descendantHigh[d] - low;
            var ldk = width + below;
            var l = _factor + _panelStarts[k] + width + low;
            var target = z + _panelStarts[k] + width + low;
            var contiguous = Localize(k, low, columns, 0, m, map, local);
            if (width == 1)
            {
                ShareColumn(columns, m, panel, ld, local, l, target);
                continue;
            }

            var block = panel + local[0] + (long)local[0] * ld;
            var ldb = ld;
            if (!contiguous)
            {
                block = buffers.Update;
                ldb = m;
                for (var c = 0; c < columns; c++)
                {
                    var from = panel + (long)local[c] * ld;
                    var to = block + (long)c * m;
                    for (var i = 0; i < m; i++)
                    {
                        to[i] = from[local[i]];
                    }
                }
            }

            MatrixProduct.Add(
                columns, width, m, false, block, ldb, true, l, ldk, false, target, ldk, buffers.Work, false, Cancellation);
            MatrixProduct.Add(
                m - columns, width, columns, false, block + columns, ldb, false, l, ldk, false, target + columns, ldk,
                buffers.Work, false, Cancellation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ShareColumn(
        int columns, int m, double* panel, int ld, int* local, double* l, double* target)
    {
        for (var c = 0; c < columns; c++)
        {
            var from = panel + (long)local[c] * ld;
            var lc = l[c];
            var sum = target[c];
            for (var i = 0; i < columns; i++)
            {
                sum += from[local[i]] * l[i];
            }

            for (var i = columns; i < m; i++)
            {
                var zic = from[local[i]];
                sum += zic * l[i];
                target[i] += zic * lc;
            }

            target[c] = sum;
        }
    }
}
