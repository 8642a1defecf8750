using EcoGlmm.Numerics;
using Matrix = MathNet.Numerics.LinearAlgebra.Double.DenseMatrix;

namespace EcoGlmm.Tests.Numerics;

public class DenseLinearAlgebraTests
{
    private static double[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
    }

    private static Matrix Spd(int n, int seed)
    {
        var x = Matrix.OfColumnMajor(n + 3, n, Normal((n + 3) * n, seed));
        return (Matrix)(x.TransposeThisAndMultiply(x) + 0.1 * Matrix.CreateIdentity(n));
    }

    private static void AssertClose(IEnumerable<double> expected, IReadOnlyList<double> actual, double tolerance)
    {
        var i = 0;
        foreach (var value in expected)
        {
            Assert.Equal(value, actual[i++], tolerance);
        }

        Assert.Equal(i, actual.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(40)]
    [InlineData(101)]
    public void Factor_solve_invert_and_determinant(int n)
    {
        var matrix = Spd(n, n);
        var l = matrix.ToColumnMajorArray();
        Assert.True(DenseCholesky.TryFactor(l, n));
        var reference = matrix.Cholesky();
        AssertClose(reference.Factor.ToColumnMajorArray(), l, 1e-11);
        Assert.Equal(reference.DeterminantLn, DenseCholesky.LogDeterminant(l, n), 1e-9);

        var x = Matrix.OfColumnMajor(n, 3, Normal(3 * n, 7));
        var b = (matrix * x).ToColumnMajorArray();
        DenseCholesky.Solve(l, n, b);
        AssertClose(x.ToColumnMajorArray(), b, 1e-8);

        var half = (reference.Factor.Transpose() * x).ToColumnMajorArray();
        DenseCholesky.SolveLowerTransposed(l, n, half);
        AssertClose(x.ToColumnMajorArray(), half, 1e-8);

        DenseCholesky.Invert(l, n);
        AssertClose(matrix.Inverse().ToColumnMajorArray(), l, 1e-8);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused()
    {
        Assert.False(DenseCholesky.TryFactor(new double[] { 1, 2, 2, 1 }, 2));
        Assert.False(DenseCholesky.TryFactor(new double[] { 0 }, 1));
        Assert.False(DenseCholesky.TryFactor(new double[] { double.NaN }, 1));
        var late = Spd(50, 1).ToColumnMajorArray();
        late[^1] = -1;
        Assert.False(DenseCholesky.TryFactor(late, 50));
        Assert.True(DenseCholesky.TryFactor([], 0));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(777, 5)]
    [InlineData(601, 11)]
    [InlineData(1027, 12)]
    [InlineData(900, 37)]
    public void Products_with_a_tall_matrix(int rows, int columns)
    {
        var values = Normal(rows * columns, 3);
        var x = Matrix.OfColumnMajor(rows, columns, values);
        var w = Normal(rows, 4);
        var v = Normal(columns, 5);

        var cross = new double[columns * columns];
        DenseMatrix.WeightedCrossProduct(values, rows, columns, w, cross);
        var weighted = Matrix.OfDiagonalArray(w) * x;
        AssertClose(x.TransposeThisAndMultiply(weighted).ToColumnMajorArray(), cross, 1e-10);

        DenseMatrix.WeightedCrossProduct(values, rows, columns, [], cross);
        AssertClose(x.TransposeThisAndMultiply(x).ToColumnMajorArray(), cross, 1e-10);

        var product = new double[rows];
        DenseMatrix.Multiply(values, rows, v, product);
        AssertClose((x * MathNet.Numerics.LinearAlgebra.Double.DenseVector.OfArray(v)).ToArray(), product, 1e-12);

        var transposed = new double[columns];
        DenseMatrix.TransposeMultiply(values, rows, w, transposed);
        AssertClose(
            x.TransposeThisAndMultiply(MathNet.Numerics.LinearAlgebra.Double.DenseVector.OfArray(w)).ToArray(), transposed, 1e-11);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(60)]
    public void Eigenvectors_rebuild_the_matrix(int n)
    {
        var random = Matrix.OfColumnMajor(n, n, Normal(n * n, n));
        var matrix = random + random.Transpose();
        var vectors = matrix.ToColumnMajorArray();
        var eigenvalues = new double[n];
        Assert.True(SymmetricEigen.TryDecompose(vectors, n, eigenvalues));
        Assert.Equal(eigenvalues.Order(), eigenvalues);
        var v = Matrix.OfColumnMajor(n, n, vectors);
        AssertClose((v * Matrix.OfDiagonalArray(eigenvalues) * v.Transpose()).ToColumnMajorArray(), matrix.ToColumnMajorArray(), 1e-12);
        AssertClose(v.TransposeThisAndMultiply(v).ToColumnMajorArray(), Matrix.CreateIdentity(n).ToColumnMajorArray(), 1e-13);
    }

    [Fact]
    public void Small_eigenvalues_of_a_badly_scaled_matrix_are_accurate()
    {
        // D C D with C well conditioned: the eigenvalues span sixteen orders of magnitude.
        double[] d = [1e4, 1, 1e-4];
        double[] c = [1, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 1];
        var matrix = new double[9];
        for (var i = 0; i < 9; i++)
        {
            matrix[i] = c[i] * d[i % 3] * d[i / 3];
        }

        var eigenvalues = new double[3];
        SymmetricEigen.TryDecompose(matrix, 3, eigenvalues);

        // The smallest is close to det / (the two others); det C = 0.5625.
        Assert.Equal(0.5625 / (eigenvalues[1] * eigenvalues[2]), eigenvalues[0], 1e-10 * eigenvalues[0]);
        Assert.False(SymmetricEigen.TryDecompose(new double[] { double.NaN }, 1, new double[1]));
    }
}
