using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Σ z zᵀ over markers for centred copies z, by whole numbers: products of copies (0, 1, 2) are summed exactly, 32 at a time,
/// and what centring takes off is taken off once at the end; calls that are missing, few as they are, are put right one by
/// one. Bits do not depend on the number of threads.
/// </summary>
internal sealed unsafe class AlleleProducts
{
    /// <summary>Above this share of missing calls the products of centred numbers are faster.</summary>
    public const double MostMissing = 0.05;

    /// <summary>Markers of a block; sums of 16 bits hold many times as many.</summary>
    public const int BlockMarkers = 2048;

    private const int Lanes = 32;

    // Not a power of two, so that one marker's bytes do not all fall into the same set of the cache.
    private const int RowBytes = BlockMarkers + 64;
    private const int StripRows = 32;
    private const int TileRows = 4;
    private const int MarkersWithGaps = 128;

    private readonly Genotypes genotypes;
    private readonly int n;
    private readonly int paddedRows;
    private readonly byte[] copies;
    private readonly double[] sum;
    private readonly double[] alongMean;
    private readonly double[] gaps;
    private readonly double[] gapMeans = new double[MarkersWithGaps];
    private readonly double[] gapDeviations;
    private readonly int[] gapMarkers = new int[MarkersWithGaps];
    private readonly int[][] gapPlaces = new int[MarkersWithGaps][];
    private readonly double[] means = new double[BlockMarkers];
    private readonly GenotypeDecoder decoder;
    private readonly WorkTeam decode;
    private readonly WorkTeam multiply;
    private readonly WorkTeam mend;
    private int[] block = [];
    private int depth;
    private int gapCount;
    private double squaredMeans;

    /// <param name="genotypes">The genotypes.</param>
    /// <param name="sum">Gets the sum, column-major, lower triangle.</param>
    /// <param name="threads">Most threads.</param>
    public AlleleProducts(Genotypes genotypes, double[] sum, int threads)
    {
        this.genotypes = genotypes;
        this.sum = sum;
        decoder = genotypes.Decoder();
        n = decoder.Count;
        paddedRows = (n + TileRows - 1) / TileRows * TileRows;
        copies = GC.AllocateArray<byte>(checked(paddedRows * RowBytes), pinned: true);
        alongMean = new double[n];
        gaps = new double[(long)n * n];
        gapDeviations = new double[MarkersWithGaps * n];
        decode = new WorkTeam(threads, (_, task) => Decode(task));
        multiply = new WorkTeam(threads, (_, task) => Multiply(task));
        mend = new WorkTeam(threads, (_, task) => Mend(task));
    }

    /// <summary>Adds a block of at most <see cref="BlockMarkers"/> markers, none of them without calls.</summary>
    public void Add(int[] markers)
    {
        block = markers;
        depth = (markers.Length + Lanes - 1) / Lanes * Lanes;
        int strips = (n + StripRows - 1) / StripRows;
        decode.Run(depth / Lanes);
        multiply.Run(strips);
        for (int k = 0; k < markers.Length; k++)
        {
            squaredMeans += means[k] * means[k];
            if (genotypes.CountsAt(markers[k]).Missing > 0)
            {
                Remember(markers[k], means[k]);
            }
        }

        MendAll();
    }

    /// <summary>Takes off the means, once all markers are added.</summary>
    public void Finish()
    {
        for (int j = 0; j < n; j++)
        {
            for (int i = j; i < n; i++)
            {
                double gap = i == j ? gaps[i + (long)i * n] : gaps[i + (long)j * n] + gaps[j + (long)i * n];
                sum[i + (long)j * n] += squaredMeans - alongMean[i] - alongMean[j] + gap;
            }
        }
    }

