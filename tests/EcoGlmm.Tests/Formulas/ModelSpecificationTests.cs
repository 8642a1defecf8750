using EcoGlmm.Data;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

public class ModelSpecificationTests
{
    private static readonly FieldData Data = new([
        new NumericColumn("y", [1, 2, double.NaN, 4, 5, 6]),
        new NumericColumn("x", [2, double.NaN, 1, 4, 9, 3]),
        new NumericColumn("effort", [1, 2, 3, 4, 5, 6]),
        new NumericColumn("unused", [double.NaN, 2, 3, 4, 5, 6]),
        CategoricalColumn.FromTexts("f", ["a", "b", "a", "b", "c", null]),
        CategoricalColumn.FromTexts("id", ["p", "p", "q", "q", "r", "r"]),
        new LogicalColumn("seen", [true, false, true, false, true, false]),
        new CategoricalColumn("dose", ["low", "none", "high"], [0, 0, 1, 1, 0, 1], explicitLevels: true),
    ]);

    private static readonly FieldData Complete = new([
        new NumericColumn("y", [1, 2, 3, 4, 5, 6]),
        new NumericColumn("n", [10, 10, 10, 10, 10, 10]),
        new NumericColumn("age", [1, 2, 3, 4, 6, 5]),
        CategoricalColumn.FromTexts("id", ["p", "p", "p", "q", "q", "r"]),
        CategoricalColumn.FromTexts("f", ["a", "b", "c", "a", "b", "c"]),
    ]);

    [Fact]
    public void RowsAreCompleteOverTheVariablesUsedInAnyPart()
    {
        var specification = ModelSpecification.Create("y ~ x", "~ 0", "~ f", "effort", null, null, Data);
        Assert.Equal([0, 3, 4], specification.Rows);
        Assert.Equal(3, specification.DroppedRowCount);
        Assert.Equal([("y", 1), ("x", 1), ("f", 1)], specification.MissingByVariable);
        Assert.Equal([1.0, 4, 5], specification.Weights!);
        Assert.Equal([1.0, 4, 5], specification.Response.Y);
        Assert.Equal(["y", "x", "f", "effort"], specification.VariableNames);
        Assert.Equal(["(Intercept)", "fb", "fc"], specification.Dispersion.Training.ColumnNames);
    }

    [Fact]
    public void FunctionsLearnFromEveryRowInWhichTheirVariableIsKnown()
    {
        var data = new FieldData([
            new NumericColumn("y", [1, 2, double.NaN, 4, 5]), new NumericColumn("x", [1, 2, 9, double.NaN, 4]),
            CategoricalColumn.FromTexts("id", ["p", "p", "p", "q", "q"]),
        ]);
        double[] Column(string expression) =>
            ModelSpecification.Create($"y ~ 0 + {expression}", "~ 0", "~ 1", null, null, null, data).Conditional.Training.X;

        Assert.Equal([-3, -2, 0], Column("center(x)"));
        Assert.Equal([-8, -7, -5], Column("I(x - max(x))"));
        // What belongs to individuals is of the rows that the model uses.
        Assert.Equal([1.5, 1.5, 4], Column("between(x, id)"));
    }

    [Fact]
    public void WholeNumbersAreMadeOfNumbersAndOfLevels()
    {
        var data = new FieldData([
            new NumericColumn("y", [1, 2, 3]), new NumericColumn("x", [1.7, -1.7, 3]),
            new CategoricalColumn("f", ["low", "high"], [1, 0, 1], true),
        ]);
        var specification = ModelSpecification.Create("y ~ 0 + as.integer(x) + as.integer(f)", "~ 0", "~ 1", null, null, null, data);
        Assert.Equal([1, -1, 3, 2, 1, 2], specification.Conditional.Training.X);
    }

    [Fact]
    public void NoCompleteRowIsRefusedWithTheCounts()
    {
        var data = new FieldData([
            new NumericColumn("y", [1, double.NaN]), new NumericColumn("x", [double.NaN, 2]),
        ]);
        var exception = Assert.Throws<GlmmException>(() => Create("y ~ x", data));
        Assert.Contains("1 in \"y\", 1 in \"x\"", exception.Message);
    }

    [Fact]
    public void RowNumbersInMessagesAreThoseOfTheDataGiven()
    {
        var data = new FieldData([
            new NumericColumn("y", [double.NaN, 1, 2, 3]), new NumericColumn("x", [1, 1, 0, 2]),
        ]);
        Assert.Contains("row 3", Assert.Throws<GlmmException>(() => Create("y ~ log(x)", data)).Message);
    }

