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

    private readonly CalibratedScan scan;
    private readonly Genotypes markers;
    private readonly ScanBlocks blocks;
    private readonly int n;
    private readonly bool isWhole;
    private readonly GenotypeDecoder decoder;
    private readonly GenotypeDecoder[] pieces;
    private readonly ulong[] mask;
    private readonly double[] decoded = GC.AllocateUninitializedArray<double>(Piece, pinned: true);
    private readonly double[] workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
    private readonly double[] x;
    private readonly double[] turned;

    public CalibratedTester(CalibratedScan scan, ScanData data, Genotypes markers, ScanBlocks blocks)
    {
        (this.scan, this.markers, this.blocks) = (scan, markers, blocks);
        n = data.Y.Length;
        var chosen = Array.ConvertAll(data.Individuals, markers.StoreIndividual);
        isWhole = ScanBlockTester.AllInOrder(chosen, markers);
        mask = GenotypeCounts.Mask(markers.StoreIndividuals, chosen);
        decoder = new GenotypeDecoder(isWhole ? null : chosen, markers.StoreIndividuals);
        pieces = new GenotypeDecoder[(n + Piece - 1) / Piece];
        for (int k = 0; k < pieces.Length; k++)
        {
            int length = Math.Min(Piece, n - k * Piece);
            pieces[k] = isWhole ? new GenotypeDecoder(null, length)
                : new GenotypeDecoder(chosen[(k * Piece)..(k * Piece + length)], markers.StoreIndividuals);
        }

        (x, turned) = (GC.AllocateArray<double>(n, pinned: true), GC.AllocateArray<double>(n, pinned: true));
    }

    public MarkerTests[] Test(int block)
    {
        var (start, count) = blocks.All[block];
        var tests = new MarkerTests(count);
        int columns = scan.BasisColumns;
        var counts = new GenotypeCounts[count];
        var score = new double[count];
        var along = new double[count * columns];
        for (int m = 0; m < count; m++)
        {
            counts[m] = GenotypeCounts.Of(markers.Row(start + m), mask);
            (tests.Frequency[m], tests.Called[m]) = (counts[m].Frequency, counts[m].Called);
        }

        fixed (double* piece = decoded, residual = scan.Residual, basis = scan.Basis)
        {
            for (int k = 0; k < pieces.Length; k++)
            {
                int from = k * Piece;
                int length = pieces[k].Count;
                for (int m = 0; m < count; m++)
                {
                    if (counts[m].IsMonomorphic)
                    {
                        continue;
                    }

                    var row = markers.Row(start + m);
                    double mean = counts[m].Mean;
                    double shift = scan.IsCentred ? mean : 0;
                    pieces[k].Decode(isWhole ? row[(from / 4)..] : row, 2 - shift, 1 - shift, -shift, mean - shift, decoded);
                    score[m] += DensePanel.Dot(length, piece, residual + from);
                    for (int p = 0; p < columns; p++)
                    {
                        along[m * columns + p] += DensePanel.Dot(length, piece, basis + from + (long)p * n);
                    }
                }
            }
        }

        for (int m = 0; m < count; m++)
        {
            if (!counts[m].IsMonomorphic)
            {
                Finish(start + m, m, counts[m], score[m], along.AsSpan(m * columns, columns), tests);
            }
        }

        return [tests];
    }

    private void Finish(int marker, int m, GenotypeCounts counts, double score, ReadOnlySpan<double> along, MarkerTests tests)
    {
        double mean = counts.Mean;
        double total = scan.IsCentred ? counts.SumOfSquares : 4.0 * counts.Two + counts.One + counts.Missing * mean * mean;
        double squares = total;
        foreach (double a in along)
        {
            squares -= a * a;
        }

        if (!(squares > 1e-8 * total))
        {
            return;
        }

        double variance = scan.Ratio * squares;
        if (score * score > ApproximateUpTo * ApproximateUpTo * variance)
        {
            double shift = scan.IsCentred ? mean : 0;
            decoder.Decode(markers.Row(marker), 2 - shift, 1 - shift, -shift, mean - shift, x);
            Span<double> exact = [variance];
            scan.ExactVariances(x, turned, workspace, exact);
            variance = double.IsNaN(exact[0]) ? variance : exact[0];
        }

        tests.Beta[m] = score / variance;
        tests.StandardError[m] = 1 / Math.Sqrt(variance);
        tests.Score[m] = UpperTail.ChiSquare(score * score / variance);
    }
}
