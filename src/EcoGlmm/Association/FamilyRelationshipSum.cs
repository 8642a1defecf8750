using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>
/// Sums of z zᵀ over markers within families: each thread takes some families and goes once through all markers, decoding
/// their members' calls into a small panel, individual by individual.
/// </summary>
internal sealed unsafe class FamilyRelationshipSum
{
    private const int MarkersTogether = 64;

    // Individuals of a task: their panel stays in the second cache
    private const int IndividualsOfTask = 512;
    private const int LargestFamily = 5000;

    private readonly Genotypes _markers;
    private readonly bool _isStandardised;
    private readonly int _threads;
    private readonly int[][] _families;

    public FamilyRelationshipSum(Genotypes markers, string[] families, bool isStandardised, int threads)
    {
        (this._markers, this._isStandardised, this._threads) = (markers, isStandardised, threads);
        this._families = [.. Enumerable.Range(0, families.Length).GroupBy(i => families[i]).Select(g => g.ToArray())];
        if (this._families.Max(f => f.Length) is var largest && largest > LargestFamily)
        {
            throw new GlmmException($"A family has {Names.Count(largest, "individual")}; relationships within families are meant for "
                + "small ones. Make the "
                + "whole matrix and leave weak relationships out: RelationshipMatrix().Thresholded().");
        }
    }

    /// <summary>The lower triangle of the relationships, without those between members of a family that are below a threshold.</summary>
    public List<(int Row, int Column, double Value)> Entries(double threshold, CancellationToken cancellation)
    {
        var count = _markers.Markers.Count;
        var means = new double[count];
        var scales = new double[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation }, j =>
        {
            var counts = _markers.CountsAt(j);
            means[j] = counts.Mean;
            scales[j] = counts.IsMonomorphic ? 0 : _isStandardised
                ? 1 / Math.Sqrt(counts.SumOfSquares / (counts.Called + counts.Missing)) : 1;
        });
        var used = Enumerable.Range(0, count).Where(j => scales[j] > 0).ToArray();
        if (used.Length == 0)
        {
            throw new GlmmException("All individuals are alike at every marker, so that there are no relationships to be found.");
        }

        var tasks = Tasks();
        var sums = new double[_families.Length][];
        Parallel.For(0, tasks.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation },
            t => Sum(tasks[t].From, tasks[t].To, used, means, scales, sums, cancellation));
        var entries = new List<(int, int, double)>();
        for (var f = 0; f < _families.Length; f++)
        {
            var k = _families[f].Length;
            for (var i = 0; i < k; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    var value = sums[f][i * k + j] / used.Length;
                    if (i == j || value >= threshold)
                    {
                        entries.Add((_families[f][i], _families[f][j], value));
                    }
                }
            }
        }

        return entries;
    }

    private List<(int From, int To)> Tasks()
    {
        var tasks = new List<(int, int)>();
        var from = 0;
        var size = 0;
        for (var f = 0; f < _families.Length; f++)
        {
            if (size > 0 && size + _families[f].Length > IndividualsOfTask)
            {
                tasks.Add((from, f));
                (from, size) = (f, 0);
            }

            size += _families[f].Length;
        }

        tasks.Add((from, _families.Length));
        return tasks;
    }

    private void Sum(int from, int to, int[] used, double[] means, double[] scales, double[][] sums, CancellationToken cancellation)
    {
        var members = _families[from..to].SelectMany(f => f).Select(_markers.StoreIndividual).ToArray();
        for (var f = from; f < to; f++)
        {
            sums[f] = new double[_families[f].Length * _families[f].Length];
        }

        var panel = GC.AllocateArray<double>(members.Length * MarkersTogether, pinned: true);
        Span<double> value = stackalloc double[4];
        fixed (double* z = panel)
        {
            for (var start = 0; start < used.Length; start += MarkersTogether)
            {
                cancellation.ThrowIfCancellationRequested();
                var depth = Math.Min(MarkersTogether, used.Length - start);
                for (var m = 0; m < depth; m++)
                {
                    var marker = used[start + m];
                    var row = _markers.Row(marker);
                    var mean = means[marker];
                    var scale = scales[marker];
                    (value[0], value[1], value[2], value[3]) = ((2 - mean) * scale, 0, (1 - mean) * scale, -mean * scale);
                    for (var i = 0; i < members.Length; i++)
                    {
                        var individual = members[i];
                        z[i * MarkersTogether + m] = value[(row[individual >> 2] >> (2 * (individual & 3))) & 3];
                    }
                }

                var first = z;
                for (var f = from; f < to; f++)
                {
                    var k = _families[f].Length;
                    for (var i = 0; i < k; i++)
                    {
                        for (var j = 0; j <= i; j++)
                        {
                            sums[f][i * k + j] += DensePanel.Dot(depth, first + i * MarkersTogether, first + j * MarkersTogether);
                        }
                    }

                    first += k * MarkersTogether;
                }
            }
        }
    }
}
