using Matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace EcoGlmm.Tests.Relationships;

public sealed class RelationshipMatrixTests
{
    private static string Fault(double[,] matrix, params string[] names) =>
        Assert.Throws<GlmmException>(() => RelationshipMatrix.From(matrix, names)).Message;

    [Fact]
    public void The_inverse_keeps_families_apart()
    {
        double[,] matrix = { { 1, 0, 0.5, 0 }, { 0, 1.1, 0, 0.3 }, { 0.5, 0, 1, 0 }, { 0, 0.3, 0, 1 } };
        var relationships = RelationshipMatrix.From(matrix, ["a", "b", "c", "d"]);
        Assert.Equal(6, relationships.Precision.Pattern.NonZeros);
        Assert.Null(relationships.Note);
        var product = PedigreeTests.Dense(relationships.Precision) * Matrix.OfArray(matrix);
        Assert.True((product - Matrix.CreateIdentity(4)).InfinityNorm() < 1e-12);
        Assert.Equal(-Math.Log(Matrix.OfArray(matrix).Determinant()), relationships.Precision.LogDeterminant, 1e-12);
        Assert.Equal(0.3, relationships["d", "b"]);
    }

    [Fact]
    public void A_dense_matrix_of_a_pedigree_has_the_sparse_inverse_of_the_pedigree()
    {
        var expected = RelatednessReference.Read().Pedigrees[2];
        var relationships = RelationshipMatrix.From(expected.Dense([.. Enumerable.Range(0, expected.Id.Length)]), expected.Id);
        Assert.InRange(relationships.Precision.Pattern.NonZeros, 60, 60 * 61 / 4);
        Assert.Equal(expected.LogDeterminant, relationships.Precision.LogDeterminant, 1e-8);
    }

    [Fact]
    public void A_singular_matrix_is_mended_and_says_so()
    {
        double[,] matrix = { { 1, 1, 0.5 }, { 1, 1, 0.5 }, { 0.5, 0.5, 1 } };
        var relationships = RelationshipMatrix.From(matrix, ["a", "clone", "c"]);
        Assert.Contains("1E-06 was added to its diagonal", relationships.Note);
        Assert.Contains(relationships.Note!, relationships.ToString());
        Assert.True(double.IsFinite(relationships.Precision.LogDeterminant));
    }

    [Fact]
    public void Matrices_that_cannot_be_covariances_are_refused()
    {
        Assert.Contains("not symmetric: 0.4 in row \"b\", column \"a\", but 0.5 in row \"a\", column \"b\"",
            Fault(new[,] { { 1, 0.5 }, { 0.4, 1 } }, "a", "b"));
        Assert.Contains("use the mean of the matrix and its transpose", Fault(new[,] { { 1, 0.5 }, { 0.4, 1 } }, "a", "b"));
        Assert.Contains("not positive definite", Fault(new[,] { { 1, 2.0 }, { 2.0, 1 } }, "a", "b"));
        Assert.Contains("0 on its diagonal, at \"b\"", Fault(new[,] { { 1, 0.0 }, { 0.0, 0 } }, "a", "b"));
        Assert.Contains("NaN between", Fault(new[,] { { 1, double.NaN }, { double.NaN, 1 } }, "a", "b"));
        Assert.Contains("two rows called \"a\"", Fault(new[,] { { 1, 0.0 }, { 0.0, 1 } }, "a", "a"));
        Assert.Contains("2 rows and 1 columns", Fault(new[,] { { 1.0 }, { 1.0 } }, "a", "b"));
        Assert.Contains("1 name", Fault(new[,] { { 1, 0.0 }, { 0.0, 1 } }, "a"));
    }

    [Fact]
    public void Files_with_and_without_row_names_are_read()
    {
        var path = Path.Combine(Path.GetTempPath(), $"relationships-{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllText(path, "\"\",\"x\",\"y\"\n\"x\",1,0.25\n\"y\",0.25,1.5\n");
            Assert.Equal(0.25, RelationshipMatrix.ReadCsv(path)["x", "y"]);
            File.WriteAllText(path, "x,y\n1,0.25\n0.25,1.5\n");
            Assert.Equal(1.5, RelationshipMatrix.ReadCsv(path)["y", "y"]);
            File.WriteAllText(path, "\"\",\"y\",\"x\"\n\"x\",0.25,1\n\"y\",1.5,0.25\n");
            Assert.Equal(1.5, RelationshipMatrix.ReadCsv(path)["y", "y"]);
            File.WriteAllText(path, "x,y,z\n1,0.25,0\n");
            Assert.Contains("1 row and 3 columns", Assert.Throws<GlmmException>(() => RelationshipMatrix.ReadCsv(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
