using System.Text.RegularExpressions;

namespace EcoGlmm.Tests.Charts;

public sealed partial class FigureIdTests
{
    [Fact]
    public void Figures_of_one_content_have_ids_that_differ_in_their_number_alone()
    {
        var (first, second) = (Id(Line(3.25)), Id(Line(3.25)));
        Assert.NotEqual(first, second);
        Assert.Equal(first[..first.LastIndexOf('-')], second[..second.LastIndexOf('-')]);
    }

    [Fact]
    public void Another_content_has_another_digest()
    {
        var (first, second) = (Id(Line(3.5)), Id(Line(3.75)));
        Assert.NotEqual(first[..first.LastIndexOf('-')], second[..second.LastIndexOf('-')]);
    }

    private static Figure Line(double end) => new("Line", new Panel(null, new LineTrace([0, 1], [0, end])));

    private static string Id(Figure figure) => ElementId().Match(figure.ToHtml()).Groups[1].Value;

    [GeneratedRegex("id=\"([^\"]+)\"")]
    private static partial Regex ElementId();
}
