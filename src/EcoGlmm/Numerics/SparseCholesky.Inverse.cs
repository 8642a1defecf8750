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
    private readonly double* triangles;
    private double[]? inverseStorage;

    /// <summary>
    /// The entries of A⁻¹ where the input pattern has entries, aligned with its row indices.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SelectedInverse(Span<double> values)
    {
        if (!factored)
        {
            CheckSolvable(0, 0);
        }

        if (values.Length != entryPositions.Length)
        {
            throw new ArgumentException(
                $"The pattern has {entryPositions.Length} entries, but {values.Length} places were given.", nameof(values));
        }

        if (inverseStorage is null)
        {
            inverseStorage = GC.AllocateArray<double>(factorStorage.Length, pinned: true);
        }
        else
        {
            Array.Clear(inverseStorage);
        }

        double* z = Address(inverseStorage);
        fixed (int* targets = pushPositions)
        {
            for (int s = supernodes - 1; s >= 0; s--)
            {
                int width = first[s + 1] - first[s];
                int below = rowStarts[s + 1] - rowStarts[s];
                double* l = factor + panelStarts[s];
                double* panel = z + panelStarts[s];
                if (!pushes[s])
                {
                    Cancellation.ThrowIfCancellationRequested();
                    FinishPanel(l, panel, width, below);
                }
                else if (width == 1)
                {
                    InvertColumn(l, panel, below, z, targets + pushStarts[s]);
                }
                else
                {
                    InvertSmall(l, panel, width, below, z, targets + pushStarts[s]);
                }

                if (descendantStarts[s + 1] > descendantStarts[s])
                {
                    ShareAll(s, z);
                }
            }
        }

        for (int e = 0; e < values.Length; e++)
        {
            values[e] = z[entryPositions[e]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InvertColumn(double* l, double* column, int below, double* z, int* target)
    {
        double scale = 1 / *l++;
        double diagonal = scale * scale;
        double* below21 = column + 1;
        for (int j = 0; j < below; j++)
        {
            below21[j] -= z[*target++] * l[j];
            for (int i = j + 1; i < below; i++)
            {
                double zij = z[*target++];
                below21[j] -= zij * l[i];
                below21[i] -= zij * l[j];
            }
        }

        double dot = 0;
        for (int i = 0; i < below; i++)
        {
            below21[i] *= scale;
            dot += l[i] * below21[i];
        }

        *column = diagonal - scale * dot;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InvertSmall(double* l, double* panel, int width, int below, double* z, int* target)
    {
        int ld = width + below;

        // -Z₂₂ L₂₁, then times W from the right.
        for (int j = 0; j < below; j++)
        {
            for (int i = j; i < below; i++)
            {
                double zij = z[*target++];
                for (int k = 0; k < width; k++)
                {
                    panel[k * ld + width + j] -= zij * l[k * ld + width + i];
                    if (i != j)
                    {
                        panel[k * ld + width + i] -= zij * l[k * ld + width + j];
                    }
                }
            }
        }

        double* w = stackalloc double[LargestPushWidth * LargestPushWidth];
        DensePanel.InvertLower(l, ld, width, w, width, null, default);
        for (int k = 0; k < width; k++)
        {
            for (int i = width; i < ld; i++)
            {
                double sum = 0;
                for (int q = k; q < width; q++)
                {
                    sum += panel[q * ld + i] * w[k * width + q];
                }

                panel[k * ld + i] = sum;
            }
        }

        // T = W - L₂₁ᵀ Z₂₁, and Z₁₁ = Wᵀ T.
        double* t = stackalloc double[LargestPushWidth * LargestPushWidth];
        for (int k = 0; k < width; k++)
        {
            for (int q = 0; q < width; q++)
            {
                double sum = w[k * width + q];
                for (int i = width; i < ld; i++)
                {
                    sum -= l[q * ld + i] * panel[k * ld + i];
                }

                t[k * width + q] = sum;
            }
        }

        for (int k = 0; k < width; k++)
        {
            for (int r = k; r < width; r++)
            {
                double sum = 0;
                for (int q = r; q < width; q++)
                {
                    sum += w[r * width + q] * t[k * width + q];
                }

                panel[k * ld + r] = panel[r * ld + k] = sum;
            }
        }
    }

    // On entry the rows below hold Z₂₂ L₂₁.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FinishPanel(double* l, double* panel, int width, int below)
    {
        int ld = width + below;
        if (width == 1)
        {
            double scale = 1 / *l;
            DensePanel.Scale(below, -scale, panel + 1);
            *panel = scale * scale - scale * DensePanel.Dot(below, l + 1, panel + 1);
            return;
        }

        double* w = triangles;
        double* t = w + (long)width * width;
        var products = Products();
        DensePanel.InvertLower(l, ld, width, w, width, t, products);
        new ReadOnlySpan<double>(w, width * width).CopyTo(new Span<double>(t, width * width));
        if (below > 0)
        {
            for (int k = 0; k < width; k++)
            {
                var column = new Span<double>(panel + width + (long)k * ld, below);
                column.CopyTo(new Span<double>(update + (long)k * below, below));
                column.Clear();
            }

            products.Add(
                below, width, width, true, update, below, false, w, width, false, panel + width, ld,
                ProductShape.LowerRight);
            products.Add(
                width, width, below, true, l + width, ld, true, panel + width, ld, false, t, width, ProductShape.Full);
        }

        products.Add(
            width, width, width, false, w, width, true, t, width, false, panel, ld,
            ProductShape.LowerResult | ProductShape.UpperLeft);
        for (int k = 0; k < width; k++)
        {
            for (int i = k + 1; i < width; i++)
            {
                panel[k + (long)i * ld] = panel[i + (long)k * ld];
            }
        }
    }

    // Adds what finished panel j contributes to Z₂₂ L₂₁ of its descendants [begin, end).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Share(int j, int begin, int end, double* z, in Buffers buffers)
    {
        int ld = first[j + 1] - first[j] + rowStarts[j + 1] - rowStarts[j];
        double* panel = z + panelStarts[j];
        int* local = buffers.Relative;
        for (int d = begin; d < end && !Cancellation.IsCancellationRequested; d++)
        {
            int k = descendants[d];
            int low = descendantLow[d];
            int width = first[k + 1] - first[k];
            int below = rowStarts[k + 1] - rowStarts[k];
            int m = below - low;
            int columns = descendantHigh[d] - low;
            int ldk = width + below;
            double* l = factor + panelStarts[k] + width + low;
            double* target = z + panelStarts[k] + width + low;
            bool contiguous = Localize(k, low, m, local);
            if (width == 1)
            {
                ShareColumn(columns, m, panel, ld, local, l, target);
                continue;
            }

            double* block = panel + local[0] + (long)local[0] * ld;
            int ldb = ld;
            if (!contiguous)
            {
                block = buffers.Update;
                ldb = m;
                for (int c = 0; c < columns; c++)
                {
                    double* from = panel + (long)local[c] * ld;
                    double* to = block + (long)c * m;
                    for (int i = 0; i < m; i++)
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
        for (int c = 0; c < columns; c++)
        {
            double* from = panel + (long)local[c] * ld;
            double lc = l[c];
            double sum = target[c];
            for (int i = 0; i < columns; i++)
            {
                sum += from[local[i]] * l[i];
            }

            for (int i = columns; i < m; i++)
            {
                double zic = from[local[i]];
                sum += zic * l[i];
                target[i] += zic * lc;
            }

            target[c] = sum;
        }
    }
}