    [Fact]
    public void LevelsThatNoUsedRowHasAreDropped()
    {
        var part = Create("effort ~ dose + (1 | f)", Data).Conditional;
        Assert.Equal(["(Intercept)", "dosenone"], part.Training.ColumnNames);
        Assert.Equal(["a", "b", "c"], part.Training.RandomTerms[0].Levels);
        Assert.Equal(["a", "b"], Create("effort ~ x + (1 | f)",
            Data.Where(row => row.Index < 4)).Conditional.Training.RandomTerms[0].Levels);
    }

    [Fact]
    public void ResponseMayBeCountsOfSuccessAndFailure()
    {
        var response = Create("cbind(y, n - y) ~ 1", Complete).Response;
        Assert.Equal("cbind(y, n - y)", response.Name);
        Assert.Equal([1.0, 2, 3, 4, 5, 6], response.Y);
        Assert.Equal([10.0, 10, 10, 10, 10, 10], response.Trials!);
    }

    [Fact]
    public void FactorAndLogicalResponsesAreFailureAtTheirFirstLevel()
    {
        var factor = Create("f ~ 1", Complete).Response;
        Assert.Equal([0.0, 1, 1, 0, 1, 1], factor.Y);
        Assert.Equal(["a", "b", "c"], factor.Levels!);
        var logical = Create("seen ~ 1", Data).Response;
        Assert.Equal([1.0, 0, 1, 0, 1, 0], logical.Y);
        Assert.Equal(["FALSE", "TRUE"], logical.Levels!);
        Assert.Equal([1.0, 0, 0, 1, 0, 0], Create("I(f == \"a\") ~ 1", Complete).Response.Y);
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], Create("y/n ~ 1", Complete).Response.Y);
    }

    [Fact]
    public void DotStandsForEveryColumnThatTheResponseDoesNotUse()
    {
        var part = Create("cbind(y, n - y) ~ . + offset(log(n))", Complete).Conditional;
        Assert.Equal(["age", "id", "f"], part.TermLabels);
        Assert.Equal(["age", "id", "f", "n"], part.VariableNames);
        Assert.Equal(Math.Log(10), part.Training.Offset[2]);
    }

    [Fact]
    public void DotInTheZeroInflationFormulaStandsForTheConditionalTerms()
    {
        var specification = ModelSpecification.Create("y ~ age + offset(log(n)) + (1 | id)", "~ .", "~ 1", null, "age", null, Complete);
        var zero = specification.ZeroInflation!;
        Assert.Equal(["(Intercept)", "age"], zero.Training.ColumnNames);
        Assert.Equal("id", zero.Training.RandomTerms.Single().Group);
        Assert.All(zero.Training.Offset, offset => Assert.Equal(0, offset));
        Assert.Equal(Math.Log(10) + 1, specification.Conditional.Training.Offset[0]);
    }

    [Fact]
    public void ZeroMeansNoZeroInflation()
    {
        Assert.Null(ModelSpecification.Create("y ~ 1", "~ 0", "~ 1", null, null, null, Complete).ZeroInflation);
        Assert.NotNull(ModelSpecification.Create("y ~ 1", "~ 0 + (1 | id)", "~ 1", null, null, null, Complete).ZeroInflation);
        Assert.Empty(ModelSpecification.Create("y ~ 1", "~ 0", "~ 0", null, null, null, Complete).Dispersion.Training.ColumnNames);
    }

    [Fact]
    public void NewLevelOfAFixedEffectIsNamed()
    {
        var part = Create("y ~ f + (1 | id)", Complete).Conditional;
        var newData = Complete.With("f", ["a", "b", "z", "a", "b", "c"]);
        var exception = Assert.Throws<GlmmException>(() => part.Evaluate(newData));
        Assert.Contains("\"z\" of f (row 3)", exception.Message);
        Assert.Contains("\"a\", \"b\", \"c\"", exception.Message);
    }

    [Fact]
    public void NewGroupHasNoCodeAndAMissingValueEmptiesItsRow()
    {
        var part = Create("y ~ f * age + offset(n) + (age | id)", Complete).Conditional;
        var newData = Complete.With("id", ["q", "new", null, "p", "p", "p"]).With("f", ["a", "b", "c", null, "b", "c"]);
        var rows = part.Evaluate(newData);
        Assert.Equal([1, -1, -1, 0, 0, 0], rows.RandomTerms[0].Codes);
        Assert.Equal([1, 1, 1, 2, 1, 3, 1, 4, 1, 6, 1, 5], rows.RandomTerms[0].Z);
        Assert.Equal([10, 10, double.NaN, double.NaN, 10, 10], rows.Offset);
        for (var column = 0; column < 6; column++)
        {
            Assert.False(double.IsNaN(rows.X[6 * column + 1]));
            Assert.True(double.IsNaN(rows.X[6 * column + 2]));
            Assert.True(double.IsNaN(rows.X[6 * column + 3]));
        }
        Assert.False(double.IsNaN(part.Evaluate(newData, fixedOnly: true).X[2]));
    }

    [Fact]
    public void ColumnThatTheNewDataLackIsNamed()
    {
        var part = Create("y ~ age + (1 | id)", Complete).Conditional;
        var newData = new FieldData([new NumericColumn("Age", [1, 2])]);
        Assert.Contains("no column \"age\"", Assert.Throws<GlmmException>(() => part.Evaluate(newData)).Message);
        var enough = new FieldData([new NumericColumn("age", [1, 2])]);
        Assert.Equal([1.0, 1, 1, 2], part.Evaluate(enough, fixedOnly: true).X);
        Assert.Contains("no column \"id\"", Assert.Throws<GlmmException>(() => part.Evaluate(enough)).Message);
    }

    [Fact]
    public void NumberMayStandForALevelInNewData()
    {
        var part = Create("y ~ f", Complete.With("f", ["2001", "2002", "2003", "2001", "2002", "2003"])).Conditional;
        var rows = part.Evaluate(new FieldData([new NumericColumn("f", [2003, 2001])]));
        Assert.Equal([1.0, 1, 0, 0, 1, 0], rows.X);
    }

    [Fact]
    public void WithinAndBetweenSplitAVariableByIndividual()
    {
        var part = Create("y ~ within(age, id) + between(age, id) + first(age, id)", Complete).Conditional;
        var x = part.Training.X;
        Assert.Equal(["(Intercept)", "within(age, id)", "between(age, id)", "first(age, id)"], part.Training.ColumnNames);
        Assert.Equal([-1.0, 0, 1, -1, 1, 0], x[6..12]);
        Assert.Equal([2.0, 2, 2, 5, 5, 5], x[12..18]);
        Assert.Equal([1.0, 1, 1, 4, 4, 5], x[18..24]);
        Assert.Equal([3.0, 3, 3, 6, 6, 5], Create("y ~ last(age, id)", Complete).Conditional.Training.X[6..12]);
    }

    [Fact]
    public void KnownIndividualKeepsItsMeanAndAnUnknownOneTakesItsOwn()
    {
        var part = Create("y ~ between(age, id) + within(age, id)", Complete).Conditional;
        var rows = part.Evaluate(new FieldData([
            new NumericColumn("age", [10, 12, 7, 9]), CategoricalColumn.FromTexts("id", ["p", "p", "stranger", "stranger"]),
        ]));
        Assert.Equal([2.0, 2, 8, 8], rows.X[4..8]);
        Assert.Equal([8.0, 10, -1, 1], rows.X[8..12]);
    }

    [Fact]
    public void ReservedNameGivesEachRowALevelOfItsOwn()
    {
        var specification = Create("y ~ x + (1 | olre)", Data);
        var term = specification.Conditional.Training.RandomTerms.Single();
        Assert.Equal(["1", "4", "5", "6"], term.Levels);
        Assert.Equal([0, 1, 2, 3], term.Codes);
        Assert.DoesNotContain("olre", specification.VariableNames);
        Assert.All(specification.Conditional.Evaluate(Data).RandomTerms[0].Codes, code => Assert.Equal(-1, code));
    }

    [Fact]
    public void TwoBarsSeparateNumbersAndMakeAFactorDiagonal()
    {
        var numeric = Create("y ~ (age + n || id)", Complete).Conditional.Training.RandomTerms;
        Assert.Equal(["(Intercept)", "age", "n"], numeric.Select(term => Assert.Single(term.EffectNames)));
        Assert.Same(numeric[0].Codes, numeric[2].Codes);
        var factor = Assert.Single(Create("y ~ (f || id)", Complete).Conditional.Training.RandomTerms);
        Assert.Equal("diag", factor.Structure.Name);
        Assert.Equal(["(Intercept)", "fb", "fc"], factor.EffectNames);
        Assert.Equal("diag", Create("y ~ diag(age | id)", Complete).Conditional.Training.RandomTerms[0].Structure.Name);
        Assert.Equal("us", Create("y ~ us(age | id)", Complete).Conditional.Training.RandomTerms[0].Structure.Name);
    }

    [Fact]
    public void RandomTermsStandInTheOrderOfTheText()
    {
        var terms = Create("y ~ (1 | f) + age + (1 | id/f) + (0 + age | f)", Complete).Conditional.Training.RandomTerms;
        Assert.Equal(["f", "f:id", "id", "f"], terms.Select(term => term.Group));
        Assert.Equal(["a:p", "a:q", "b:p", "b:q", "c:p", "c:r"], terms[1].Levels);
    }

    [Fact]
    public void GroupMayBeComputed()
    {
        Assert.Equal("factor(n)", Create("y ~ (1 | factor(n))", Complete).Conditional.Training.RandomTerms[0].Group);
        Assert.Equal(["10"], Create("y ~ (1 | factor(n))", Complete).Conditional.Training.RandomTerms[0].Levels);
    }

    [Fact]
    public void ColumnWithBlanksGivesItsGroupAPlainName()
    {
        var data = Complete.With("the id", ["p", "p", "p", "q", "q", "r"]);
        var terms = Create("y ~ (1 | `the id`) + (1 | `the id`:f)", data).Conditional.Training.RandomTerms;
        Assert.Equal(["the id", "`the id`:f"], terms.Select(term => term.Group));
    }

    [Fact]
    public void StatisticsWithinAnExpressionAreThoseOfTheTrainingRows()
    {
        var part = Create("y ~ I((age - mean(age)) / sd(age)) + I(age > median(age))", Complete).Conditional;
        Assert.Equal(-2.5 / Math.Sqrt(3.5), part.Training.X[6], 1e-14);
        Assert.Equal([0.0, 0, 0, 1, 1, 1], part.Training.X[12..18]);
        var rows = part.Evaluate(new FieldData([new NumericColumn("age", [8, 8])]));
        Assert.Equal(4.5 / Math.Sqrt(3.5), rows.X[2], 1e-14);
    }

    [Fact]
    public void ObservationsMayBeNestedInAGroup()
    {
        var terms = Create("y ~ (1 | id/olre)", Complete).Conditional.Training.RandomTerms;
        Assert.Equal(["olre:id", "id"], terms.Select(term => term.Group));
        Assert.Equal(["1:p", "2:p", "3:p", "4:q", "5:q", "6:r"], terms[0].Levels);
    }

    [Fact]
    public void SettingOfAnArgumentToNullLeavesItOut()
    {
        var plain = Create("y ~ ns(age, df = 2)", Complete).Conditional.Training.X;
        Assert.Equal(plain, Create("y ~ ns(age, df = 2, knots = NULL)", Complete).Conditional.Training.X);
    }

    [Fact]
    public void TooManyLevelsForAFixedEffectAreRefused()
    {
        var rows = Enumerable.Range(0, 10_002).ToArray();
        var data = new FieldData([
            new NumericColumn("y", Array.ConvertAll(rows, row => (double)row)),
            CategoricalColumn.FromTexts("id", rows.Select(row => $"id{row}")),
        ]);
        Assert.Contains("(1 | id)", Assert.Throws<GlmmException>(() => Create("y ~ id", data)).Message);
        Assert.Contains("(1 | factor)", Assert.Throws<GlmmException>(() => Create("y ~ factor(id)", data)).Message);
    }

    [Fact]
    public void DatesAreDaysAsNumbersAndDatesAsGroups()
    {
        var data = Complete.With("y", [1, 2, 3, 4, 5, 6]);
        DateTime?[] days = [new(2020, 1, 2), new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 1), new(2020, 1, 3), new(2020, 1, 3)];
        data = data.WithColumn(new DateColumn("day", days));
        var part = Create("y ~ day + (1 | day)", data).Conditional;
        Assert.Equal(18263, part.Training.X[6]);
        Assert.Equal(["2020-01-01", "2020-01-02", "2020-01-03"], part.Training.RandomTerms[0].Levels);
        Assert.Equal([1, 0, 1, 0, 2, 2], part.Training.RandomTerms[0].Codes);
    }

    private static ModelSpecification Create(string formula, FieldData data) =>
        ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, data);
}
