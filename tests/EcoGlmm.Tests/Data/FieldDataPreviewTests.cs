namespace EcoGlmm.Tests.Data;

public class FieldDataPreviewTests
{
    private static FieldData Data(int rows) => FieldData.From(Enumerable.Range(0, rows).Select(i => new
    {
        Nest = i == 1 ? null : "n" + i % 3,
        Mass = i == 2 ? double.NaN : i / 3.0,
        Fed = i % 2 == 0,
    }));

    [Fact]
    public void Text_shows_types_missing_values_and_the_first_rows() => Assert.Equal(
        """
        12 rows, 3 columns
        Nest                   Mass  Fed
        factor, 3 levels    numeric  logical
        1 missing         1 missing
        n0                        0  TRUE
        NA                0.3333333  FALSE
        n2                       NA  TRUE
        n0                        1  FALSE
        n1                 1.333333  TRUE
        n2                 1.666667  FALSE
        n0                        2  TRUE
        n1                 2.333333  FALSE
        n2                 2.666667  TRUE
        n0                        3  FALSE
        and 2 more rows
        """.ReplaceLineEndings("\n"), Data(12).ToString());

    [Fact]
    public void Text_leaves_out_what_there_is_not() => Assert.Equal(
        "1 row, 1 column\n      x\nnumeric\n      5", FieldData.From(new Dictionary<string, double[]> { ["x"] = [5] }).ToString());

    [Fact]
    public void Html_encodes_names_and_values()
    {
        var html = FieldData.From(new Dictionary<string, string[]>
        {
            ["<script>alert(1)</script>"] = ["<img src=x onerror=\"alert('a')\">", "a & b"],
        }).ToHtml();
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<img", html);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html);
        Assert.Contains("a &amp; b", html);
    }

    [Fact]
    public void Html_shows_types_missing_values_and_the_first_rows()
    {
        var html = Data(12).ToHtml();
        Assert.Contains("12 rows, 3 columns", html);
        Assert.Contains("factor, 3 levels<br>1 missing", html);
        Assert.Contains(">0.3333333<", html);
        Assert.Contains("and 2 more rows", html);
        Assert.Equal(11, html.Split("<tr>").Length - 1);
        Assert.DoesNotContain("#", html);   // no colour of its own, so that it suits light and dark pages
    }

    [Fact]
    public void Many_columns_and_long_texts_are_cut()
    {
        var data = FieldData.From(Enumerable.Range(1, 25).ToDictionary(i => $"c{i}", i => new[] { new string('x', 50) + "\n" }));
        Assert.Contains("and the columns \"c21\", \"c22\", \"c23\", \"c24\", \"c25\"", data.ToString());
        Assert.DoesNotContain(new string('x', 45), data.ToHtml());
        Assert.Contains("xxx…", data.ToString());
    }

    [Fact]
    public void A_table_without_rows_can_be_shown()
    {
        var data = Data(3).Where(_ => false);
        Assert.StartsWith("0 rows, 3 columns", data.ToString());
        Assert.Contains("0 rows, 3 columns", data.ToHtml());
    }
}
