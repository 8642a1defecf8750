using Matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace EcoGlmm.Tests.Relationships;

/// <summary>Pedigrees against the tabular method in R (tests/reference/relatedness.R), and what a wrong one is told.</summary>
public sealed class PedigreeTests
{
    private static FieldData Table(params (string Id, string? Sire, string? Dam)[] rows) => FieldData.From(new Dictionary<string, object>
    {
        ["animal"] = rows.Select(row => row.Id).ToArray(),
        ["sire"] = rows.Select(row => row.Sire).ToArray(),
        ["dam"] = rows.Select(row => row.Dam).ToArray(),
    });

    private static Pedigree Read(params (string Id, string? Sire, string? Dam)[] rows) => Pedigree.From(Table(rows), "animal",
        "sire", "dam");

    private static string Fault(params (string Id, string? Sire, string? Dam)[] rows) => Assert.Throws<GlmmException>(() =>
        Read(rows)).Message;

    [Fact]
    public void The_inverse_and_inbreeding_are_those_of_the_tabular_method()
    {
        foreach (var expected in RelatednessReference.Read().Pedigrees)
        {
            // Rows in any order: the reader puts parents first.
            var shuffled = Enumerable.Range(0, expected.Id.Length).OrderBy(i => (i * 7919) % expected.Id.Length)
                .Select(i => (expected.Id[i], expected.Sire[i], expected.Dam[i])).ToArray();
            var pedigree = Pedigree.From(Table(shuffled), "animal", "sire", "dam", expected.Hermaphrodites);
            var place = expected.Id.Select(id => pedigree.IndexOf(id)).ToArray();
            Assert.DoesNotContain(-1, place);
            for (var i = 0; i < place.Length; i++)
            {
                Assert.Equal(expected.Inbreeding[i], pedigree.Inbreeding[place[i]], 1e-12);
                Assert.Equal(1 + expected.Inbreeding[i], pedigree.Variances[place[i]], 1e-12);
            }
            Assert.Equal(expected.LogDeterminant, pedigree.Precision.LogDeterminant, 1e-9);
            var inverse = Dense(pedigree.Precision);
            var product = inverse * Matrix.OfArray(expected.Dense(place));
            Assert.True((product - Matrix.CreateIdentity(place.Length)).InfinityNorm() < 1e-10, expected.Name);
            var dense = pedigree.ToRelationshipMatrix(expected.Id);
            Assert.Equal(expected.A[^1][0], dense[expected.Id[^1], expected.Id[0]], 1e-10);
        }
    }

    internal static Matrix Dense(EcoGlmm.Relationships.SparsePrecision precision)
    {
        var n = precision.Order;
        var dense = new Matrix(n, n);
        for (var j = 0; j < n; j++)
        {
            for (var p = precision.Pattern.ColumnPointers[j]; p < precision.Pattern.ColumnPointers[j + 1]; p++)
                dense[precision.Pattern.RowIndices[p], j] = dense[j, precision.Pattern.RowIndices[p]] = precision.Values[p];
        }
        return dense;
    }

    [Fact]
    public void Parents_without_a_row_are_added()
    {
        var pedigree = Read(("calf", "bull", "cow"), ("cow", "0", null), ("heifer", "bull", "*"));
        Assert.Equal(["bull"], pedigree.Added);
        Assert.Equal(["bull", "cow", "calf", "heifer"], pedigree.Names);
        Assert.Equal(2, pedigree.FounderCount);
        Assert.Equal(2, pedigree.Generations);
        Assert.Equal("cow", pedigree.DamOf("calf"));
        Assert.Null(pedigree.DamOf("heifer"));
        Assert.Contains("4 animals", pedigree.ToString());
    }

    [Fact]
    public void Rows_of_repeated_measurements_are_one_animal()
    {
        var pedigree = Read(("calf", "bull", "cow"), ("calf", "bull", "cow"));
        Assert.Equal(3, pedigree.Names.Count);
    }

    [Fact]
    public void Numbers_serve_as_names() =>
        Assert.Equal(["1", "2", "3"], Pedigree.From(FieldData.From(new Dictionary<string, object>
        {
            ["id"] = new[] { 3.0, 1, 2 },
            ["father"] = new[] { 1.0, double.NaN, 0 },
            ["mother"] = new[] { 2.0, double.NaN, 0 },
        }), "id", "father", "mother").Names);

