using EcoGlmm.Numerics;

namespace EcoGlmm.Relationships;

/// <summary>
/// The matrices of piecewise linear finite elements on a mesh: C, ∫ψᵢ lumped onto the diagonal; G, ∫∇ψᵢ·∇ψⱼ; and GC⁻¹G.
/// Source: F. Lindgren, H. Rue &amp; J. Lindström (2011), J. R. Stat. Soc. B 73, 423-498, appendix A.2.
/// </summary>
internal sealed class FiniteElements
{
    private FiniteElements(double[] mass, SparsePattern pattern, double[] stiffness, SparsePattern square, double[] stiffnessInSquare,
        double[] stiffnessSquared)
    {
        Mass = mass;
        Pattern = pattern;
        Stiffness = stiffness;
        SquarePattern = square;
        StiffnessInSquare = stiffnessInSquare;
        StiffnessSquared = stiffnessSquared;
    }

    /// <summary>Number of nodes.</summary>
    public int Order => Mass.Length;

    /// <summary>The diagonal of C: a third of the areas of a node's triangles.</summary>
    public double[] Mass { get; }

    /// <summary>The lower triangle of G.</summary>
    public SparsePattern Pattern { get; }

    /// <summary>G on <see cref="Pattern"/>.</summary>
    public double[] Stiffness { get; }

    /// <summary>The lower triangle of GC⁻¹G, which that of G is part of.</summary>
    public SparsePattern SquarePattern { get; }

    /// <summary>G on <see cref="SquarePattern"/>.</summary>
    public double[] StiffnessInSquare { get; }

    /// <summary>GC⁻¹G on it.</summary>
    public double[] StiffnessSquared { get; }

    public static FiniteElements Of(double[] x, double[] y, int[] corners)
    {
        var n = x.Length;
        var mass = new double[n];
        var cliques = Enumerable.Range(0, corners.Length / 3).Select(t => corners.AsSpan(3 * t, 3).ToArray()).ToArray();
        var pattern = SparsePattern.FromCliques(n, cliques);
        var stiffness = new double[pattern.NonZeros];
        foreach (var t in cliques)
        {
            var area = 0.5 * (((x[t[1]] - x[t[0]]) * (y[t[2]] - y[t[0]])) - ((y[t[1]] - y[t[0]]) * (x[t[2]] - x[t[0]])));
            for (var a = 0; a < 3; a++)
            {
                mass[t[a]] += area / 3;
                var (ax, ay) = Opposite(t, a);
                for (var b = 0; b <= a; b++)
                {
                    var (bx, by) = Opposite(t, b);
                    stiffness[pattern.IndexOf(t[a], t[b])] += ((ax * bx) + (ay * by)) / (4 * area);
                }
            }
        }

        var rows = Rows(pattern, stiffness);
        var square = SparsePattern.FromCliques(n, [.. rows.Select(row => row.Select(e => e.Column).ToArray())]);
        var inSquare = new double[square.NonZeros];
        var squared = new double[square.NonZeros];
        for (var k = 0; k < n; k++)
        {
            foreach (var (i, gi) in rows[k])
            {
                if (i >= k) inSquare[square.IndexOf(i, k)] = gi;
                foreach (var (j, gj) in rows[k])
                {
                    if (j <= i) squared[square.IndexOf(i, j)] += gi * gj / mass[k];
                }
            }
        }

        return new FiniteElements(mass, pattern, stiffness, square, inSquare, squared);

        (double X, double Y) Opposite(int[] t, int corner) => (x[t[(corner + 2) % 3]] - x[t[(corner + 1) % 3]], y[t[(corner + 2) % 3]]
            - y[t[(corner + 1) % 3]]);
    }

    /// <summary>The rows of a symmetric matrix, both triangles.</summary>
    private static List<(int Column, double Value)>[] Rows(SparsePattern pattern, double[] values)
    {
        var rows = new List<(int, double)>[pattern.Order];
        for (var i = 0; i < rows.Length; i++) rows[i] = [];
        for (var c = 0; c < pattern.Order; c++)
        {
            for (var k = pattern.ColumnPointers[c]; k < pattern.ColumnPointers[c + 1]; k++)
            {
                var r = pattern.RowIndices[k];
                rows[c].Add((r, values[k]));
                if (r != c) rows[r].Add((c, values[k]));
            }
        }

        return rows;
    }
}
