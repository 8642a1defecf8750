using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

public class FieldDataTests
{
    private static FieldData Nests() => FieldData.From(new Dictionary<string, object>
    {
        ["Nest"] = new[] { "b", "A", "b", null, "a" },
        ["Eggs"] = new double?[] { 3, null, 10, 2.5, 3 },
        ["Fed"] = new bool?[] { true, false, null, true, true },
        ["Day"] = new DateTime?[] { new(2020, 1, 2), new(1970, 1, 1), null, new(1969, 12, 31, 12, 0, 0), new(2020, 1, 1) },
    });

    private static string MessageOf(Action action) => Assert.Throws<GlmmException>(action).Message;

    [Fact]
    public void Knows_its_rows_and_columns()
    {
        var data = Nests();
        Assert.Equal(5, data.RowCount);
        Assert.Equal(["Nest", "Eggs", "Fed", "Day"], data.ColumnNames);
        Assert.Equal([1, 1, 1, 1], data.Columns.Select(column => column.MissingCount));
    }

    [Fact]
    public void Levels_are_sorted_ordinally()
    {
        var column = Assert.IsType<CategoricalColumn>(Nests().Column("Nest"));
        Assert.Equal(["A", "a", "b"], column.Levels);
        Assert.Equal([2, 0, 2, -1, 1], column.Codes);
        Assert.False(column.ExplicitLevels);
    }

    [Fact]
    public void Gives_numbers_of_every_type()
    {
        var data = Nests();
        Assert.Equal([3, double.NaN, 10, 2.5, 3], data.Numbers("Eggs"));
        Assert.Equal([1, 0, double.NaN, 1, 1], data.Numbers("Fed"));
        Assert.Equal([18263, 0, double.NaN, -0.5, 18262], data.Numbers("Day"));
    }

    [Fact]
    public void Gives_texts_of_every_type()
    {
        var data = Nests();
        Assert.Equal(["b", "A", "b", null, "a"], data.TextList("Nest"));
        Assert.Equal(["3", null, "10", "2.5", "3"], data.TextList("Eggs"));
        Assert.Equal(["TRUE", "FALSE", null, "TRUE", "TRUE"], data.TextList("Fed"));
        Assert.Equal(["2020-01-02", "1970-01-01", null, "1969-12-31T12:00:00", "2020-01-01"], data.TextList("Day"));
    }

    [Fact]
    public void Numbers_of_labels_that_are_numbers()
    {
        var data = Nests().With("Plot", new[] { "10", "2", null, "2", "1e1" });
        Assert.Equal([10, 2, double.NaN, 2, 10], data.Numbers("Plot"));
        Assert.IsType<NumericColumn>(data.AsNumeric("Plot").Column("Plot"));
        // An unused level need not be a number.
        Assert.Equal([10, 2], data.AsFactor("Plot", ["none", "10", "2", "1e1"]).Where(r => r.Index < 2).Numbers("Plot"));
    }

    [Fact]
    public void Numbers_of_labels_that_are_not_numbers_say_where()
    {
        var message = MessageOf(() => Nests().Numbers("Nest"));
        Assert.Equal("Column \"Nest\" holds labels that are not numbers: row 2 is \"A\". Read the labels with "
            + "Texts(\"Nest\"), or correct them first; a factor whose labels are all numbers becomes numeric with "
            + "AsNumeric(\"Nest\").", message);
        Assert.Equal(message, MessageOf(() => Nests().AsNumeric("Nest")));
        Assert.Contains("DecimalSeparator = ','", MessageOf(() => Nests().With("m", ["1,5", "2", "3", "4", "5"]).Numbers("m")));
    }

