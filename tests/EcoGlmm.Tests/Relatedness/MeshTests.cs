using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Relationships;

/// <summary>Meshes: their quality, what they cover, the matrices on them, and what they refuse.</summary>
public class MeshTests
{
    private static (double X, double Y)[] Places(int n, long seed = 5)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, n).Select(_ => (10 * random.NextDouble(), 6 * random.NextDouble()))];
    }

    private static double Length((double X, double Y) a, (double X, double Y) b) => Math.Sqrt(Math.Pow(a.X - b.X, 2)
        + Math.Pow(a.Y - b.Y, 2));

    [Fact]
    public void Triangles_are_no_larger_and_no_thinner_than_asked()
    {
        var places = Places(200);
        var mesh = Mesh.From(places, new MeshOptions { MaxEdge = 0.8, OuterEdge = 3, Cutoff = 0.3, Extension = 4 });
        var nodes = mesh.Nodes;
        Assert.True(mesh.SmallestAngle() > 15, $"{mesh.SmallestAngle():F1} degrees");
        foreach (var (a, b, c) in mesh.Triangles)
        {
            var (x, y) = ((nodes[a].X + nodes[b].X + nodes[c].X) / 3, (nodes[a].Y + nodes[b].Y + nodes[c].Y) / 3);
            var longest = Math.Max(Length(nodes[a], nodes[b]), Math.Max(Length(nodes[b], nodes[c]), Length(nodes[c], nodes[a])));
            Assert.InRange(longest, 0, x is > 0 and < 10 && y is > 0 and < 6 ? 0.95 : 3.1);
        }

        Assert.All(places, place => Assert.True(mesh.Contains(place.X, place.Y)));
        Assert.True(mesh.Contains(-3.5, 3));
        Assert.False(mesh.Contains(-6, 3));
    }

    [Fact]
    public void Triangles_fill_the_area_without_overlap_and_each_edge_has_two_sides_or_is_on_the_boundary()
    {
        var mesh = Mesh.From(Places(60));
        var sides = new Dictionary<(int, int), int>();
        foreach (var (a, b, c) in mesh.Triangles)
        {
            foreach (var edge in new[] { (a, b), (b, c), (c, a) })
            {
                Assert.False(sides.ContainsKey(edge), "Two triangles have an edge in the same sense: they overlap.");
                sides.Add(edge, 1);
            }
        }

        // V − E + F = 1 for a disc.
        var edges = sides.Keys.Select(e => (Math.Min(e.Item1, e.Item2), Math.Max(e.Item1, e.Item2))).Distinct().Count();
        Assert.Equal(1, mesh.NodeCount - edges + mesh.Triangles.Count);
    }

    [Fact]
    public void Places_are_nodes_unless_too_close_and_the_order_of_rows_does_not_matter()
    {
        var places = Places(40);
        var options = new MeshOptions { MaxEdge = 1.5, Cutoff = 0 };
        var mesh = Mesh.From(places, options);
        Assert.All(places, place => Assert.Contains(place, mesh.Nodes));
        Assert.Single(mesh.Weights(places[7].X, places[7].Y));
        Assert.Equal(mesh.Nodes, Mesh.From(places.Reverse(), options).Nodes);
        Assert.Equal(mesh.Nodes, Mesh.From(places.Concat(places), options).Nodes);
    }

    [Fact]
    public void Places_on_a_lattice_and_on_circles_are_triangulated()
    {
        var lattice = Enumerable.Range(0, 400).Select(k => ((double)(k % 20), (double)(k / 20))).ToArray();
        foreach (var options in new[] { new MeshOptions(), new MeshOptions { Extension = 0, Cutoff = 0, MaxEdge = 2 },
            new MeshOptions { MaxEdge = 0.6, Cutoff = 0 } })
        {
            var mesh = Mesh.From(lattice, options);
            Assert.All(lattice, p => Assert.True(mesh.Contains(p.Item1, p.Item2), $"{p}"));
            Assert.True(mesh.Elements.Mass.All(m => m > 0));
        }

        var circles = Enumerable.Range(0, 200).Select(k => Math.SinCos(2 * Math.PI * k / 50) is var (s, c)
            ? ((1 + (k / 50)) * c, (1 + (k / 50)) * s) : default).ToArray();
        var rings = Mesh.From(circles, new MeshOptions { Cutoff = 0 });
        Assert.All(circles, p => Assert.True(rings.Contains(p.Item1, p.Item2)));
        // Far from the origin, as national grids are.
        var far = lattice.Select(p => (5_400_000 + (25 * p.Item1), 2_600_000 + (25 * p.Item2))).ToArray();
        var grid = Mesh.From(far);
        Assert.All(far, p => Assert.True(grid.Contains(p.Item1, p.Item2)));
    }

    [Fact]
    public void Weights_give_linear_functions_exactly()
    {
        var mesh = Mesh.From(Places(50));
        var nodes = mesh.Nodes;
        var random = new RandomStream(9);
        for (var k = 0; k < 200; k++)
        {
            var (x, y) = (-2 + (14 * random.NextDouble()), -2 + (10 * random.NextDouble()));
            var weights = mesh.Weights(x, y);
            Assert.Equal(1, weights.Sum(w => w.Weight), 1e-12);
            Assert.Equal(x, weights.Sum(w => w.Weight * nodes[w.Node].X), 1e-9);
            Assert.Equal(y, weights.Sum(w => w.Weight * nodes[w.Node].Y), 1e-9);
        }
    }

    [Fact]
    public void Finite_elements_integrate_one_and_the_slopes_of_linear_functions()
    {
        var mesh = Mesh.From(Places(50));
        var elements = mesh.Elements;
        var nodes = mesh.Nodes;
        var area = mesh.Triangles.Sum(t => 0.5 * (((nodes[t.B].X - nodes[t.A].X) * (nodes[t.C].Y - nodes[t.A].Y))
            - ((nodes[t.B].Y - nodes[t.A].Y) * (nodes[t.C].X - nodes[t.A].X))));
        Assert.Equal(area, elements.Mass.Sum(), 1e-9 * area);
        var u = nodes.Select(n => (2 * n.X) - n.Y).ToArray();
        // ∫|∇u|² with ∇u = (2, −1).
        Assert.Equal(5 * area, Form(elements.Pattern, elements.Stiffness, u), 1e-8 * area);
        Assert.Equal(Form(elements.Pattern, elements.Stiffness, u), Form(elements.SquarePattern, elements.StiffnessInSquare, u),
            1e-8 * area);
        Assert.Equal(0, Form(elements.Pattern, elements.Stiffness, [.. u.Select(_ => 1.0)]), 1e-9);

        static double Form(SparsePattern pattern, double[] values, double[] u)
        {
            var sum = 0.0;
            for (var c = 0; c < pattern.Order; c++)
            {
                for (var k = pattern.ColumnPointers[c]; k < pattern.ColumnPointers[c + 1]; k++)
                    sum += (pattern.RowIndices[k] == c ? 1 : 2) * values[k] * u[c] * u[pattern.RowIndices[k]];
            }

            return sum;
        }
    }

    [Fact]
    public void A_large_table_gets_a_mesh_of_moderate_size()
    {
        var mesh = Mesh.From(Places(10_000));
        Assert.InRange(mesh.NodeCount, 500, 3000);
        Assert.Contains("nodes", mesh.ToString());
        Assert.Contains("<svg", mesh.Plot().ToSvg());
    }

    [Fact]
    public void What_is_no_area_is_refused()
    {
        Assert.Contains("on a line", Assert.Throws<GlmmException>(() => Mesh.From([(0, 0), (1, 1), (2, 2), (5, 5)])).Message);
        Assert.Contains("one place", Assert.Throws<GlmmException>(() => Mesh.From([(3, 4), (3, 4)])).Message);
        Assert.Contains("MaxEdge", Assert.Throws<GlmmException>(() => Mesh.From(Places(50), new MeshOptions { MaxEdge = 0.01 })).Message);
        Assert.Contains("above zero", Assert.Throws<GlmmException>(() => Mesh.From(Places(50), new MeshOptions { MaxEdge = -1 })).Message);
        Assert.Contains("corner 7", Assert.Throws<GlmmException>(() => Mesh.Of([(0, 0), (1, 0), (0, 1)], [(0, 1, 7)])).Message);
        Assert.Contains("on a line", Assert.Throws<GlmmException>(() => Mesh.Of([(0, 0), (1, 0), (2, 0)], [(0, 1, 2)])).Message);
        Assert.Contains("Node 3", Assert.Throws<GlmmException>(() => Mesh.Of([(0, 0), (1, 0), (0, 1), (5, 5)], [(0, 1, 2)])).Message);
    }
}
