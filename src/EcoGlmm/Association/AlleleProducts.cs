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

    private readonly Genotypes _genotypes;
    private readonly int _n;
    private readonly int _paddedRows;
    private readonly byte[] _copies;
    private readonly double[] _sum;
    private readonly double[] _alongMean;
    private readonly double[] _gaps;
    private readonly double[] _gapMeans = new double[MarkersWithGaps];
    private readonly double[] _gapDeviations;
    private readonly int[] _gapMarkers = new int[MarkersWithGaps];
    private readonly int[][] _gapPlaces = new int[MarkersWithGaps][];
    private readonly double[] _means = new double[BlockMarkers];
    private readonly GenotypeDecoder _decoder;
    private readonly WorkTeam _decode;
    private readonly WorkTeam _multiply;
    private readonly WorkTeam _mend;
    private int[] _block = [];
    private int _depth;
    private int _gapCount;
    private double _squaredMeans;

    /// <param name="genotypes">The genotypes.</param>
    /// <param name="sum">Gets the sum, column-major, lower triangle.</param>
    /// <param name="threads">Most threads.</param>
    public AlleleProducts(Genotypes genotypes, double[] sum, int threads)
    {
        this._genotypes = genotypes;
        this._sum = sum;
        _decoder = genotypes.Decoder();
        _n = _decoder.Count;
        _paddedRows = (_n + TileRows - 1) / TileRows * TileRows;
        _copies = GC.AllocateArray<byte>(checked(_paddedRows * RowBytes), pinned: true);
        _alongMean = new double[_n];
        _gaps = new double[(long)_n * _n];
        _gapDeviations = new double[MarkersWithGaps * _n];
        _decode = new WorkTeam(threads, (_, task) => Decode(task));
        _multiply = new WorkTeam(threads, (_, task) => Multiply(task));
        _mend = new WorkTeam(threads, (_, task) => Mend(task));
    }

    /// <summary>Adds a block of at most <see cref="BlockMarkers"/> markers, none of them without calls.</summary>
    public void Add(int[] markers)
    {
        _block = markers;
        _depth = (markers.Length + Lanes - 1) / Lanes * Lanes;
        var strips = (_n + StripRows - 1) / StripRows;
        _decode.Run(_depth / Lanes);
        _multiply.Run(strips);
        for (var k = 0; k < markers.Length; k++)
        {
            _squaredMeans += _means[k] * _means[k];
            if (_genotypes.CountsAt(markers[k]).Missing > 0)
            {
                Remember(markers[k], _means[k]);
            }
        }

        MendAll();
    }

    /// <summary>Takes off the means, once all markers are added.</summary>
    public void Finish()
    {
        for (var j = 0; j < _n; j++)
        {
            for (var i = j; i < _n; i++)
            {
                var gap = i == j ? _gaps[i + (long)i * _n] : _gaps[i + (long)j * _n] + _gaps[j + (long)i * _n];
                _sum[i + (long)j * _n] += _squaredMeans - _alongMean[i] - _alongMean[j] + gap;
            }
        }
    }

    // Thirty-two markers: a byte for each individual and marker, individual by individual.
    private void Decode(int task)
    {
        var from = task * Lanes;
        var count = Math.Min(Lanes, _block.Length - from);
        for (var k = 0; k < Lanes; k++)
        {
            var target = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_copies)) + from + k;
            if (k >= count)
            {
                for (var i = 0; i < _n; i++)
                {
                    target[(long)i * RowBytes] = 0;
                }

                continue;
            }

            var marker = _block[from + k];
            _means[from + k] = _genotypes.CountsAt(marker).Mean;
            _decoder.Copies(_genotypes.Row(marker), target, RowBytes);
        }
    }

    // A strip of rows of the result, and its part of Σ mean · copies.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(int strip)
    {
        var start = strip * StripRows;
        var end = Math.Min(_n, start + StripRows);
        var x = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_copies));
        var tile = stackalloc int[TileRows * 2];
        for (var i = start; i < end; i++)
        {
            var row = x + (long)i * RowBytes;
            double along = 0;
            for (var k = 0; k < _block.Length; k++)
            {
                along += _means[k] * row[k];
            }

            _alongMean[i] += along;
        }

        // the strip stays in the second cache, two rows of the others in the first
        for (var j = 0; j < end; j += 2)
        {
            for (var i = Math.Max(start, j / TileRows * TileRows); i < end; i += TileRows)
            {
                Tile(x + (long)i * RowBytes, x + (long)j * RowBytes, _depth, tile);
                var rows = Math.Min(TileRows, _n - i);
                for (var c = 0; c < 2 && j + c < _n; c++)
                {
                    for (var r = Math.Max(0, j + c - i); r < rows; r++)
                    {
                        _sum[i + r + (long)(j + c) * _n] += tile[r + c * TileRows];
                    }
                }
            }
        }
    }

    // tile[r + 4 c] = Σ a_r b_c over the block's markers, four rows by two.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(byte* a, byte* b, int depth, int* tile)
    {
        var b1 = b + RowBytes;
        var a1 = a + RowBytes;
        var a2 = a1 + RowBytes;
        var a3 = a2 + RowBytes;
        var s00 = Vector256<short>.Zero;
        var s10 = s00;
        var s20 = s00;
        var s30 = s00;
        var s01 = s00;
        var s11 = s00;
        var s21 = s00;
        var s31 = s00;
        for (var k = 0; k < depth; k += Lanes)
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
        _gapMarkers[_gapCount] = marker;
        _gapMeans[_gapCount] = mean;
        if (++_gapCount == MarkersWithGaps)
        {
            MendAll();
        }
    }

    private void MendAll()
    {
        if (_gapCount == 0)
        {
            return;
        }

        for (var k = 0; k < _gapCount; k++)
        {
            var mean = _gapMeans[k];
            var deviations = _gapDeviations.AsSpan(k * _n, _n);
            _decoder.Decode(_genotypes.Row(_gapMarkers[k]), 2 - mean, 1 - mean, -mean, double.NaN, deviations);
            var missing = new List<int>();
            for (var i = 0; i < _n; i++)
            {
                if (double.IsNaN(deviations[i]))
                {
                    missing.Add(i);
                    deviations[i] = 0;
                }
            }

            _gapPlaces[k] = [.. missing];
        }

        _mend.Run((_n + StripRows - 1) / StripRows);
        _gapCount = 0;
    }

    // A missing call was taken for no copies, −mean when centred; it is to be 0. Of each pair this is the one side's half.
    private void Mend(int strip)
    {
        fixed (double* deviations = _gapDeviations, target = _gaps)
        {
            for (var k = 0; k < _gapCount; k++)
            {
                var mean = _gapMeans[k];
                foreach (var i in _gapPlaces[k])
                {
                    if (i / StripRows != strip)
                    {
                        continue;
                    }

                    var column = target + (long)i * _n;
                    DensePanel.AddScaled(_n, mean, deviations + (long)k * _n, column);
                    foreach (var j in _gapPlaces[k])
                    {
                        column[j] -= 0.5 * mean * mean;
                    }

                    column[i] -= 0.5 * mean * mean;
                }
            }
        }
    }
}
