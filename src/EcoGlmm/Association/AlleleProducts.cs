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

    private readonly Genotypes _genotypes;
    private readonly int _n;

    // Copies twice: a row for each individual, of which products are taken, and a row for each marker, as they are read.
    private readonly byte[] _copies;
    private readonly byte[] _rows;
    private readonly int _rowLength;
    private readonly double[] _sum;
    private readonly double[] _alongMean;
    private readonly double[] _means = new double[BlockMarkers];
    private readonly GenotypeDecoder _decoder;
    private readonly WorkTeam _decode;
    private readonly WorkTeam _multiply;
    private readonly WorkTeam _mend;

    // Missing calls: by marker of the block, and from that by individual.
    private readonly List<int>[] _gapPlaces = [.. Enumerable.Range(0, BlockMarkers).Select(_ => new List<int>())];
    private readonly List<int>[] _gapMarkers;
    private double[]? _gaps;
    private int[] _block = [];
    private GenotypeCounts[] _counts = [];
    private int _depth;
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
        var paddedRows = (_n + TileRows - 1) / TileRows * TileRows;
        _rowLength = ((_n + Lanes - 1) / Lanes * Lanes) + Lanes;
        _copies = GC.AllocateArray<byte>(checked(paddedRows * RowBytes), pinned: true);
        _rows = GC.AllocateArray<byte>(checked(BlockMarkers * _rowLength), pinned: true);
        _alongMean = new double[_n];
        _gapMarkers = new List<int>[_n];
        _decode = new WorkTeam(threads, (_, task) => Decode(task));
        _multiply = new WorkTeam(threads, (_, task) => Multiply(task));
        _mend = new WorkTeam(threads, (_, task) => Mend(task));
    }

    /// <summary>Adds a block of at most <see cref="BlockMarkers"/> markers, none of them without calls.</summary>
    /// <param name="markers">The markers.</param>
    /// <param name="counts">Their genotypes' counts.</param>
    public void Add(int[] markers, GenotypeCounts[] counts)
    {
        (_block, _counts) = (markers, counts);
        _depth = (markers.Length + Lanes - 1) / Lanes * Lanes;
        for (var k = 0; k < markers.Length; k++)
        {
            _means[k] = counts[k].Mean;
            _squaredMeans += _means[k] * _means[k];
        }

        var strips = (_n + StripRows - 1) / StripRows;
        _decode.Run(_depth / Lanes);
        _multiply.Run(strips);
        if (!Array.Exists(counts, c => c.Missing > 0)) return;
        _gaps ??= new double[(long)_n * _n];
        for (var i = 0; i < _n; i++) (_gapMarkers[i] ??= []).Clear();
        for (var k = 0; k < markers.Length; k++)
        {
            foreach (var i in _gapPlaces[k]) _gapMarkers[i].Add(k);
        }

        _mend.Run(strips);
    }

    /// <summary>Takes off the means, once all markers are added.</summary>
    public void Finish()
    {
        for (var j = 0; j < _n; j++)
        {
            for (var i = j; i < _n; i++)
            {
                var gap = _gaps is null ? 0
                    : i == j ? _gaps[i + (long)i * _n] : _gaps[i + (long)j * _n] + _gaps[j + (long)i * _n];
                _sum[i + (long)j * _n] += _squaredMeans - _alongMean[i] - _alongMean[j] + gap;
            }
        }
    }

    // Thirty-two markers: a byte for each individual and marker, marker by marker and then individual by individual.
    private void Decode(int task)
    {
        var from = task * Lanes;
        var count = Math.Min(Lanes, _block.Length - from);
        for (var k = 0; k < Lanes; k++)
        {
            var bytes = _rows.AsSpan((from + k) * _rowLength, _n);
            var places = _gapPlaces[from + k];
            places.Clear();
            if (k >= count)
            {
                bytes.Clear();
                continue;
            }

            var row = _genotypes.Row(_block[from + k]);
            _decoder.Copies(row, bytes);
            if (_counts[from + k].Missing > 0) _decoder.AddMissing(row, places);
        }

        fixed (byte* source = &_rows[from * _rowLength], target = &_copies[from])
        {
            for (var i = 0; i < _n; i++)
            {
                var of = source + i;
                var to = target + ((long)i * RowBytes);
                for (var k = 0; k < Lanes; k++, of += _rowLength) to[k] = *of;
            }
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
            _alongMean[i] += AlongMeans(row);
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

    // Σ mean · copies over the block, of one individual; means beyond the block meet no copies.
    private double AlongMeans(byte* row)
    {
        var (first, second) = (Vector256<double>.Zero, Vector256<double>.Zero);
        fixed (double* means = _means)
        {
            for (var k = 0; k < _depth; k += 8)
            {
                var (low, high) = Doubles(row + k);
                first += low * Vector256.Load(means + k);
                second += high * Vector256.Load(means + k + 4);
            }
        }

        return Vector256.Sum(first + second);
    }

    // Eight bytes as numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> Low, Vector256<double> High) Doubles(byte* bytes)
    {
        var wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)bytes).AsByte()).AsInt16();
        var (low, high) = Vector128.Widen(wide);
        return Avx.IsSupported ? (Avx.ConvertToVector256Double(low), Avx.ConvertToVector256Double(high))
            : (Converted(low), Converted(high));
    }

    private static Vector256<double> Converted(Vector128<int> v) => Vector256.Create((double)v[0], v[1], v[2], v[3]);

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

    // A missing call was taken for no copies, −mean when centred; it is to be 0. Of each pair this is the one side's half.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mend(int strip)
    {
        var end = Math.Min(_n, (strip + 1) * StripRows);
        fixed (double* gaps = _gaps)
        fixed (byte* rows = _rows)
        {
            for (var i = strip * StripRows; i < end; i++)
            {
                var markers = CollectionsMarshal.AsSpan(_gapMarkers[i]);
                if (markers.Length == 0) continue;
                var column = gaps + ((long)i * _n);
                double squares = 0;
                foreach (var k in markers) squares += _means[k] * _means[k];
                var j = 0;
                for (; j + Lanes <= _n; j += Lanes) MendLanes(markers, rows + j, column + j, squares);
                for (; j < _n; j++)
                {
                    var add = -squares;
                    foreach (var k in markers) add += _means[k] * rows[((long)k * _rowLength) + j];
                    column[j] += add;
                }

                // where both calls are missing, half of the product was taken off by each side too much
                foreach (var k in markers)
                {
                    var half = 0.5 * _means[k] * _means[k];
                    foreach (var other in _gapPlaces[k])
                    {
                        if (other != i) column[other] += half;
                    }
                }
            }
        }
    }

    // column += Σ mean · (copies − mean) over markers, thirty-two individuals.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MendLanes(ReadOnlySpan<int> markers, byte* rows, double* column, double squares)
    {
        var s0 = Vector256.Create(-squares);
        var (s1, s2, s3, s4, s5, s6, s7) = (s0, s0, s0, s0, s0, s0, s0);
        foreach (var k in markers)
        {
            var mean = Vector256.Create(_means[k]);
            var bytes = rows + ((long)k * _rowLength);
            var (a, b) = Doubles(bytes);
            s0 += mean * a;
            s1 += mean * b;
            (a, b) = Doubles(bytes + 8);
            s2 += mean * a;
            s3 += mean * b;
            (a, b) = Doubles(bytes + 16);
            s4 += mean * a;
            s5 += mean * b;
            (a, b) = Doubles(bytes + 24);
            s6 += mean * a;
            s7 += mean * b;
        }

        (Vector256.Load(column) + s0).Store(column);
        (Vector256.Load(column + 4) + s1).Store(column + 4);
        (Vector256.Load(column + 8) + s2).Store(column + 8);
        (Vector256.Load(column + 12) + s3).Store(column + 12);
        (Vector256.Load(column + 16) + s4).Store(column + 16);
        (Vector256.Load(column + 20) + s5).Store(column + 20);
        (Vector256.Load(column + 24) + s6).Store(column + 24);
        (Vector256.Load(column + 28) + s7).Store(column + 28);
    }
}
