namespace EcoGlmm.Tests.Formulas;

/// <summary>within(), between(), first() and last() inside other functions, as random slopes, and on new rows.</summary>
public sealed class IndividualFunctionTests
{
    private static readonly FieldData Data = FieldStudy.Simulate(new FieldStudyDesign { RecruitsPerYear = 12, Years = 10, Detection = 0.8 },
        11).Records
        .With("sex", row => row.Number("cohort") % 2 == 0 ? "f" : "m");

    private static readonly FieldData WithColumns = Data.DecomposeWithinBetween("age", by: "id");

    [Theory]
    [InlineData("I(within(age, id)^2)", "I(age_within^2)")]
    [InlineData("I(between(age, id) + last(age, id))", "I(age_between + age_last)")]
    [InlineData("sex * within(age, id) + between(age, id)", "sex * age_within + age_between")]
    [InlineData("scale(within(age, id)) + scale(between(age, id))", "scale(age_within) + scale(age_between)")]
    [InlineData("poly(within(age, id), 2) + first(age, id)", "poly(age_within, 2) + age_first")]
    [InlineData("ns(between(age, id), df = 3) + within(age, id)", "ns(age_between, df = 3) + age_within")]
    [InlineData("age * last(age, id)", "age * age_last")]
    [InlineData("within(age, id) + (within(age, id) | year)", "age_within + (age_within | year)")]
    public void They_equal_columns_made_beforehand(string inFormula, string ofColumns)
    {
        var a = Glmm.Fit($"performance ~ {inFormula} + (1 | id)", WithColumns);
        var b = Glmm.Fit($"performance ~ {ofColumns} + (1 | id)", WithColumns);
        Assert.Equal(b.LogLikelihood, a.LogLikelihood, 1e-8);
        Assert.All(a.FixedEffects.Zip(b.FixedEffects), pair => Assert.Equal(pair.Second.Estimate, pair.First.Estimate, 1e-6));
        var rows = WithColumns.Head(7);
        Assert.All(a.Predict(rows).Estimate.Zip(b.Predict(rows).Estimate), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Theory]
    [InlineData("within(age, id) + between(age, id)")]
    [InlineData("scale(within(age, id)) + poly(between(age, id), 2)")]
    [InlineData("I(within(age, id)^2) * last(age, id) + first(age, id)")]
    public void One_row_of_a_known_individual_is_predicted_as_among_all_rows(string terms)
    {
        var fit = Glmm.Fit($"performance ~ {terms} + (1 | id)", Data);
        var all = fit.Predict();
        foreach (var row in new[] { 0, 17, Data.RowCount - 1 })
        {
            var place = 0;
            var one = fit.Predict(Data.Where(_ => place++ == row));
            Assert.Equal(all.Estimate[row], one.Estimate[0], 1e-9);
            Assert.Empty(one.NewIndividuals);
        }
    }

    [Fact]
    public void A_new_individual_is_said_to_be_new()
    {
        var fit = Glmm.Fit("performance ~ within(age, id) + between(age, id) + (1 | id)", Data);
        var known = Data.Texts("id")[0]!;
        var rows = FieldData.From(new[] { new { id = known, age = 3.0 }, new { id = "stranger", age = 2.0 }, new { id = "stranger",
            age = 4.0 } });
        var predictions = fit.Predict(rows, randomEffects: RandomEffectsUse.Population);
        Assert.Equal(["stranger"], predictions.NewIndividuals);
        Assert.Contains("1 individual that the model has not seen", predictions.ToString());
        var b = fit.FixedEffects.Estimates();
        Assert.Equal(b[0] - b[1] + (3 * b[2]), predictions.Estimate[1], 1e-10);
        var mean = WithColumns.Numbers("age_between")[0];
        Assert.Equal(b[0] + (b[1] * (3 - mean)) + (b[2] * mean), predictions.Estimate[0], 1e-10);
    }

    [Fact]
    public void Columns_are_documented_names_with_missing_values_where_they_belong()
    {
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["age"] = new[] { 1, 3, double.NaN, 5, 2 }, ["id"] = new string?[] { "a", "a", "a", null, "b" },
        }).DecomposeWithinBetween("age", "id");
        Assert.Equal(["age", "id", "age_between", "age_within", "age_first", "age_last", "age_records"], data.ColumnNames);
        Assert.Equal([2, 2, 2, double.NaN, 2], data.Numbers("age_between"));
        Assert.Equal([-1, 1, double.NaN, double.NaN, 0], data.Numbers("age_within"));
        Assert.Equal([1, 1, 1, double.NaN, 2], data.Numbers("age_first"));
        Assert.Equal([3, 3, 3, double.NaN, 2], data.Numbers("age_last"));
        Assert.Equal([2, 2, 2, double.NaN, 1], data.Numbers("age_records"));
        Assert.Contains("age_between", Assert.Throws<GlmmException>(() => data.DecomposeWithinBetween("age", "id")).Message);
        Assert.Throws<GlmmException>(() => data.DecomposeWithinBetween("id", "id"));
    }
}
