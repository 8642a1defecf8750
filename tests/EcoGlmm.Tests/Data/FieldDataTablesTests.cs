namespace EcoGlmm.Tests.Data;

/// <summary>Summaries, groups, joins and reshaping.</summary>
public class FieldDataTablesTests
{
    private static readonly FieldData Visits = FieldData.From(new[]
    {
        new { Nest = "A", Year = 2001, Calls = (double?)4, Fed = true }, new { Nest = "B", Year = 2001, Calls = (double?)7, Fed = true },
        new { Nest = "A", Year = 2002, Calls = (double?)null, Fed = false }, new { Nest = "A", Year = 2001, Calls = (double?)1,
            Fed = false },
    });

    [Fact]
    public void A_summary_says_what_is_in_each_column()
    {
        var summary = Visits.Summary();
        Assert.Equal(["Nest", "Year", "Calls", "Fed"], summary.Texts("Column").AsEnumerable());
        Assert.Equal(["factor", "numeric", "numeric", "logical"], summary.Texts("Type").AsEnumerable());
        Assert.Equal([0.0, 0, 1, 0], summary.Numbers("Missing"));
        Assert.Equal([2.0, 2, 3, 2], summary.Numbers("Distinct"));
        Assert.Equal([double.NaN, 2001.25, 4, 0.5], summary.Numbers("Mean"));
        Assert.Equal(3, summary.Numbers("StandardDeviation")[2], 1e-12);
        Assert.Equal((1.0, 4.0, 7.0), (summary.Numbers("Minimum")[2], summary.Numbers("Median")[2], summary.Numbers("Maximum")[2]));
        Assert.Equal("A, B", summary.Texts("Levels")[0]);
        Assert.Equal(4, Visits.Where(_ => false).Summary().RowCount);
    }

    [Fact]
    public void Statistics_leave_missing_values_out()
    {
        Assert.Equal((4.0, 12.0, 4.0, 1.0, 7.0), (Visits.Mean("Calls"), Visits.Sum("Calls"), Visits.Median("Calls"),
            Visits.Minimum("Calls"), Visits.Maximum("Calls")));
        Assert.True(double.IsNaN(Visits.Where(row => row.IsMissing("Calls")).Mean("Calls")));
        Assert.Contains("no column \"Call\"", Assert.Throws<GlmmException>(() => Visits.Mean("Call")).Message);
    }

    [Fact]
    public void Groups_are_aggregated_in_the_order_of_their_first_rows()
    {
        var groups = Visits.GroupBy("Nest", "Year");
        Assert.Equal(3, groups.Count);
        var table = groups.Aggregate(("Visits", g => g.RowCount), ("MeanCalls", g => g.Mean("Calls")));
        Assert.Equal(["Nest", "Year", "Visits", "MeanCalls"], table.ColumnNames);
        Assert.Equal(["A", "B", "A"], table.Texts("Nest").AsEnumerable());
        Assert.Equal([2001.0, 2001, 2002], table.Numbers("Year"));
        Assert.Equal([2.0, 1, 1], table.Numbers("Visits"));
        Assert.Equal([2.5, 7, double.NaN], table.Numbers("MeanCalls"));
        Assert.Contains("Two columns are called \"Nest\"", Assert.Throws<GlmmException>(() => groups.Aggregate(("Nest", g => 1))).Message);
        Assert.Throws<GlmmException>(() => Visits.GroupBy());
    }

    [Fact]
    public void A_missing_value_makes_a_group_of_its_own()
    {
        var data = FieldData.From(new[] { new { g = (string?)null, x = 1 }, new { g = (string?)"", x = 2 },
            new { g = (string?)null, x = 3 } });
        Assert.Equal([4.0, 2], data.GroupBy("g").Aggregate(("Sum", g => g.Sum("x"))).Numbers("Sum"));
    }

    [Fact]
    public void A_join_adds_columns_and_keeps_every_row()
    {
        var nests = FieldData.From(new[] { new { Nest = "B", Height = 3.5, Kind = "box", Checked = new DateTime(2001, 5, 1),
            Old = true } });
        var joined = Visits.Join(nests, "Nest");
        Assert.Equal(["Nest", "Year", "Calls", "Fed", "Height", "Kind", "Checked", "Old"], joined.ColumnNames);
        Assert.Equal([double.NaN, 3.5, double.NaN, double.NaN], joined.Numbers("Height"));
        Assert.Equal([null, "box", null, null], joined.Texts("Kind").AsEnumerable());
        Assert.Equal([null, "2001-05-01", null, null], joined.Texts("Checked").AsEnumerable());
        Assert.Equal([null, "TRUE", null, null], joined.Texts("Old").AsEnumerable());
    }

    [Fact]
    public void A_join_that_is_not_clear_is_refused()
    {
        var twice = FieldData.From(new[] { new { Nest = "A", Height = 1 }, new { Nest = "A", Height = 2 } });
        Assert.Contains("two rows, 1 and 2, for Nest = A", Assert.Throws<GlmmException>(() => Visits.Join(twice, "Nest")).Message);
        var same = FieldData.From(new[] { new { Nest = "A", Calls = 1 } });
        Assert.Contains("Both tables have a column \"Calls\"", Assert.Throws<GlmmException>(() => Visits.Join(same, "Nest")).Message);
        Assert.Contains("no column \"Site\"", Assert.Throws<GlmmException>(() => Visits.Join(same, "Site")).Message);
        Assert.Throws<GlmmException>(() => Visits.Join(same));
    }

    [Fact]
    public void A_wide_table_becomes_long()
    {
        var wide = FieldData.From(new[] { new { Plot = "a", y2001 = 3.0, y2002 = double.NaN }, new { Plot = "b", y2001 = 5.0,
            y2002 = 6.0 } });
        var tall = wide.PivotLonger(["y2002", "y2001"], namesTo: "Year", valuesTo: "Count");
        Assert.Equal(["Plot", "Year", "Count"], tall.ColumnNames);
        Assert.Equal(["a", "a", "b", "b"], tall.Texts("Plot").AsEnumerable());
        Assert.Equal(["y2002", "y2001", "y2002", "y2001"], tall.Texts("Year").AsEnumerable());
        Assert.Equal(["y2002", "y2001"], tall.Levels("Year"));
        Assert.Equal([double.NaN, 3, 6, 5], tall.Numbers("Count"));
        Assert.Contains("is numeric, but \"Plot\" is factor", Assert.Throws<GlmmException>(() => wide.PivotLonger(["Plot", "y2001"], "n",
            "v")).Message);
    }
}
