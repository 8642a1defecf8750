using System.Text.Json;

namespace EcoGlmm.Tests.Charts;

public sealed class FigureJsonTests
{
    private static JsonElement Json(Figure figure) => JsonDocument.Parse(figure.ToJson()).RootElement;

    [Fact]
    public void It_has_Plotlys_three_parts_and_takes_missing_numbers()
    {
        var json = Json(new Figure("t", new Panel("p", new PointTrace([1, double.NaN, 3], [double.PositiveInfinity, 2, 1 / 3.0]))));
        var trace = json.GetProperty("data")[0];
        Assert.Equal("scatter", trace.GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, trace.GetProperty("x")[1].ValueKind);
        Assert.Equal(JsonValueKind.Null, trace.GetProperty("y")[0].ValueKind);
        Assert.Equal(1 / 3.0, trace.GetProperty("y")[2].GetDouble());
        Assert.Equal("<b>t</b>", json.GetProperty("layout").GetProperty("title").GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Object, json.GetProperty("config").ValueKind);
        Assert.DoesNotContain("currentColor", json.GetRawText());
    }

    [Fact]
    public void Every_panel_has_axes_and_a_place_of_its_own()
    {
        var panel = new Panel("p", new PointTrace([1, 2], [3, 4]));
        var layout = Json(new Figure("t", panel, panel)).GetProperty("layout");
        var first = layout.GetProperty("xaxis").GetProperty("domain");
        var second = layout.GetProperty("xaxis2").GetProperty("domain");
        Assert.Equal(0, first[0].GetDouble(), 1e-9);
        Assert.True(first[1].GetDouble() < second[0].GetDouble());
        Assert.Equal(1, second[1].GetDouble(), 1e-9);
        Assert.Equal("y2", layout.GetProperty("xaxis2").GetProperty("anchor").GetString());
    }

    [Fact]
    public void Text_from_data_is_only_text_to_Plotly()
    {
        var json = Json(new Figure("<b>&</b>", new Panel("$x$", new PointTrace([1], [1]) { Name = "%{x}<br>", Text = ["a\nb<i>"] })));
        Assert.Equal("<b>&lt;b&gt;&amp;&lt;/b&gt;</b>", json.GetProperty("layout").GetProperty("title").GetProperty("text").GetString());
        Assert.Equal("<b>&#36;x&#36;</b>", json.GetProperty("layout").GetProperty("annotations")[0].GetProperty("text").GetString());
        Assert.Equal("a<br>b&lt;i&gt;", json.GetProperty("data")[0].GetProperty("text")[0].GetString());
        Assert.Equal("&#37;{x}&lt;br&gt;", json.GetProperty("data")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_page_cannot_be_broken_out_of()
    {
        const string Evil = "</script><script>alert(1)</script><!--\u2028";
        var html = new Figure(Evil, new Panel(Evil, new PointTrace([1], [1]) { Name = Evil, Text = [Evil] })).ToHtml();
        Assert.DoesNotContain(Evil, html);
        Assert.DoesNotContain("alert(1)</script>", html);
        Assert.DoesNotContain("<!--", html);
        Assert.DoesNotContain('\u2028', html[html.IndexOf(".show(", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void Plotly_comes_pinned_with_its_hash()
    {
        var html = new Figure("t").ToHtml();
        Assert.Contains("plotly.js-dist-min@3.", html);
        Assert.Contains("\"integrity\":\"sha384-", html);
        Assert.True(html.IndexOf("<div", StringComparison.Ordinal) < html.IndexOf("<script", StringComparison.Ordinal));
        Assert.DoesNotContain("currentScript", html);
    }

    [Fact]
    public void The_same_figure_shown_twice_has_two_ids()
    {
        var figure = new Figure("t");
        Assert.NotEqual(Id(figure.ToHtml()), Id(figure.ToHtml()));

        static string Id(string html) => html.Split("id=\"")[1].Split('"')[0];
    }

    [Fact]
    public void A_band_with_a_gap_falls_into_two_pieces()
    {
        double[] x = [0, 1, 2, 3, 4];
        var band = Json(new Figure(null, new Panel(null, new LineTrace(x, x)
        {
            Lower = [0, 1, double.NaN, 3, 4], Upper = [1, 2, 3, 4, 5],
        }))).GetProperty("data")[0];
        Assert.Equal("toself", band.GetProperty("fill").GetString());
        Assert.Equal(2, band.GetProperty("x").EnumerateArray().Count(v => v.ValueKind == JsonValueKind.Null));
    }

    [Fact]
    public void Lists_of_different_lengths_are_refused_with_the_traces_name()
    {
        var error = Assert.Throws<GlmmException>(() => new Figure(null, new Panel(null, new PointTrace([1, 2], [1]) { Name = "owls" })));
        Assert.Contains("'owls'", error.Message);
        Assert.Contains("Y holds 1 values and X holds 2", error.Message);
        Assert.Throws<GlmmException>(() => new Figure(null, new Panel(null, new LineTrace([1], [1]) { Lower = [0] })));
        Assert.Throws<GlmmException>(() => new Figure(null, new Panel(null, new HistogramTrace([1]) { BinWidth = 0 })));
    }

    [Fact]
    public void A_file_that_cannot_be_written_gives_a_sentence()
    {
        var error = Assert.Throws<GlmmException>(() => new Figure("t").SaveSvg("/nowhere/at/all.svg"));
        Assert.Contains("/nowhere/at/all.svg", error.Message);
    }
}
