using EcoGlmm.Estimation;
using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Inverses of Hessians by another library, with what is unusable or flat left out.</summary>
public sealed class HessianInverseTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(Tolerances.LargeOrder)]
    [InlineData(Tolerances.LargeOrder + 7)]
    public void Of_what_curves_it_is_the_inverse(int d)
    {
        var h = Curved(d);
        var inverse = HessianInverse.Of(Packed(h), d);
        Assert.True(inverse.IsPositiveDefinite);
        Assert.Empty(inverse.FlatParameters);
        Assert.Empty(inverse.UnusableParameters);
        var expected = h.Inverse();
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
            {
                var size = Math.Sqrt(expected[i, i] * expected[j, j]);
                Assert.Equal(expected[i, j] / size, inverse.Values[(i * d) + j] / size, 1e-9);
                Assert.Equal(inverse.Values[(i * d) + j], inverse.Covariance[(i * d) + j]);
            }
        }

        var x = Enumerable.Range(0, d).Select(i => 1.0 + i).ToArray();
        var product = expected * Vector<double>.Build.Dense(x);
        Assert.All(inverse.Multiply(x)!, (value, i) => Assert.Equal(1, value / product[i], 1e-6));
    }

    /// <summary>Along v nothing curves: the rest is H⁺ in the parameters' own units, and the largest element of v is named.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(Tolerances.LargeOrder + 5)]
    public void A_flat_direction_is_left_out_and_named(int d)
    {
        var v = Vector<double>.Build.Dense(d, i => i == 1 ? 3 : 1).Normalize(2);
        var h = Matrix<double>.Build.DenseIdentity(d) - v.OuterProduct(v);
        var inverse = HessianInverse.Of(Packed(h), d);
        Assert.False(inverse.IsPositiveDefinite);
        Assert.Equal([1], inverse.FlatParameters);
        var values = Matrix<double>.Build.Dense(d, d, (i, j) => inverse.Values[(i * d) + j]);
        Assert.InRange((h * values * h - h).Enumerate().Max(Math.Abs), 0, 1e-9);
        Assert.InRange(values.Enumerate().Max(Math.Abs), 0.5, 20);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-2.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_does_not_curve_itself_is_unusable(double own)
    {
        const int d = 4;
        var h = Curved(d);
        h[2, 2] = own;
        var inverse = HessianInverse.Of(Packed(h), d);
        Assert.Equal([2], inverse.UnusableParameters);
        Assert.True(inverse.IsPositiveDefinite);
        int[] others = [0, 1, 3];
        var expected = Matrix<double>.Build.Dense(3, 3, (i, j) => h[others[i], others[j]]).Inverse();
        for (var i = 0; i < d; i++)
        {
            Assert.True(double.IsNaN(inverse.Values[(i * d) + 2]) && double.IsNaN(inverse.Values[(2 * d) + i]));
            Assert.True(double.IsNaN(inverse.Covariance[(i * d) + 2]) && double.IsNaN(inverse.Covariance[(2 * d) + i]));
        }

        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++) Assert.Equal(1, inverse.Values[(others[i] * d) + others[j]] / expected[i, j], 1e-9);
        }

        Assert.All(inverse.Multiply([1, 1, 1, 1])!, value => Assert.True(double.IsFinite(value)));
    }

    /// <summary>A coefficient that the likelihood does not depend on has a variance without end, and takes nothing from others.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    public void A_leading_parameter_without_curvature_has_a_large_variance(int flat, int leading)
    {
        const int d = 3;
        var h = Curved(d);
        for (var i = 0; i < d; i++) h[i, flat] = h[flat, i] = 0;
        var inverse = HessianInverse.Of(Packed(h), d, leading);
        for (var i = 0; i < d; i++)
        {
            Assert.Equal(i == flat ? 1 / Tolerances.FlatEigenvalue : 0, inverse.Covariance[(i * d) + flat]);
            Assert.Equal(i == flat ? 1 / Tolerances.FlatEigenvalue : 0, inverse.Covariance[(flat * d) + i]);
            Assert.True(double.IsNaN(inverse.Values[(i * d) + flat]));
        }

        Assert.True(double.IsNaN(HessianInverse.Of(Packed(h), d, flat).Covariance[(flat * d) + flat]));
    }

    [Fact]
    public void Without_a_Hessian_nothing_is_known()
    {
        var inverse = HessianInverse.Of([], 2);
        Assert.Equal([0, 1], inverse.UnusableParameters);
        Assert.False(inverse.IsPositiveDefinite);
        Assert.Equal(4, inverse.Values.Count(double.IsNaN));
        Assert.Null(inverse.Multiply([1, 1]));
        Assert.True(HessianInverse.Of([], 0).IsPositiveDefinite);
    }

    /// <summary>Parameters of very different units.</summary>
    private static Matrix<double> Curved(int d)
    {
        var random = new RandomStream(3);
        var a = Matrix<double>.Build.Dense(d, d, (_, _) => random.NextNormal());
        var unit = Vector<double>.Build.Dense(d, i => Math.Pow(10, (i % 5) - 2));
        return Matrix<double>.Build.DenseOfDiagonalVector(unit) * ((a * a.Transpose()) + (d * Matrix<double>.Build.DenseIdentity(d)))
            * Matrix<double>.Build.DenseOfDiagonalVector(unit);
    }

    private static double[] Packed(Matrix<double> matrix) => matrix.Transpose().ToColumnMajorArray();
}
