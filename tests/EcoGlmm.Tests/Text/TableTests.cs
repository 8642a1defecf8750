using EcoGlmm.Text;

namespace EcoGlmm.Tests.Display;

public sealed class TableTests
{
    private static TableContent Sample() => new TableContent("Fixed effects") { Note = "Std. error in brackets" }
        .Text("").Number("Estimate").Number("p")
        .Row("(Intercept)", "12.3", "<0.001")
        .Row("a<b>", "-0.5", "0.2");

    [Fact]
    public void Plain_text_lines_up() => Assert.Equal(
        """
        Fixed effects:
                     Estimate       p
        (Intercept)      12.3  <0.001
        a<b>             -0.5     0.2
        Std. error in brackets

        """.ReplaceLineEndings("\n"),
        TextTable.Draw(Sample()));

    [Fact]
    public void A_name_with_a_line_end_keeps_its_row_whole() =>
        Assert.Contains("a b  1", TextTable.Draw(new TableContent().Text("x").Number("n").Row("a\nb", "1")));

    [Fact]
    public void Html_names_its_rows_and_columns_and_encodes()
    {
        var html = HtmlTable.Draw(Sample());
        Assert.Contains("<caption>Fixed effects</caption>", html);
        Assert.Contains("<th scope=\"col\" class=\"ecoglmm-number\">Estimate</th>", html);
        Assert.Contains("<th scope=\"row\">a&lt;b&gt;</th>", html);
        Assert.Contains("<td class=\"ecoglmm-number\">&lt;0.001</td>", html);
        Assert.DoesNotContain("a<b>", html);
    }

    [Fact]
    public void A_row_of_the_wrong_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => Sample().Row("one"));

    [Fact]
    public void A_card_encodes_everything_and_says_its_status_in_words()
    {
        const string Evil = "<script>alert(1)</script>";
        var html = new HtmlWriter().Heading(Evil, Status.Caution).Subheading(Evil).Paragraph(Evil).Code(Evil).Note(Evil)
            .Preformatted(Evil).Message(Status.Problem, Evil).Facts((Evil, Evil)).Details(Evil, w => w.Paragraph(Evil)).ToHtml();
        Assert.DoesNotContain("<script", html);
        Assert.Contains(">!</span> Caution</span>", html);
        Assert.Contains("✕ Problem.", html);
        Assert.EndsWith("</div>", html);
    }
}
