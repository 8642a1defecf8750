using Microsoft.Data.Analysis;

namespace EcoGlmm.Tests.Data;

public class ResultDataTests
{
    private static readonly GlmmFit Fit = Glmm.Fit("y ~ x + (x | g)",
        Enumerable.Range(0, 90).Select(i => new { y = i == 3 ? (double?)null : (i * 7 % 5) + (i % 6), x = i % 10 / 10.0, g = "nest" + (i % 9) }).ToArray(),
        Family.Poisson());

    [Fact]
    public void Coefficients_and_intervals()
    {
        var coefficients = Fit.FixedEffects.ToFieldData();
        Assert.Equal("(Intercept), x", string.Join(", ", coefficients.Texts("Name")));
        Assert.Equal(Fit.FixedEffects["x"].Estimate, coefficients.Numbers("Estimate")[1]);
        var intervals = Fit.ConfidenceIntervals().ToFieldData();
        Assert.Equal(["Part", "Name", "Estimate", "Lower", "Upper"], intervals.ColumnNames);
        Assert.Equal(Fit.ConfidenceIntervals()["x"].Upper, intervals.Numbers("Upper")[1]);
    }

    [Fact]
    public void Variance_components_and_modes()
    {
        var components = Fit.VarianceComponents.ToFieldData();
        Assert.Equal(3, components.RowCount);
        Assert.Equal(", , x", string.Join(", ", components.Texts("Term2")));
        Assert.True(double.IsNaN(components.Numbers("StandardDeviation")[2]));
        var modes = Fit.RandomEffects.ToFieldData();
        Assert.Equal(18, modes.RowCount);
        var row = modes.Where(r => r.Text("Level") == "nest4" && r.Text("Term") == "x");
        Assert.Equal(Fit.RandomEffects["g"]["nest4", "x"].Mode, row.Numbers("Mode")[0]);
        Assert.Equal(18, Fit.RandomEffects["g"].ToFieldData().RowCount);
    }

    [Fact]
    public void Without_random_effects_the_tables_are_empty_and_keep_their_columns()
    {
        var plain = Fit.Update(". ~ . - (x | g)");
        Assert.Equal((0, 7), (plain.VarianceComponents.ToFieldData().RowCount, plain.VarianceComponents.ToFieldData().ColumnNames.Count));
        Assert.Equal((0, 6), (plain.RandomEffects.ToFieldData().RowCount, plain.RandomEffects.ToFieldData().ColumnNames.Count));
    }

    [Fact]
    public void Rows_with_fitted_values_and_residuals()
    {
        var rows = Fit.Augment();
        Assert.Equal(89, rows.RowCount);
        Assert.Equal(["y", "x", "g", ".fitted", ".residual", ".pearson"], rows.ColumnNames);
        Assert.Equal(rows.Numbers("y")[40] - rows.Numbers(".fitted")[40], rows.Numbers(".residual")[40], 1e-12);
        Assert.Equal(Fit.SimulatedResiduals(20).Scaled, Fit.SimulatedResiduals(20).ToFieldData().Numbers("Scaled"));
    }

    [Fact]
    public void Columns_for_a_DataFrame_come_back_as_they_went()
    {
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["mass"] = new[] { 1.5, double.NaN }, ["nest"] = new[] { "a", null }, ["fed"] = new bool?[] { true, null },
            ["day"] = new DateTime?[] { new DateTime(2020, 5, 1), null },
        });
        var columns = data.ToColumns<DataFrameColumn>();
        Assert.Equal([typeof(DoubleDataFrameColumn), typeof(StringDataFrameColumn), typeof(BooleanDataFrameColumn), typeof(PrimitiveDataFrameColumn<DateTime>)],
            columns.Select(column => column.GetType()));
        var again = FieldData.From(new DataFrame(columns));
        Assert.Equal(data.ToString(), again.ToString());
        Assert.All(again.Columns, column => Assert.True(column.IsMissing(1)));
        Assert.Contains("DataFrameColumn", Assert.Throws<GlmmException>(() => data.ToColumns<string>()).Message);
    }
}
