using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Tests blocks of markers by a <see cref="CalibratedScan"/>, piece by piece of the individuals, so that what is decoded stays
/// in the first cache. Belongs to one thread.
/// </summary>
internal sealed unsafe class CalibratedTester
{
    // Individuals of a piece; a multiple of four, as a byte holds four
    private const int Piece = 2048;

    // Standard deviations from which the variance is not approximated
    private const double ApproximateUpTo = 2;

    private readonly CalibratedScan _scan;
    private readonly Genotypes _markers;
    private readonly ScanBlocks _blocks;
    private readonly int _n;
    private readonly bool _isWhole;
    private readonly GenotypeDecoder _decoder;
    private readonly GenotypeDecoder[] _pieces;
    private readonly ulong[] _mask;
    private readonly double[] _decoded = GC.AllocateUninitializedArray<double>(Piece, pinned: true);
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
    private readonly double[] _x;
    private readonly double[] _turned;

    public CalibratedTester(CalibratedScan scan, ScanData data, Genotypes markers, ScanBlocks blocks)
    {
        (this._scan, this._markers, this._blocks) = (scan, markers, blocks);
        _n = data.Y.Length;
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        _isWhole = ScanBlockTester.AllInOrder(chosen, markers);
        _mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
        _decoder = new GenotypeDecoder(_isWhole ? null : chosen, markers.StoreIndividuals);
        _pieces = new GenotypeDecoder[(_n + Piece - 1) / Piece];
        for (var k = 0; k < _pieces.Length; k++)
        {
            var length = Math.Min(Piece, _n - k * Piece);
            _pieces[k] = _isWhole ? new GenotypeDecoder(null, length)
                : new GenotypeDecoder(chosen[(k * Piece)..(k * Piece + length)], markers.StoreIndividuals);
        }

        (_x, _turned) = (GC.AllocateArray<double>(_n, pinned: true), GC.AllocateArray<double>(_n, pinned: true));
    }

    public MarkerTests[] Test(int block)
    {
        var (start, count) = _blocks.All[block];
        var tests = new MarkerTests(count);
        var columns = _scan.BasisColumns;
        var counts = new GenotypeCounts[count];
        var score = new double[count];
        var along = new double[count * columns];
        for (var m = 0; m < count; m++)
        {
            counts[m] = GenotypeCounts.Of(_markers.Row(_blocks.Marker(start + m)), _mask);
            (tests.Frequency[m], tests.Called[m]) = (counts[m].Frequency, counts[m].Called);
        }

        fixed (double* piece = _decoded, residual = _scan.Residual, basis = _scan.Basis)
        {
            for (var k = 0; k < _pieces.Length; k++)
            {
                var from = k * Piece;
                var length = _pieces[k].Count;
                for (var m = 0; m < count; m++)
                {
                    if (counts[m].IsMonomorphic)
                    {
                        continue;
                    }

                    var row = _markers.Row(_blocks.Marker(start + m));
                    var mean = counts[m].Mean;
                    var shift = _scan.IsCentred ? mean : 0;
                    _pieces[k].Decode(_isWhole ? row[(from / 4)..] : row, 2 - shift, 1 - shift, -shift, mean - shift, _decoded);
                    score[m] += DensePanel.Dot(length, piece, residual + from);
                    for (var p = 0; p < columns; p++)
                    {
                        along[m * columns + p] += DensePanel.Dot(length, piece, basis + from + (long)p * _n);
                    }
                }
            }
        }

        for (var m = 0; m < count; m++)
        {
            if (!counts[m].IsMonomorphic)
            {
                Finish(_blocks.Marker(start + m), m, counts[m], score[m], along.AsSpan(m * columns, columns), tests);
            }
        }

        return [tests];
    }

    private void Finish(int marker, int m, GenotypeCounts counts, double score, ReadOnlySpan<double> along, MarkerTests tests)
    {
        var mean = counts.Mean;
        var total = _scan.IsCentred ? counts.SumOfSquares : 4.0 * counts.Two + counts.One + counts.Missing * mean * mean;
        var squares = total;
        foreach (var a in along)
        {
            squares -= a * a;
        }

        if (!(squares > 1e-8 * total))
        {
            return;
        }

        var variance = _scan.Ratio * squares;
        if (score * score > ApproximateUpTo * ApproximateUpTo * variance)
        {
            var shift = _scan.IsCentred ? mean : 0;
            _decoder.Decode(_markers.Row(marker), 2 - shift, 1 - shift, -shift, mean - shift, _x);
            Span<double> exact = [variance];
            _scan.ExactVariances(_x, _turned, _workspace, exact);
            variance = double.IsNaN(exact[0]) ? variance : exact[0];
        }

        tests.Beta[m] = score / variance;
        tests.StandardError[m] = 1 / Math.Sqrt(variance);
        tests.Score[m] = UpperTail.ChiSquare(score * score / variance);
    }
}
