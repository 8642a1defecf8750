using System.Text.Json;
using System.Xml.Linq;
using EcoGlmm.Charts;
using EcoGlmm.Tests.Families;

namespace EcoGlmm.Tests.Charts;

public class ViolinTraceTests
{
    private static readonly JsonElement Reference =
        JsonDocument.Parse(File.ReadAllText(ReferenceFiles.Path("tails.json"))).RootElement.GetProperty("violin");

    private static readonly double[] Values = Numbers("values");

    [Fact]
    public void Its_density_is_Rs()
    {
        var density = KernelDensity.Of(Values, null)!;
        var (at, expected) = (Numbers("at"), Numbers("density"));
        Assert.Equal(5, at.Length);
        for (var i = 0; i < at.Length; i++) Assert.Equal(expected[i], density.At(at[i]), 1e-12);
    }

    [Fact]
    public void The_still_picture_and_Plotly_draw_the_same_outline()
    {
        var figure = new Figure(null, new Panel(null, new ViolinTrace(1, Values) { Name = "mass", ShowInLegend = true }));
        XNamespace svg = "http://www.w3.org/2000/svg";
        var area = XDocument.Parse(figure.ToSvg()).Root!.Elements(svg + "svg").Descendants(svg + "path").First().Attribute("d")!.Value;
        using var json = JsonDocument.Parse(figure.ToJson());
        var data = json.RootElement.GetProperty("data");
        Assert.Equal(2, data.GetArrayLength());
        Assert.Equal("toself", data[0].GetProperty("fill").GetString());
        var x = data[0].GetProperty("x").EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Number).Select(v => v.GetDouble())
            .ToArray();
        Assert.Equal(x.Length, area.Split(' ').Length / 2);
        Assert.Equal(0.8, x.Max() - x.Min(), 1e-9);
        Assert.Equal(1, (x.Max() + x.Min()) / 2, 1e-9);
        Assert.Contains("mass (violin of 35 values)", figure.ToString());
    }

    [Fact]
    public void Half_a_violin_stays_on_its_side_and_a_constant_draws_nothing()
    {
        using var json = JsonDocument.Parse(new Figure(null, new Panel(null, new ViolinTrace(0, Values) { IsHalf = true })).ToJson());
        Assert.All(json.RootElement.GetProperty("data")[0].GetProperty("x").EnumerateArray()
            .Where(v => v.ValueKind == JsonValueKind.Number),
            v => Assert.True(v.GetDouble() >= 0));
        Assert.Null(KernelDensity.Of([2, 2, 2], null));
        Assert.NotEmpty(new Figure(null, new Panel(null, new ViolinTrace(0, [2, 2, 2]))).ToSvg());
        var wrong = Assert.Throws<GlmmException>(() => new Figure(null, new Panel(null, new ViolinTrace(0, Values) { Bandwidth = 0 })));
        Assert.Contains("bandwidth", wrong.Message);
    }

    private static double[] Numbers(string key) => [.. Reference.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
}
