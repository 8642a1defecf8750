using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

/// <summary>Rows in which an expression has no value are left out and counted, as in R.</summary>
public class MissingExpressionTests
{
    private static readonly FieldData Data = FieldData.From(new Dictionary<string, double[]>
    {
        ["y"] = [1, 2, 4, 3, 5, 7, 6, 8], ["x"] = [-1, 1, 2, 3, 4, 5, 6, -7], ["z"] = [1, 2, double.NaN, 4, 1, 2, 3, 4],
            ["g"] = [1, 1, 2, 2, 3, 3, 4, 4],
    }).AsFactor("g");

    private static ModelSpecification Create(string formula) => ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, Data);

    [Theory]
    [InlineData("y ~ log(x)", "log(x)", 2)]
    [InlineData("sqrt(x) ~ 1", "sqrt(x)", 2)]
    [InlineData("y ~ offset(log(x))", "log(x)", 2)]
    [InlineData("y ~ 1 + (log(x) | g)", "log(x)", 2)]
    [InlineData("y ~ cut(x, c(0, 2, 10))", "cut(x, c(0, 2, 10))", 2)]
    [InlineData("y ~ x:sqrt(x)", "sqrt(x)", 2)]
    public void They_are_dropped_and_counted(string formula, string expression, int count)
    {
        var specification = Create(formula);
        Assert.Equal(count, specification.DroppedRowCount);
        Assert.Equal([1, 2, 3, 4, 5, 6], specification.Rows);
        Assert.Equal([(expression, count)], specification.MissingByVariable);
    }

    [Fact]
    public void With_missing_columns_they_add_up()
    {
        var specification = Create("y ~ log(x) + z");
        Assert.Equal([1, 3, 4, 5, 6], specification.Rows);
        Assert.Equal([("z", 1), ("log(x)", 2)], specification.MissingByVariable);
    }

    [Fact]
    public void Infinity_is_refused_and_so_is_a_model_without_rows()
    {
        var zero = Data.With("x", [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Contains("minus infinity in row 1", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ log(x)", zero)).Message);
        Assert.Contains("None of the 8 rows", Assert.Throws<GlmmException>(() => Create("y ~ log(-y)")).Message);
    }

    [Fact]
    public void A_row_of_weight_zero_is_left_out_where_variances_are_divided_by_weights()
    {
        var weighted = Data.With("w", [1, 1, 2, 1, 0, 1, 3, 1]);
        var fit = Glmm.Fit("y ~ x", weighted, null, new GlmmOptions { Weights = "w" });
        var without = Glmm.Fit("y ~ x", weighted.Where(row => row.Number("w") > 0), null, new GlmmOptions { Weights = "w" });
        Assert.Equal(without.LogLikelihood, fit.LogLikelihood, 1e-12);
        Assert.Equal(1, fit.DroppedRowCount);
        Assert.Contains("w = 0", fit.ToString());
    }
}
