using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

/// <summary>Sparse designs: their orthogonal basis, their rank, and Hessians that make use of points known already.</summary>
public class SparseBasisTests
{
    private const int Rows = 600, Levels = 40;

    /// <summary>Intercept, indicators of all levels but the first, and a covariate; nested columns are sums of indicators.</summary>
    private static SparseRows Design(bool nested)
    {
        var (row, column, value) = (new List<int>(), new List<int>(), new List<double>());
        var random = new RandomStream(11);
        void Add(int i, int j, double x)
        {
            row.Add(i);
            column.Add(j);
            value.Add(x);
        }

        var columns = Levels + 1 + (nested ? 4 : 0);
        for (var i = 0; i < Rows; i++)
        {
            var level = (int)(random.NextDouble() * Levels);
            Add(i, 0, 1);
            if (level > 0) Add(i, level, 1);
            Add(i, Levels, random.NextNormal());
            if (nested && level / 10 is var wide) Add(i, Levels + 1 + wide, 1);
        }

        return SparseRows.Of(Rows, columns, row, column, value);
    }

    [Fact]
    public void Sparse_basis_is_orthogonal_and_spans_the_columns()
    {
        var x = Design(nested: false);
        var basis = OrthogonalBasis.Of(x)!;
        var dense = x.ToDense();
        var (product, scratch) = (new double[x.Columns], new double[Rows]);
        for (var j = 0; j < x.Columns; j++)
        {
            basis.TransposedProduct(basis.Column(j, scratch).ToArray(), product);
            for (var k = 0; k < x.Columns; k++) Assert.Equal(j == k ? Rows : 0, product[k], 1e-8 * Rows);
            var column = new double[Rows];
            basis.AddProduct(basis.R.AsSpan(j * x.Columns, x.Columns), column);
            for (var i = 0; i < Rows; i++) Assert.Equal(dense[(j * Rows) + i], column[i], 1e-9);
        }
    }

    [Fact]
    public void Weighted_products_and_covariances_are_those_of_a_dense_basis_in_the_users_coordinates()
    {
        var x = Design(nested: false);
        var random = new RandomStream(3);
        var w = Enumerable.Range(0, Rows).Select(_ => 0.5 + random.NextDouble()).ToArray();
        var p = x.Columns;
        double[] Covariance(OrthogonalBasis basis)
        {
            var m = new double[p * p];
            basis.WeightedCrossProduct(w, m);
            Assert.True(DenseCholesky.TryFactor(m, p));
            DenseCholesky.Invert(m, p);
            basis.ToCoefficientCovariance(m);
            return m;
        }

        var sparse = Covariance(OrthogonalBasis.Of(x)!);
        var dense = Covariance(OrthogonalBasis.Of(x.ToDense(), Rows, p));
        for (var k = 0; k < sparse.Length; k++) Assert.Equal(dense[k], sparse[k], 1e-9);
        var back = (double[])sparse.Clone();
        var basis = OrthogonalBasis.Of(x)!;
        basis.FromCoefficientCovariance(back);
        basis.ToCoefficientCovariance(back);
        for (var k = 0; k < sparse.Length; k++) Assert.Equal(sparse[k], back[k], 1e-9);
    }

    [Fact]
    public void Nested_columns_are_found_to_depend_on_those_before_them()
    {
        foreach (var nested in new[] { false, true })
        {
            var x = Design(nested);
            var expected = RankDetection.Dependent(x.ToDense(), Rows, x.Columns);
            Assert.Equal(nested ? 4 : 0, expected.Count(d => d));
            Assert.Equal(expected, RankDetection.Dependent(x));
        }

        var kept = Design(true).WithoutColumns(RankDetection.Dependent(Design(true))!);
        Assert.Equal(Design(false).ToDense(), kept.ToDense());
    }

