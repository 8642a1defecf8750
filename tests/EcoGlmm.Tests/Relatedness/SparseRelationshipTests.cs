using EcoGlmm.Tests.Association;

namespace EcoGlmm.Tests.Relationships;

public class SparseRelationshipTests
{
    private static RelationshipMatrix Sibs() => RelationshipMatrix.FromPairs(
        new Dictionary<string, object>
        {
            ["first"] = new[] { "a", "b", "c", "c", "e", "d" },
            ["second"] = new[] { "b", "a1", "a", "c", "e", "d" },
            ["relationship"] = new[] { 0.5, 0.25, 0.4, 1.1, 1.0, 0.9 },
        }, "first", "second", "relationship");

    [Fact]
    public void PairsMakeASparseMatrix()
    {
        var sibs = Sibs();
        Assert.True(sibs.IsSparse);
        Assert.Equal(["a", "b", "a1", "c", "e", "d"], sibs.Names);
        Assert.Equal(0.5, sibs["b", "a"]);
        Assert.Equal(1.1, sibs["c", "c"]);
        Assert.Equal(1, sibs["a", "a"]);
        Assert.Equal(0, sibs["e", "d"]);
        var whole = sibs.ToArray();
        Assert.Equal(0.4, whole[0, 3]);
        Assert.Equal(0.9, whole[5, 5]);
        Assert.Contains("3 pairs are related", sibs.ToString(), StringComparison.Ordinal);
        string Refused(string[] first, string[] second, double[] values) => Assert.Throws<GlmmException>(() => RelationshipMatrix.FromPairs(
            new Dictionary<string, object> { ["a"] = first, ["b"] = second, ["r"] = values }, "a", "b", "r")).Message;
        Assert.Contains("stands twice", Refused(["x", "y"], ["y", "x"], [0.5, 0.5]), StringComparison.Ordinal);
        Assert.Contains("has to be a positive number", Refused(["x"], ["x"], [0]), StringComparison.Ordinal);
        Assert.Contains("has to be a number", Refused(["x"], ["y"], [double.NaN]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("k.csv", 0.2)]
    [InlineData("k.csv.gz", 0.2)]
    [InlineData("k.csv", null)]
    public void FilesGiveBackTheSameBits(string name, double? threshold)
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var some = herd.WithIndividuals(herd.Individuals.Take(45)).RelationshipMatrix(RelationshipKind.Standardised);
        var matrix = threshold is { } t ? some.Thresholded(t) : some;
        matrix.WriteCsv(folder.File(name));
        var read = RelationshipMatrix.ReadCsv(folder.File(name));
        Assert.Equal(threshold is not null, read.IsSparse);
        foreach (var a in matrix.Names)
        {
            foreach (var b in matrix.Names)
            {
                Assert.Equal(matrix[a, b], read[a, b]);
            }
        }

        Assert.Contains("cannot be written", Assert.Throws<GlmmException>(() => matrix.WriteCsv(folder.File("no/folder.csv"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFitWithSparseKinshipIsThatOfTheSameMatrixWhole()
    {
        using var herd = Herd.Open();
        var sparse = herd.RelationshipMatrix(RelationshipKind.Standardised).Thresholded(0.25);
        var whole = RelationshipMatrix.From(sparse.ToArray(), herd.Individuals);
        GlmmFit Fit(RelationshipMatrix kinship) => Glmm.Fit("weight ~ sex + kinship(1 | animal)", Herd.Data(),
            options: new GlmmOptions { Relatedness = new Dictionary<string, EcoGlmm.Relatedness> { ["animal"] = kinship } });
        var (one, other) = (Fit(sparse), Fit(whole));
        Assert.Equal(other.LogLikelihood, one.LogLikelihood, 1e-7);
        Assert.Equal(other.FixedEffects[1].Estimate, one.FixedEffects[1].Estimate, 1e-7);
    }
}
