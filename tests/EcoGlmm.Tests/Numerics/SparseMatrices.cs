using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Sparse positive definite matrices of the kinds that mixed models produce, and dense arithmetic to check them.</summary>
internal static class SparseMatrices
{
    /// <summary>Values that make a pattern diagonally dominant.</summary>
    public static double[] Values(SparsePattern pattern, int seed, double scaleSpread = 0)
    {
        var random = new Random(seed);
        var values = new double[pattern.NonZeros];
        var diagonal = new double[pattern.Order];
        for (var j = 0; j < pattern.Order; j++)
        {
            for (var p = pattern.ColumnPointers[j] + 1; p < pattern.ColumnPointers[j + 1]; p++)
            {
                values[p] = random.NextDouble() - 0.5;
                diagonal[j] += Math.Abs(values[p]);
                diagonal[pattern.RowIndices[p]] += Math.Abs(values[p]);
            }
        }

        var scale = new double[pattern.Order];
        for (var j = 0; j < pattern.Order; j++)
        {
            scale[j] = Math.Pow(10, scaleSpread * (random.NextDouble() - 0.5));
            values[pattern.ColumnPointers[j]] = diagonal[j] + 0.1 + random.NextDouble();
        }

        for (var j = 0; j < pattern.Order; j++)
        {
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                values[p] *= scale[j] * scale[pattern.RowIndices[p]];
            }
        }

        return values;
    }

    public static SparsePattern Random(int order, int pairs, int seed)
    {
        var random = new Random(seed);
        var rows = new int[pairs];
        var columns = new int[pairs];
        for (var e = 0; e < pairs; e++)
        {
            rows[e] = random.Next(order);
            columns[e] = random.Next(order);
        }

        return SparsePattern.FromPairs(order, rows, columns);
    }

    /// <summary>Crossed grouping factors, each with some effects per level; every observation links one level of each.</summary>
    public static SparsePattern Crossed(int observations, int[] levels, int[] effects, int seed, bool olre = false)
    {
        var random = new Random(seed);
        var cliques = new List<int[]>();
        var order = olre ? observations : 0;
        var offsets = new int[levels.Length];
        for (var f = 0; f < levels.Length; f++)
        {
            offsets[f] = order;
            order += levels[f] * effects[f];
        }

        for (var i = 0; i < observations; i++)
        {
            var clique = new List<int>();
            if (olre)
            {
                clique.Add(i);
            }

            for (var f = 0; f < levels.Length; f++)
            {
                var level = i < levels[f] ? i : random.Next(levels[f]);
                for (var e = 0; e < effects[f]; e++)
                {
                    clique.Add(offsets[f] + level * effects[f] + e);
                }
            }

            cliques.Add([.. clique]);
        }

        return SparsePattern.FromCliques(order, cliques);
    }

    /// <summary>Units nested in groups nested in regions.</summary>
    public static SparsePattern Nested(int units, int groups, int regions)
    {
        var cliques = new List<int[]>();
        for (var i = 0; i < units; i++)
        {
            var group = i * groups / units;
            cliques.Add([i, units + group, units + groups + group * regions / groups]);
        }

        return SparsePattern.FromCliques(units + groups + regions, cliques);
    }

    public static SparsePattern Grid(int side)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        for (var i = 0; i < side; i++)
        {
            for (var j = 0; j < side; j++)
            {
                if (j + 1 < side)
                {
                    rows.Add(i * side + j);
                    columns.Add(i * side + j + 1);
                }

                if (i + 1 < side)
                {
                    rows.Add(i * side + j);
                    columns.Add((i + 1) * side + j);
                }
            }
        }

        return SparsePattern.FromPairs(side * side, [.. rows], [.. columns]);
    }

    public static SparsePattern Tridiagonal(int order) =>
        SparsePattern.FromPairs(
            order, [.. Enumerable.Range(1, Math.Max(order - 1, 0))], [.. Enumerable.Range(0, Math.Max(order - 1, 0))]);

    /// <summary>Random mating: every animal links itself and its two parents.</summary>
    public static SparsePattern Pedigree(int founders, int animals, int seed)
    {
        var random = new Random(seed);
        var cliques = new List<int[]>();
        for (var i = founders; i < animals; i++)
        {
            var from = Math.Max(0, i - 4 * founders);
            cliques.Add([i, random.Next(from, i), random.Next(from, i)]);
        }

        return SparsePattern.FromCliques(animals, cliques);
    }

    public static double[] ToDense(SparsePattern pattern, double[] values)
    {
        var n = pattern.Order;
        var dense = new double[n * n];
        for (var j = 0; j < n; j++)
        {
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                dense[pattern.RowIndices[p] + j * n] = dense[j + pattern.RowIndices[p] * n] = values[p];
            }
        }

        return dense;
    }

    public static double[] Multiply(SparsePattern pattern, double[] values, double[] x)
    {
        var y = new double[pattern.Order];
        for (var j = 0; j < pattern.Order; j++)
        {
            for (var p = pattern.ColumnPointers[j]; p < pattern.ColumnPointers[j + 1]; p++)
            {
                var i = pattern.RowIndices[p];
                y[i] += values[p] * x[j];
                if (i != j)
                {
                    y[j] += values[p] * x[i];
                }
            }
        }

        return y;
    }
}