    [Fact]
    public void A_point_near_the_optimum_spares_an_evaluation_of_the_hessian()
    {
        double[] expected = [4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2];
        var evaluations = 0;
        double Quadratic(ReadOnlySpan<double> x, Span<double> gradient)
        {
            evaluations++;
            for (var i = 0; i < 3; i++)
            {
                gradient[i] = 0;
                for (var j = 0; j < 3; j++) gradient[i] += expected[(j * 3) + i] * (x[j] - 1);
            }

            return 0;
        }

        double[] at = [1, 1, 1], spread = [0.1, 0.1, 0.1], near = [1.0002, 0.9995, 1.0001], far = [2, 1, 1];
        var (g, there, away) = (new double[3], new double[3], new double[3]);
        Quadratic(at, g);
        Quadratic(near, there);
        Quadratic(far, away);
        evaluations = 0;
        var hessian = OptimumHessian.Of(Quadratic, at, g, spread, true, [new(far, double.NaN, away), new(near, double.NaN, there)]);
        Assert.Equal(2, evaluations);
        for (var k = 0; k < 9; k++) Assert.Equal(expected[k], hessian[k], 1e-6);
        OptimumHessian.Of(Quadratic, at, g, spread, true, [new(far, double.NaN, away)]);
        Assert.Equal(5, evaluations);

        // A second point spares another one, unless it lies in nearly the same direction.
        double[] aside = [1.0003, 1.0001, 0.9998], along = [1.0004, 0.999, 1.00021];
        var (sideways, onwards) = (new double[3], new double[3]);
        Quadratic(aside, sideways);
        Quadratic(along, onwards);
        evaluations = 0;
        hessian = OptimumHessian.Of(Quadratic, at, g, spread, true,
            [new(far, double.NaN, away), new(near, double.NaN, there), new(aside, double.NaN, sideways)]);
        Assert.Equal(1, evaluations);
        for (var k = 0; k < 9; k++) Assert.Equal(expected[k], hessian[k], 1e-6);
        OptimumHessian.Of(Quadratic, at, g, spread, true, [new(along, double.NaN, onwards), new(near, double.NaN, there)]);
        Assert.Equal(3, evaluations);
    }

    [Fact]
    public void A_point_further_away_tells_of_the_hessian_by_its_value_too()
    {
        // f = ½ (3a² + 2ab + 2b²) + (a + 0.2 b)³/2, with a minimum at zero.
        var evaluations = 0;
        double Cubic(ReadOnlySpan<double> x, Span<double> gradient)
        {
            evaluations++;
            var (a, b, c) = (x[0], x[1], x[0] + (0.2 * x[1]));
            gradient[0] = (3 * a) + b + (1.5 * c * c);
            gradient[1] = a + (2 * b) + (0.3 * c * c);
            return (0.5 * ((3 * a * a) + (2 * a * b) + (2 * b * b))) + (0.5 * c * c * c);
        }

        double[] at = [0, 0], spread = [1, 1], far = [0.05, -0.01], near = [0.0002, 0.004];
        var (g, away, there) = (new double[2], new double[2], new double[2]);
        var value = Cubic(at, g);
        List<EvaluatedPoint> known = [new(far, Cubic(far, away), away), new(near, Cubic(near, there), there)];
        evaluations = 0;
        var hessian = OptimumHessian.Of(Cubic, at, g, spread, true, known, value: value);
        Assert.Equal(0, evaluations);
        double[] expected = [3, 1, 1, 2];
        for (var k = 0; k < 4; k++) Assert.Equal(expected[k], hessian[k], 0.01);
        OptimumHessian.Of(Cubic, at, g, spread, true, known);
        Assert.Equal(1, evaluations);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(11)]
    public void Many_right_hand_sides_are_solved_as_one_by_one(int columns)
    {
        var pattern = SparseMatrices.Crossed(2000, [300, 150, 5], [1, 1, 1], 1);
        var factor = new IterativeFactor(pattern, 1);
        Assert.True(factor.TryFactor(SparseMatrices.Values(pattern, 3)));
        var random = new RandomStream(5);
        var stride = pattern.Order + 7;
        var all = Enumerable.Range(0, stride * columns).Select(_ => random.NextNormal()).ToArray();
        var one = (double[])all.Clone();
        factor.SolveMany(all, stride, columns, 1e-12);
        for (var j = 0; j < columns; j++)
        {
            factor.Solve(one.AsSpan(j * stride, pattern.Order));
            for (var i = 0; i < stride; i++) Assert.Equal(one[(j * stride) + i], all[(j * stride) + i], 1e-8);
        }
    }
}
