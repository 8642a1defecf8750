using EcoGlmm.Data;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Designs of so many rows that their basis is not formed, and numbers as factors.</summary>
public class LargeDesignTests
{
    private const int Rows = 500_003, Columns = 3;

    private static double[] Design(double collinear)
    {
        var random = new RandomStream(5);
        var x = new double[Rows * Columns];
        for (var i = 0; i < Rows; i++)
        {
            x[i] = 1;
            x[Rows + i] = 3 + random.NextNormal();
            x[(2 * Rows) + i] = x[Rows + i] + (collinear * random.NextNormal());
        }

        return x;
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1e-4)]    // too near to dependence for cross-products: by reflections
    public void Basis_of_many_rows_is_orthogonal_and_spans_the_columns(double collinear)
    {
        var x = Design(collinear);
        var basis = OrthogonalBasis.Of(x, Rows, Columns);
        var (product, scratch) = (new double[Columns], new double[Rows]);
        for (var j = 0; j < Columns; j++)
        {
            basis.TransposedProduct(basis.Column(j, scratch).ToArray(), product);
            for (var k = 0; k < Columns; k++) Assert.Equal(j == k ? 1 : 0, product[k] / Rows, 1e-10);
            var column = new double[Rows];
            basis.AddProduct(basis.R.AsSpan(j * Columns, Columns), column);
            for (var i = 0; i < Rows; i += 997) Assert.Equal(x[(j * Rows) + i], column[i], 1e-10);
        }

        Assert.Equal(basis.Column(0, scratch)[0], basis.First, 1e-14);
    }

    [Fact]
    public void Weighted_products_of_many_rows_are_those_of_the_columns()
    {
        var x = Design(0.5);
        var w = Enumerable.Range(0, Rows).Select(i => 1 + (i % 7)).Select(v => (double)v).ToArray();
        var basis = OrthogonalBasis.Of(x, Rows, Columns);
        var m = new double[Columns * Columns];
        basis.WeightedCrossProduct(w, m);
        Assert.True(DenseCholesky.TryFactor(m, Columns));
        DenseCholesky.Invert(m, Columns);
        basis.ToCoefficientCovariance(m);

        var expected = new double[Columns * Columns];
        for (var j = 0; j < Columns; j++)
        {
            for (var k = 0; k < Columns; k++)
            {
                for (var i = 0; i < Rows; i++) expected[(j * Columns) + k] += w[i] * x[(j * Rows) + i] * x[(k * Rows) + i];
            }
        }

        Assert.True(DenseCholesky.TryFactor(expected, Columns));
        DenseCholesky.Invert(expected, Columns);
        for (var k = 0; k < m.Length; k++) Assert.Equal(expected[k], m[k], 1e-9 * Math.Abs(expected[k]));
    }

    [Theory]
    [InlineData(new[] { 3.0, 1, double.NaN, 3, -2, 0 }, new[] { -2.0, 0, 1, 3 }, new[] { 3, 2, -1, 3, 0, 1 })]
    [InlineData(new[] { 1e300, 1, 1e300, double.NaN }, new[] { 1, 1e300 }, new[] { 1, 0, 1, -1 })]
    [InlineData(new[] { 0.5, 0.25, 0.5 }, new[] { 0.25, 0.5 }, new[] { 1, 0, 1 })]
    [InlineData(new[] { double.PositiveInfinity, 2, double.NegativeInfinity },
        new[] { double.NegativeInfinity, 2, double.PositiveInfinity },
        new[] { 2, 1, 0 })]
    [InlineData(new[] { double.NaN, double.NaN }, new double[0], new[] { -1, -1 })]
    [InlineData(new double[0], new double[0], new int[0])]
    public void Numbers_are_coded_by_their_values_in_order(double[] numbers, double[] values, int[] codes)
    {
        var (found, places) = NumberCoding.Of(numbers);
        Assert.Equal(values, found);
        Assert.Equal(codes, places);
    }
}