    [Fact]
    public void A_misspelt_column_is_told_its_nearest_name()
    {
        const string expected = "There is no column \"egs\"; did you mean \"Eggs\"? "
            + "The columns are \"Nest\", \"Eggs\", \"Fed\", \"Day\".";
        Assert.Equal(expected, MessageOf(() => Nests().Numbers("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().TextList("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().AsFactor("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().AsNumeric("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().Select("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().Rename("egs", "x")));
        Assert.Equal(expected, MessageOf(() => Nests().SortBy("egs")));
        Assert.Equal(expected, MessageOf(() => Nests().Where(row => row.Number("egs") > 1)));
        Assert.StartsWith("There is no column \"Altitude\". The", MessageOf(() => Nests().Numbers("Altitude")));
    }

    [Fact]
    public void A_number_becomes_a_factor_with_levels_by_value()
    {
        var column = Assert.IsType<CategoricalColumn>(Nests().AsFactor("Eggs").Column("Eggs"));
        Assert.Equal(["2.5", "3", "10"], column.Levels);
        Assert.Equal([1, -1, 2, 0, 1], column.Codes);
    }

    [Fact]
    public void Other_types_become_factors()
    {
        var data = Nests().AsFactor("Fed").AsFactor("Day");
        Assert.Equal(["FALSE", "TRUE"], data.Levels("Fed"));
        Assert.Equal(["1969-12-31T12:00:00", "1970-01-01", "2020-01-01", "2020-01-02"], data.Levels("Day"));
        Assert.Equal(["TRUE", "FALSE", null, "TRUE", "TRUE"], data.TextList("Fed"));
    }

    [Fact]
    public void Chosen_levels_keep_their_order()
    {
        var data = Nests().AsFactor("Nest", ["b", "unused", "a", "A"]);
        var column = Assert.IsType<CategoricalColumn>(data.Column("Nest"));
        Assert.Equal(["b", "unused", "a", "A"], column.Levels);
        Assert.Equal([0, 3, 0, -1, 2], column.Codes);
        Assert.True(column.ExplicitLevels);
        Assert.Equal(["A", "a", "b"], data.AsFactor("Nest").Levels("Nest"));
        Assert.Equal(["10", "3", "2.5"], Nests().AsFactor("Eggs", ["10", "3", "2.5"]).Levels("Eggs"));
        Assert.True(((CategoricalColumn)data.Where(row => row.Index > 0).Rename("Nest", "N").Column("N")).ExplicitLevels);
    }

    [Fact]
    public void Chosen_levels_must_cover_the_values()
    {
        Assert.Equal("Column \"Nest\" holds \"A\" in row 2, which is not among the levels given: \"a\", \"b\". Add that "
            + "level, or leave those rows out with Where.", MessageOf(() => Nests().AsFactor("Nest", ["a", "b"])));
        Assert.Equal("The level \"a\" is given twice for column \"Nest\".",
            MessageOf(() => Nests().AsFactor("Nest", ["a", "b", "a"])));
        Assert.Contains("is null", MessageOf(() => Nests().AsFactor("Nest", ["a", null!])));
    }

    [Fact]
    public void With_adds_at_the_end_and_replaces_in_place()
    {
        var data = Nests();
        var more = data.With("Mass", [1.5, 2, 3, 4, double.NaN]).With("Eggs", new[] { 1, 2, 3, 4, 5 });
        Assert.Equal(["Nest", "Eggs", "Fed", "Day", "Mass"], more.ColumnNames);
        Assert.Equal([1, 2, 3, 4, 5], more.Numbers("Eggs"));
        Assert.Equal(double.NaN, more.Numbers("Mass")[4]);
        Assert.Equal(["Nest", "Eggs", "Fed", "Day"], data.ColumnNames);
        Assert.Equal(3, data.Numbers("Eggs")[0]);
    }

    [Fact]
    public void With_takes_values_of_every_type()
    {
        var data = Nests()
            .With("int", Enumerable.Range(1, 5))
            .With("bool", new[] { true, false, true, false, true })
            .With("missing int", new int?[] { 1, null, 3, 4, 5 })
            .With("long", new[] { 1L, 2, 3, 4, 5 })
            .With("decimal", new[] { 1.5m, 2, 3, 4, 5 })
            .With("text", new List<string?> { "a", null, "c", "d", "e" })
            .With("day", Enumerable.Repeat(DayOfWeek.Monday, 5))
            .With("date", Enumerable.Repeat(new DateOnly(2020, 2, 29), 5))
            .With("computed", row => row.Number("int") * 2)
            .With("flag", row => row.Number("int") > 2);
        Assert.Equal([1, 2, 3, 4, 5], data.Numbers("int"));
        Assert.IsType<LogicalColumn>(data.Column("bool"));
        Assert.Equal([1, double.NaN, 3, 4, 5], data.Numbers("missing int"));
        Assert.Equal([1, 2, 3, 4, 5], data.Numbers("long"));
        Assert.Equal(1.5, data.Numbers("decimal")[0]);
        Assert.Equal(["a", null, "c", "d", "e"], data.TextList("text"));
        Assert.Equal(["Monday"], data.Levels("day"));
        Assert.Equal("2020-02-29", data.TextList("date")[0]);
        Assert.Equal([2, 4, 6, 8, 10], data.Numbers("computed"));
        Assert.Equal([0, 0, 1, 1, 1], data.Numbers("flag"));
    }

    [Fact]
    public void With_refuses_another_number_of_values()
    {
        Assert.Equal("Column \"x\" was given 2 values, but the data have 5 rows.",
            MessageOf(() => Nests().With("x", new[] { 1.0, 2 })));
        Assert.Equal("Column \"x\" was given 1 value, but the data have 5 rows.",
            MessageOf(() => Nests().With("x", new[] { "a" })));
        Assert.Contains("no name", MessageOf(() => Nests().With(" ", new double[5])));
        Assert.Contains("type Object", MessageOf(() => Nests().With("x", Enumerable.Repeat(new object(), 5))));
    }

    [Fact]
    public void Where_keeps_the_rows_that_hold()
    {
        var data = Nests().Where(row => row.Number("Eggs") >= 3 && row.Text("Nest") != "a");
        Assert.Equal(2, data.RowCount);
        Assert.Equal(["b", "b"], data.TextList("Nest"));
        Assert.Equal(["A", "a", "b"], data.Levels("Nest"));
        Assert.Equal(0, data.Where(_ => false).RowCount);
        Assert.Equal(["Nest", "Eggs", "Fed", "Day"], data.Where(_ => false).ColumnNames);
    }

    [Fact]
    public void A_row_gives_its_values()
    {
        var seen = new List<object?[]>();
        Nests().Where(row =>
        {
            seen.Add([row["Nest"], row["Eggs"], row["Fed"], row["Day"]]);
            Assert.Equal(row["Fed"] is null, row.IsMissing("Fed"));
            Assert.Equal(row["Fed"] is null, double.IsNaN(row.Number("Fed")));
            Assert.Equal(row["Day"] is null, double.IsNaN(row.Number("Day")));
            return true;
        });
        Assert.Equal(["b", 3.0, true, new DateTime(2020, 1, 2)], seen[0]);
        Assert.Equal(["b", 10.0, null, null], seen[2]);
        Assert.Null(seen[3][0]);
        Assert.Null(seen[1][1]);
        Assert.Contains("row 1 is \"b\"", MessageOf(() => Nests().Where(row => row.Number("Nest") > 0)));
    }

    [Fact]
    public void A_row_reads_numbers_from_labels()
    {
        var data = Nests().With("Plot", new[] { "10", "2", null, "2", "1" });
        Assert.Equal([10, 2, double.NaN, 2, 1], data.With("n", row => row.Number("Plot")).Numbers("n"));
    }

    [Fact]
    public void Take_repeats_and_reorders_rows()
    {
        var data = Nests().Take([4, 0, 0]);
        Assert.Equal(["a", "b", "b"], data.TextList("Nest"));
        Assert.Equal([3, 3, 3], data.Numbers("Eggs"));
        Assert.Equal([18262, 18263, 18263], data.Numbers("Day"));
        Assert.Equal(["TRUE", "TRUE", "TRUE"], data.TextList("Fed"));
    }

    [Fact]
    public void Select_rename_and_head()
    {
        Assert.Equal(["Eggs", "Nest"], Nests().Select("Eggs", "Nest").ColumnNames);
        Assert.Equal(["Nest", "Clutch", "Fed", "Day"], Nests().Rename("Eggs", "Clutch").ColumnNames);
        Assert.Equal(2, Nests().Head(2).RowCount);
        Assert.Equal(5, Nests().Head().RowCount);
        Assert.Contains("Two columns are called \"Nest\"", MessageOf(() => Nests().Rename("Eggs", "Nest")));
        Assert.Contains("Two columns are called \"Nest\"", MessageOf(() => Nests().Select("Nest", "Nest")));
        Assert.Contains("at least one", MessageOf(() => Nests().Select()));
    }

    [Fact]
    public void Sorts_by_value_level_and_position()
    {
        Assert.Equal(["", "b", "a", "b", "A"], Nests().SortBy("Eggs").Texts("Nest").Select(t => t ?? ""));
        Assert.Equal([double.NaN, 3, 3, 10, 2.5], Nests().SortBy("Nest", "Eggs").Numbers("Eggs"));
    }

    [Fact]
    public void Nobody_can_write_into_a_table()
    {
        var source = new[] { 1.0, 2, 3 };
        var data = FieldData.From(new Dictionary<string, double[]> { ["x"] = source }).With("y", source);
        source[0] = 99;
        data.Numbers("x")[1] = 99;
        data.Numbers("y")[1] = 99;
        Assert.Equal([1, 2, 3], data.Numbers("x"));
        Assert.Equal([1, 2, 3], data.Numbers("y"));
        Assert.Throws<NotSupportedException>(() => ((IList<string>)data.ColumnNames)[0] = "z");
        Assert.Throws<NotSupportedException>(() => ((IList<string>)data.AsFactor("x").Levels("x"))[0] = "z");
    }

    [Fact]
    public void Columns_of_different_length_are_refused() =>
        Assert.Equal("Column \"y\" has 1 value, but column \"x\" has 2; all columns need the same number of rows.",
            MessageOf(() => FieldData.From(new Dictionary<string, double[]> { ["x"] = [1, 2], ["y"] = [1] })));
}
