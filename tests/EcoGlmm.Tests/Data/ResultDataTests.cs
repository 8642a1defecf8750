using Microsoft.Data.Analysis;

namespace EcoGlmm.Tests.Data;

public class ResultDataTests
{
    private static readonly GlmmFit Fit = Glmm.Fit("y ~ x + (x | g)",
        Enumerable.Range(0, 90).Select(i => new { y = i == 3 ? (double?)null : (i * 7 % 5) + (i % 6), x = i % 10 / 10.0, g = "nest"
            + (i % 9) }).ToArray(),
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
    public void Predictors_stand_beside_predictions()
    {
        var training = Fit.Predict().ToFieldData();
        Assert.Equal(["y", "x", "g", "Estimate", "StandardError", "Lower", "Upper"], training.ColumnNames);
        Assert.Equal(Fit.Augment().Texts("g"), training.Texts("g"));
        Assert.Equal(Fit.Predict().Estimate, training.Numbers("Estimate"));
        Assert.Equal(Fit.Augment().Numbers(".fitted")[7], training.Numbers("Estimate")[7], 1e-10);
        var grid = FieldData.From(new[] { new { x = 0.0, Estimate = 7 }, new { x = 0.5, Estimate = 8 } });
        var averaged = Fit.Predict(grid, randomEffects: RandomEffectsUse.Averaged);
        var table = averaged.ToDataFrame();
        Assert.Equal(["x", "Estimate (data)", "Estimate", "StandardError", "Lower", "Upper"], table.Columns.Select(column => column.Name));
        Assert.Equal(averaged.Estimate[1], (double)table["Estimate"][1]);
        Assert.Equal(0.5, (double)table["x"][1]);
    }

    [Fact]
    public void Every_table_of_results_is_data()
    {
        // A table is a sequence of rows that is displayed: one that cannot be had as data is a dead end for its user.
        var tables = typeof(GlmmFit).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false }
            && typeof(IRichDisplay).IsAssignableFrom(type) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type)).ToArray();
        Assert.Contains(typeof(CoefficientTable), tables);
        Assert.All(tables, type => Assert.True(typeof(IResultTable).IsAssignableFrom(type), $"{type.Name} should implement IResultTable "
            + $"(ToFieldData)."));
    }

    public static TheoryData<string> Tables => [.. Results(Fit).Select(result => result.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_table_becomes_a_DataFrame(string name)
    {
        var result = Results(Fit).Single(one => one.Name == name);
        var table = result.Table();
        var frame = table.ToDataFrame();
        Assert.Equal(table.ToFieldData().ColumnNames, frame.Columns.Select(column => column.Name));
        Assert.Equal(table.ToFieldData().RowCount, frame.Rows.Count);
        Assert.True(frame.Rows.Count >= result.LeastRows, $"{frame.Rows.Count} rows");
        Assert.Equal(table.ToFieldData().ToString(), FieldData.From((object)table).ToString());
    }

    private static (string Name, Func<IResultTable> Table, int LeastRows)[] Results(GlmmFit fit) =>
    [
        ("coefficients", () => fit.FixedEffects, 2), ("variance components", () => fit.VarianceComponents, 3),
        ("random effects", () => fit.RandomEffects, 18), ("modes of a group", () => fit.RandomEffects["g"], 18),
        ("intervals", () => fit.ConfidenceIntervals(), 2), ("predictions", () => fit.Predict(), 89),
        ("marginal means", () => fit.MarginalMeans("x"), 1), ("coefficient tests", () => fit.CoefficientTests(DenominatorDegrees.Infinite),
            2),
        ("terms dropped", () => fit.LikelihoodRatioTests(), 1), ("comparison", () => Glmm.Compare(fit, fit.Update(". ~ . - x")), 2),
        ("R squared", () => fit.RSquared(), 1), ("repeatability", () => fit.Repeatability("g", simulations: 0), 2),
        ("average", () => fit.Standardise("x", at: [0, 0.5]), 2), ("residuals", () => fit.SimulatedResiduals(20), 89),
        ("residual tests", () => fit.SimulatedResiduals(50).TestAll(), 4), ("one test", () => fit.SimulatedResiduals(50)
            .TestDispersion(), 1),
        ("influence", () => fit.Influence("g"), 9), ("check", () => fit.Check(new CheckOptions { Count = 50 }), 5),
    ];

    [Fact]
    public void Columns_for_a_DataFrame_come_back_as_they_went()
    {
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["mass"] = new[] { 1.5, double.NaN }, ["nest"] = new[] { "a", null }, ["fed"] = new bool?[] { true, null },
            ["day"] = new DateTime?[] { new DateTime(2020, 5, 1), null },
        });
        var frame = data.ToDataFrame();
        Assert.Equal([typeof(DoubleDataFrameColumn), typeof(StringDataFrameColumn), typeof(BooleanDataFrameColumn),
            typeof(DateTimeDataFrameColumn)],
            frame.Columns.Select(column => column.GetType()));
        var again = FieldData.From(frame);
        Assert.Equal(data.ToString(), again.ToString());
        Assert.All(again.Columns, column => Assert.True(column.IsMissing(1)));
        Assert.Equal(1, frame.Columns["mass"].NullCount);
    }
}