    // Thirty-two markers: a byte for each individual and marker, individual by individual.
    private void Decode(int task)
    {
        int from = task * Lanes;
        int count = Math.Min(Lanes, block.Length - from);
        for (int k = 0; k < Lanes; k++)
        {
            byte* target = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(copies)) + from + k;
            if (k >= count)
            {
                for (int i = 0; i < n; i++)
                {
                    target[(long)i * RowBytes] = 0;
                }

                continue;
            }

            int marker = block[from + k];
            means[from + k] = genotypes.CountsAt(marker).Mean;
            decoder.Copies(genotypes.Row(marker), target, RowBytes);
        }
    }

    // A strip of rows of the result, and its part of Σ mean · copies.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int strip)
    {
        int start = strip * StripRows;
        int end = Math.Min(n, start + StripRows);
        byte* x = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(copies));
        int* tile = stackalloc int[TileRows * 2];
        for (int i = start; i < end; i++)
        {
            byte* row = x + (long)i * RowBytes;
            double along = 0;
            for (int k = 0; k < block.Length; k++)
            {
                along += means[k] * row[k];
            }

            alongMean[i] += along;
        }

        // the strip stays in the second cache, two rows of the others in the first
        for (int j = 0; j < end; j += 2)
        {
            for (int i = Math.Max(start, j / TileRows * TileRows); i < end; i += TileRows)
            {
                Tile(x + (long)i * RowBytes, x + (long)j * RowBytes, depth, tile);
                int rows = Math.Min(TileRows, n - i);
                for (int c = 0; c < 2 && j + c < n; c++)
                {
                    for (int r = Math.Max(0, j + c - i); r < rows; r++)
                    {
                        sum[i + r + (long)(j + c) * n] += tile[r + c * TileRows];
                    }
                }
            }
        }
    }

    // tile[r + 4 c] = Σ a_r b_c over the block's markers, four rows by two.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(byte* a, byte* b, int depth, int* tile)
    {
        byte* b1 = b + RowBytes;
        byte* a1 = a + RowBytes;
        byte* a2 = a1 + RowBytes;
        byte* a3 = a2 + RowBytes;
        var s00 = Vector256<short>.Zero;
        var s10 = s00;
        var s20 = s00;
        var s30 = s00;
        var s01 = s00;
        var s11 = s00;
        var s21 = s00;
        var s31 = s00;
        for (int k = 0; k < depth; k += Lanes)
        {
            var y0 = Vector256.Load(b + k).AsSByte();
            var y1 = Vector256.Load(b1 + k).AsSByte();
            var x = Vector256.Load(a + k);
            s00 += Pairs(x, y0);
            s01 += Pairs(x, y1);
            x = Vector256.Load(a1 + k);
            s10 += Pairs(x, y0);
            s11 += Pairs(x, y1);
            x = Vector256.Load(a2 + k);
            s20 += Pairs(x, y0);
            s21 += Pairs(x, y1);
            x = Vector256.Load(a3 + k);
            s30 += Pairs(x, y0);
            s31 += Pairs(x, y1);
        }

        Totals(s00, s10, s20, s30).Store(tile);
        Totals(s01, s11, s21, s31).Store(tile + TileRows);
    }

    // Products of bytes, neighbours added.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Pairs(Vector256<byte> x, Vector256<sbyte> y)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(x, y);
        }

        var (low, high) = Vector256.Widen(x);
        var (lowY, highY) = Vector256.Widen(y);
        return low.AsInt16() * lowY + high.AsInt16() * highY;
    }

    // The sums of the lanes of four vectors.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Totals(Vector256<short> a, Vector256<short> b, Vector256<short> c, Vector256<short> d)
    {
        if (Avx2.IsSupported)
        {
            var ones = Vector256.Create((short)1);
            var ab = Avx2.HorizontalAdd(Avx2.MultiplyAddAdjacent(a, ones), Avx2.MultiplyAddAdjacent(b, ones));
            var cd = Avx2.HorizontalAdd(Avx2.MultiplyAddAdjacent(c, ones), Avx2.MultiplyAddAdjacent(d, ones));
            var all = Avx2.HorizontalAdd(ab, cd);
            return all.GetLower() + all.GetUpper();
        }

        return Vector128.Create(Total(a), Total(b), Total(c), Total(d));
    }

    private static int Total(Vector256<short> sums)
    {
        var (low, high) = Vector256.Widen(sums);
        return Vector256.Sum(low + high);
    }

    private void Remember(int marker, double mean)
    {
        gapMarkers[gapCount] = marker;
        gapMeans[gapCount] = mean;
        if (++gapCount == MarkersWithGaps)
        {
            MendAll();
        }
    }

    private void MendAll()
    {
        if (gapCount == 0)
        {
            return;
        }

        for (int k = 0; k < gapCount; k++)
        {
            double mean = gapMeans[k];
            var deviations = gapDeviations.AsSpan(k * n, n);
            decoder.Decode(genotypes.Row(gapMarkers[k]), 2 - mean, 1 - mean, -mean, double.NaN, deviations);
            var missing = new List<int>();
            for (int i = 0; i < n; i++)
            {
                if (double.IsNaN(deviations[i]))
                {
                    missing.Add(i);
                    deviations[i] = 0;
                }
            }

            gapPlaces[k] = [.. missing];
        }

        mend.Run((n + StripRows - 1) / StripRows);
        gapCount = 0;
    }

    // A missing call was taken for no copies, −mean when centred; it is to be 0. Of each pair this is the one side's half.
    private void Mend(int strip)
    {
        fixed (double* deviations = gapDeviations, target = gaps)
        {
            for (int k = 0; k < gapCount; k++)
            {
                double mean = gapMeans[k];
                foreach (int i in gapPlaces[k])
                {
                    if (i / StripRows != strip)
                    {
                        continue;
                    }

                    double* column = target + (long)i * n;
                    DensePanel.AddScaled(n, mean, deviations + (long)k * n, column);
                    foreach (int j in gapPlaces[k])
                    {
                        column[j] -= 0.5 * mean * mean;
                    }

                    column[i] -= 0.5 * mean * mean;
                }
            }
        }
    }
}
