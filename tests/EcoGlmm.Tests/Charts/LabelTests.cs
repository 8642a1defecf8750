using System.Globalization;
using System.Xml.Linq;
using EcoGlmm.Charts;

namespace EcoGlmm.Tests.Charts;

/// <summary>Names and numbers at axes and points: whole, apart, and within the figure.</summary>
public sealed class LabelTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData("FoodTreatmentSatiated", "FoodTreatment\nSatiated")]
    [InlineData("FoodTreatmentSatiated:SexParentMale", "FoodTreatment\nSatiated:\nSexParentMale")]
    [InlineData("Bare peat interface / Ligneous litter", "Bare peat\ninterface /\nLigneous litter")]
    [InlineData("ArrivalTime", "ArrivalTime")]
    [InlineData("Pneumonoultramicroscopic", "Pneumonoultram…")]
    public void A_long_name_is_broken_between_words(string name, string shown) => Assert.Equal(shown, TextWidth.WrapName(name, 100, 11));

    [Fact]
    public void Rows_of_long_names_show_them_whole_with_room_for_their_lines()
    {
        string[] names = ["Substrate.of.the.coreLigneous litter", "Water.content.of.the.peat", "Shrub.cover.classMany"];
        var figure = new Figure(null, IntervalPanel.Of(null, names,
            [new IntervalSeries(null, [1, 2, 3], [0, 1, 2], [2, 3, 4])], "effect", 0))
        {
            PanelHeight = 60,
        };
        var texts = Texts(figure);
        foreach (var name in names)
            Assert.Contains(name.Replace(" ", ""), string.Concat(texts.Select(t => t.Text)).Replace(" ", ""), StringComparison.Ordinal);
        var lines = texts.Where(t => t.Anchor == "end").Select(t => t.Y).Order().ToArray();
        Assert.All(lines.Zip(lines.Skip(1)), pair => Assert.True(pair.Second - pair.First >= FigureGeometry.TickFont));
    }

    [Theory]
    [InlineData(0.35, 1.8, 3)]
    [InlineData(0.8, 1.3, 4)]
    [InlineData(0.02, 30, 4)]
    [InlineData(1, 1e9, 5)]
    public void A_logarithmic_axis_has_ticks_enough_to_be_read(double low, double high, int count)
    {
        var ticks = NiceTicks.Log(Math.Log10(low), Math.Log10(high), count);
        Assert.InRange(ticks.Count, Math.Min(count, 4), (2 * count) + 3);
        Assert.All(ticks, t => Assert.Equal(Math.Pow(10, t.Value), double.Parse(t.Label.Replace("e", "E"), CultureInfo.InvariantCulture),
            1e-6 * Math.Pow(10, t.Value)));
    }

    [Fact]
    public void Names_of_points_stand_beside_them_and_never_over_each_other()
    {
        double[] x = [0, 1, 2, 2.001, 4], y = [0, 1, 2, 2.001, 0];
        string[] names = ["origin", "one", "two", "twin", "far"];
        var figure = new Figure(null, new Panel(null, new PointTrace(x, y) { Labels = names }));
        var shown = Texts(figure).Where(t => names.Contains(t.Text)).ToArray();
        Assert.InRange(shown.Length, 4, 5);
        for (var i = 0; i < shown.Length; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.True(Math.Abs(shown[i].X - shown[j].X) > 8 || Math.Abs(shown[i].Y - shown[j].Y) > 8);
        }

        var json = figure.ToJson();
        Assert.Contains("markers\\u002Btext", json, StringComparison.Ordinal);
        Assert.Contains("\"far\"", json, StringComparison.Ordinal);
        Assert.Throws<GlmmException>(() => new Figure(null, new Panel(null, new PointTrace(x, y) { Labels = ["too few"] })));
    }

    [Fact]
    public void A_biplot_names_its_species_in_the_still_picture()
    {
        string[] species = ["speciesCarex", "speciesPoa", "speciesSalix", "speciesBetula"];
        var random = new Random(4);
        var rows = Enumerable.Range(0, 160).Select(i => new { site = $"s{i / 4}", species = species[i % 4][7..], y = random.Next(0, 6) });
        var fit = Glmm.Fit("y ~ 0 + species + rr(0 + species | site, d = 2)", FieldData.From(rows), Family.Poisson());
        var texts = Texts(fit.PlotOrdination()).Select(t => t.Text).ToArray();
        Assert.True(species.Count(s => texts.Contains(s[7..])) >= 3, string.Join(", ", texts));
    }

    [Fact]
    public void A_level_that_was_seen_at_one_value_is_drawn_as_a_point()
    {
        var random = new Random(8);
        var rows = Enumerable.Range(0, 120).Select(i => new { g = $"g{i / 20}", x = (double)(i / 20), y = (i / 20) + random.NextDouble() });
        var figure = Glmm.Fit("y ~ x + (1 | g)", FieldData.From(rows)).PlotEffect("x", by: "g");
        var levels = figure.Panels[0].Traces.OfType<PointTrace>().Where(t => t.Name!.StartsWith("g ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(6, levels.Length);
        Assert.All(levels, t => Assert.Single(t.X));
    }

    [Fact]
    public void The_rug_of_a_smooth_lies_below_all_that_is_drawn()
    {
        var random = new Random(2);
        var rows = Enumerable.Range(0, 150).Select(i => new { x = i / 15.0, y = Math.Sin(i / 15.0) + random.NextDouble() });
        var panel = Glmm.Fit("y ~ s(x)", FieldData.From(rows)).PlotSmooths(partialResiduals: true).Panels[0];
        var rug = (LineTrace)panel.Traces.Single(t => t.Name == "data");
        var others = panel.Traces.Where(t => t != rug).SelectMany(t => t.Drawn).Concat(panel.Traces.OfType<LineTrace>()
            .SelectMany(t => t.Lower ?? [])).Where(double.IsFinite);
        Assert.True(rug.Y.Where(double.IsFinite).Max() < others.Min());
    }

    [Fact]
    public void Each_footnote_of_a_table_has_a_mark_of_its_own()
    {
        LikelihoodRatioTest Test(string name, string note) => new(name, 1, 2.5, 0.1, note, -10, 30);
        var tests = new LikelihoodRatioTests([Test("a", "* first"), Test("b", ""), Test("c", "* second"), Test("d", "* first")], "Without");
        var text = tests.ToString();
        Assert.Contains("* first", text, StringComparison.Ordinal);
        Assert.Contains("† second", text, StringComparison.Ordinal);
        Assert.Equal(2 + 1, text.Split('*').Length - 1);
        Assert.Equal(1 + 1, text.Split('†').Length - 1);
    }

    private static (string Text, double X, double Y, string? Anchor)[] Texts(Figure figure) =>
        [.. XDocument.Parse(figure.ToSvg()).Root!.Descendants(Svg + "text").Select(t => (t.Value,
            double.Parse(t.Attribute("x")!.Value, CultureInfo.InvariantCulture), double.Parse(t.Attribute("y")!.Value,
                CultureInfo.InvariantCulture), t.Attribute("text-anchor")?.Value))];
}