    [Fact]
    public void A_loop_is_told_with_its_animals()
    {
        var fault = Fault(("a", "c", null), ("b", "a", null), ("c", "b", null), ("d", "a", null));
        Assert.Contains("loop", fault);
        foreach (var name in new[] { "\"a\"", "\"b\"", "\"c\"" })
            Assert.Contains(name, fault);
        Assert.DoesNotContain("\"d\"", fault);
        Assert.Contains("\"a\" is a child of \"b\"", Fault(("a", "b", null), ("b", "a", null)));
    }

    [Fact]
    public void Contradictions_are_told()
    {
        Assert.Contains("own father", Fault(("a", "a", null)));
        Assert.Contains("own mother", Fault(("a", null, "a")));
        var sexes = Fault(("c", "a", null), ("d", null, "a"));
        Assert.Contains("\"a\" is the father of \"c\" (row 1) and the mother of \"d\" (row 2)", sexes);
        Assert.Contains("rows 1 and 3", Fault(("c", "a", "b"), ("d", "a", "b"), ("c", "e", "b")));
        Assert.Contains("no name", Fault(("", "a", "b")));
        Assert.Contains("three columns", Assert.Throws<GlmmException>(() => Pedigree.From(Table(("a", "b", "c")), "animal", "sire",
            "sire")).Message);
        Assert.Contains("did you mean \"sire\"", Assert.Throws<GlmmException>(() => Pedigree.From(Table(("a", "b", "c")), "animal", "sir",
            "dam")).Message);
    }

    [Fact]
    public void Names_that_are_missing_are_told_with_the_nearest()
    {
        var pedigree = Read(("Rosalind", "Benvolio", "Juliet"));
        var fault = Assert.Throws<GlmmException>(() => pedigree.Locate(["Rosalind", "Juliett"], "animal")).Message;
        Assert.Contains("1 level of \"animal\" is not in the pedigree: \"Juliett\"", fault);
        Assert.Contains("\"Juliet\" for \"Juliett\"", fault);
    }

    [Fact]
    public void Groups_pass_on_by_halves()
    {
        var pedigree = Pedigree.From(Table(("f", "wild", "farm"), ("m", "wild", "wild"), ("x", "m", "f")), "animal", "sire", "dam",
            groups: ["wild", "farm"]);
        var shares = pedigree.GroupContributions();
        var names = shares.Texts("name");
        double Of(string animal, string group) => shares.Numbers(group)[Array.IndexOf(names, animal)];
        Assert.Equal([0.5, 1, 0.75], [Of("f", "wild"), Of("m", "wild"), Of("x", "wild")]);
        Assert.Equal(0.25, Of("x", "farm"));
        Assert.Equal(3, pedigree.Names.Count);
    }

    [Fact]
    public void Dominance_of_full_sibs_is_a_quarter()
    {
        var pedigree = Read(("a", "s", "d"), ("b", "s", "d"), ("c", "s", "e"));
        var dominance = pedigree.DominanceMatrix(["a", "b", "c"]);
        Assert.Equal(0.25, dominance["a", "b"], 1e-12);
        Assert.Equal(0, dominance["a", "c"], 1e-12);
        Assert.Equal(1, dominance["b", "b"], 1e-12);
    }

    [Fact]
    public void Long_lines_of_descent_do_not_overflow()
    {
        const int n = 50_000;
        var rows = Enumerable.Range(0, n).Select(i => ($"a{i}", i == n - 1 ? null : $"a{i + 1}", (string?)null)).ToArray();
        var pedigree = Read(rows);
        Assert.Equal(n, pedigree.Generations);
        Assert.Equal(Math.Log(0.75) * (n - 1), -pedigree.Precision.LogDeterminant, 1e-6);
    }

    [Fact]
    public void Simulated_effects_have_the_covariances_of_relatives()
    {
        var pedigree = Pedigree.Simulate(generations: 3, size: 10, sires: 2, dams: 3, seed: 5);
        Assert.Equal(30, pedigree.Names.Count);
        Assert.Equal(10, pedigree.FounderCount);
        const int Draws = 20_000;
        var sums = new double[30 * 30];
        for (var draw = 0; draw < Draws; draw++)
        {
            var effects = pedigree.SimulateEffects(2, draw);
            for (var i = 0; i < 30; i++)
            {
                for (var j = 0; j <= i; j++)
                    sums[(i * 30) + j] += effects[i] * effects[j] / Draws;
            }
        }
        var expected = pedigree.ToRelationshipMatrix().ToArray();
        for (var i = 0; i < 30; i++)
        {
            // Five standard errors of a covariance of normals, σ⁴(1 + r²)/n.
            for (var j = 0; j <= i; j++)
                Assert.Equal(4 * expected[i, j], sums[(i * 30) + j], 5 * 4 * Math.Sqrt(2 * expected[i, i] * expected[j, j] / Draws));
        }
    }
}
