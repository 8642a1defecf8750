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

    private readonly Genotypes markers;
    private readonly bool isStandardised;
    private readonly int threads;
    private readonly int[][] families;

    public FamilyRelationshipSum(Genotypes markers, string[] families, bool isStandardised, int threads)
    {
        (this.markers, this.isStandardised, this.threads) = (markers, isStandardised, threads);
        this.families = [.. Enumerable.Range(0, families.Length).GroupBy(i => families[i]).Select(g => g.ToArray())];
        if (this.families.Max(f => f.Length) is var largest && largest > LargestFamily)
        {
            throw new GlmmException($"A family has {Names.Count(largest, "individual")}; relationships within families are meant for "
                + "small ones. Make the "
                + "whole matrix and leave weak relationships out: RelationshipMatrix().Thresholded().");
        }
    }

    /// <summary>The lower triangle of the relationships, without those between members of a family that are below a threshold.</summary>
    public List<(int Row, int Column, double Value)> Entries(double threshold, CancellationToken cancellation)
    {
        int count = markers.Markers.Count;
        var means = new double[count];
        var scales = new double[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, j =>
        {
            var counts = markers.CountsAt(j);
            means[j] = counts.Mean;
            scales[j] = counts.IsMonomorphic ? 0 : isStandardised
                ? 1 / Math.Sqrt(counts.SumOfSquares / (counts.Called + counts.Missing)) : 1;
        });
        var used = Enumerable.Range(0, count).Where(j => scales[j] > 0).ToArray();
        if (used.Length == 0)
        {
            throw new GlmmException("All individuals are alike at every marker, so that there are no relationships to be found.");
        }

        var tasks = Tasks();
        var sums = new double[families.Length][];
        Parallel.For(0, tasks.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            t => Sum(tasks[t].From, tasks[t].To, used, means, scales, sums, cancellation));
        var entries = new List<(int, int, double)>();
        for (int f = 0; f < families.Length; f++)
        {
            int k = families[f].Length;
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    double value = sums[f][i * k + j] / used.Length;
                    if (i == j || value >= threshold)
                    {
                        entries.Add((families[f][i], families[f][j], value));
                    }
                }
            }
        }

        return entries;
    }

    private List<(int From, int To)> Tasks()
    {
        var tasks = new List<(int, int)>();
        int from = 0;
        int size = 0;
        for (int f = 0; f < families.Length; f++)
        {
            if (size > 0 && size + families[f].Length > IndividualsOfTask)
            {
                tasks.Add((from, f));
                (from, size) = (f, 0);
            }

            size += families[f].Length;
        }

        tasks.Add((from, families.Length));
        return tasks;
    }

    private void Sum(int from, int to, int[] used, double[] means, double[] scales, double[][] sums, CancellationToken cancellation)
    {
        var members = families[from..to].SelectMany(f => f).Select(markers.StoreIndividual).ToArray();
        for (int f = from; f < to; f++)
        {
            sums[f] = new double[families[f].Length * families[f].Length];
        }

        var panel = GC.AllocateArray<double>(members.Length * MarkersTogether, pinned: true);
        Span<double> value = stackalloc double[4];
        fixed (double* z = panel)
        {
            for (int start = 0; start < used.Length; start += MarkersTogether)
            {
                cancellation.ThrowIfCancellationRequested();
                int depth = Math.Min(MarkersTogether, used.Length - start);
                for (int m = 0; m < depth; m++)
                {
                    int marker = used[start + m];
                    var row = markers.Row(marker);
                    double mean = means[marker];
                    double scale = scales[marker];
                    (value[0], value[1], value[2], value[3]) = ((2 - mean) * scale, 0, (1 - mean) * scale, -mean * scale);
                    for (int i = 0; i < members.Length; i++)
                    {
                        int individual = members[i];
                        z[i * MarkersTogether + m] = value[(row[individual >> 2] >> (2 * (individual & 3))) & 3];
                    }
                }

                double* first = z;
                for (int f = from; f < to; f++)
                {
                    int k = families[f].Length;
                    for (int i = 0; i < k; i++)
                    {
                        for (int j = 0; j <= i; j++)
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
