using System.Text.Json;
using EcoGlmm.Charts;
using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Prediction;

/// <summary>Panels for a third variable, adjusted data, rugs, scales, names and limits of effect charts.</summary>
public sealed class EffectOptionsTests
{
    private const int Rows = 240;

    private static readonly FieldData Field = new TestData(Rows).Normal("x").Normal("z").Factor("sex", i => i % 2).Factor("site",
        i => i / 2 % 3).Factor("g", i => i / 12).Count("n", i => 1 + (i % 4)).Number("effort", i => 1 + (i % 5)).Build();

    private static readonly GlmmFit Counts = Glmm.Fit("n ~ x * sex * site + z + offset(log(effort)) + (1 | g)", Field, Family.Poisson());

    private static readonly GlmmFit Measured = Glmm.Fit("z ~ x * sex + (1 | g)", Field);

    private static string[] Of(string column) => [.. Field.Texts(column).Distinct().Order(StringComparer.Ordinal)!];

    private static PointTrace[] Data(Figure figure) => [.. figure.Panels.SelectMany(p => p.Traces).OfType<PointTrace>()
        .Where(t => t.Name == "Data")];

    [Fact]
    public void A_third_variable_has_a_panel_for_each_level_with_the_same_axes()
    {
        var figure = Counts.PlotEffect("x", new EffectOptions { By = "sex", Facet = "site" });
        Assert.Equal(Of("site").Select(s => "site " + s), figure.Panels.Select(p => p.Title));
        Assert.Single(figure.Panels.Select(p => (p.YAxis.Minimum, p.YAxis.Maximum, p.XAxis.Minimum, p.XAxis.Maximum)).Distinct());
        Assert.Equal(Rows, Data(figure).Sum(t => t.X.Count));
        for (var s = 0; s < 3; s++)
        {
            var curve = figure.Panels[s].Traces.OfType<LineTrace>().Single(t => t.Name == "sex " + Of("sex")[1]);
            var n = curve.X.Count;
            var expected = Counts.Predict(FieldData.From(new Dictionary<string, object>
            {
                ["x"] = curve.X.ToArray(), ["z"] = Enumerable.Repeat(Field.Numbers("z").Average(), n).ToArray(),
                ["sex"] = Enumerable.Repeat(Of("sex")[1], n).ToArray(), ["site"] = Enumerable.Repeat(Of("site")[s], n).ToArray(),
                ["effort"] = Enumerable.Repeat(Field.Numbers("effort").Average(), n).ToArray(),
            }), randomEffects: RandomEffectsUse.Population);
            for (var i = 0; i < n; i++) Assert.Equal(expected.Estimate[i], curve.Y[i], 1e-9);
        }
    }

    [Fact]
    public void Adjusted_counts_are_at_the_effort_and_for_the_level_of_the_curve()
    {
        var figure = Counts.PlotEffect("sex", new EffectOptions { Facet = "site", Data = EffectData.Adjusted });
        var fitted = Counts.Fitted();
        var compared = 0;
        foreach (var (panel, site) in figure.Panels.Zip(Of("site")))
        {
            var means = panel.Traces.OfType<PointTrace>().Single(t => t.Name == "Model").Y;
            var shown = panel.Traces.OfType<PointTrace>().Single(t => t.Name == "Data").Y;
            var rows = Enumerable.Range(0, Rows).Where(i => Field.Texts("site")[i] == site).ToArray();
            for (var k = 0; k < rows.Length; k++, compared++)
            {
                var i = rows[k];
                var mean = means[Array.IndexOf(Of("sex"), Field.Texts("sex")[i])];
                Assert.Equal(Field.Numbers("n")[i] * mean / fitted[i], shown[k], 1e-9);
            }
        }

        Assert.Equal(Rows, compared);
    }

    [Fact]
    public void Adjusted_measurements_lie_about_the_curve_by_their_residuals()
    {
        var shown = Data(Measured.PlotEffect("x", new EffectOptions { Data = EffectData.Adjusted })).Single();
        var share = Field.Texts("sex").Count(s => s == Of("sex")[1]) / (double)Rows;
        var b = Measured.FixedEffects;
        var (sex, both) = ("sex" + Of("sex")[1], "x:sex" + Of("sex")[1]);
        var residuals = Measured.Residuals(ResidualType.Response);
        for (var i = 0; i < Rows; i++)
        {
            var curve = b["(Intercept)"].Estimate + (share * b[sex].Estimate)
                + (Field.Numbers("x")[i] * (b["x"].Estimate + (share * b[both].Estimate)));
            Assert.Equal(curve + residuals[i], shown.Y[i], 1e-9);
        }
    }

    [Theory]
    [InlineData(AxisScale.Linear)]
    [InlineData(AxisScale.Log)]
    [InlineData(AxisScale.SquareRoot)]
    public void A_rug_and_a_density_stand_under_the_data_and_have_no_ticks(AxisScale scale)
    {
        foreach (var margin in new[] { EffectMargin.Rug, EffectMargin.Density })
        {
            var options = new EffectOptions { Margin = margin, YAxis = new Axis { Scale = scale } };
            var panel = Counts.PlotEffect("x", options).Panels[0];
            var rows = panel.Traces.OfType<LineTrace>().Single(t => t.Name == "Rows");
            var lowest = panel.Traces.Where(t => t != rows).SelectMany(t => t.Drawn)
                .Where(v => scale != AxisScale.Log || v > 0).Min();
            Assert.All(rows.Y.Where(double.IsFinite), y => Assert.True(y <= lowest, $"{margin} reaches {y}, the data {lowest}."));
            if (margin == EffectMargin.Rug) Assert.Equal(Field.Numbers("x").Order(), rows.X.Where((_, i) => i % 3 == 0));
            var (_, y) = AxisFrame.Of(panel);
            Assert.All(y.Ticks(300, 45), t => Assert.True(t.Fraction >= y.Fraction(rows.Y.Where(double.IsFinite).Max()) - 1e-9));
        }
    }

    [Fact]
    public void One_large_count_is_left_outside_and_said()
    {
        var counts = Field.Numbers("n").ToArray();
        counts[7] = 400;
        var fit = Glmm.Fit("n ~ x + (1 | g)", Field.With("n", counts), Family.Poisson());
        var panel = fit.PlotEffect("x").Panels[0];
        Assert.InRange(panel.YAxis.Maximum!.Value, 4, 100);
        Assert.Contains(panel.Annotations, a => a.Text == "1 observation above the axis, up to 400");
        Assert.Null(fit.PlotEffect("x", new EffectOptions { YAxis = new Axis { Scale = AxisScale.Log } }).Panels[0].YAxis.Maximum);
        Assert.Empty(fit.PlotEffect("x", new EffectOptions { YAxis = new Axis { Maximum = 500 } }).Panels[0].Annotations);
    }

    [Fact]
    public void A_grouping_factor_has_a_panel_for_each_level_beside_the_typical_one()
    {
        var sleep = FieldData.ReadCsv(Path.Combine(Reference.ReferenceFit.RepositoryFolder, "datasets", "sleepstudy.csv"));
        var fit = Glmm.Fit("Reaction ~ Days + (Days | Subject)", sleep);
        var figure = fit.PlotEffect("Days", new EffectOptions { Facet = "Subject" });
        Assert.Equal(18, figure.Panels.Count);
        var together = fit.PlotEffect("Days", by: "Subject").Panels[0].Traces.OfType<LineTrace>().ToDictionary(t => t.Name!);
        Assert.All(figure.Panels, panel =>
        {
            var lines = panel.Traces.OfType<LineTrace>().ToArray();
            Assert.Equal(["Typical Subject", "Subject " + panel.Title], lines.Select(l => l.Name));
            Assert.Equal(together["Subject " + panel.Title].Y, lines[1].Y);
            Assert.Equal(10, panel.Traces.OfType<PointTrace>().Single().X.Count);
        });
    }

    [Fact]
    public void Names_colours_titles_and_limits_can_be_set()
    {
        var panel = Counts.PlotEffect("x", new EffectOptions
        {
            By = "sex", Labels = new Dictionary<string, string> { [Of("sex")[0]] = "females" }, Colors = ["#112233", "#445566"],
            XAxis = new Axis("Size (mm)") { Minimum = -1, Maximum = 1 }, Data = EffectData.None,
        }).Panels[0];
        Assert.Equal("Size (mm)", panel.XAxis.Title);
        Assert.Equal((-1, 1), (panel.XAxis.Minimum, panel.XAxis.Maximum));
        Assert.Equal(["sex females", "sex " + Of("sex")[1]], panel.Traces.Select(t => t.Name));
        Assert.Equal(["#112233", "#445566"], panel.Traces.Select(t => t.Color));
    }

    [Fact]
    public void What_does_not_go_together_is_told()
    {
        Assert.Contains("shows a variable once", Assert.Throws<GlmmException>(() => Counts.PlotEffect("x",
            new EffectOptions { By = "sex", Facet = "sex" })).Message, StringComparison.Ordinal);
        Assert.Contains("without another variable", Assert.Throws<GlmmException>(() => Counts.PlotEffect("x",
            new EffectOptions { By = "g", Facet = "sex" })).Message, StringComparison.Ordinal);
        Assert.Contains("square roots takes points and lines", Assert.Throws<GlmmException>(() => new Figure(null,
            new Panel(null, new HistogramTrace([1, 2, 3])) { XAxis = new Axis { Scale = AxisScale.SquareRoot } })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_axis_of_square_roots_is_drawn_as_one()
    {
        var figure = new Figure(null, new Panel(null, new PointTrace([0, 1], [4, 100])) { YAxis = new Axis { Scale = AxisScale.SquareRoot,
            Minimum = 0, Maximum = 100 } });
        var (_, y) = AxisFrame.Of(figure.Panels[0]);
        Assert.Equal(0.2, y.Fraction(4), 1e-12);
        Assert.Equal(["0", "5", "30", "50", "100"], y.Ticks(200, 45).Select(t => t.Label));
        var json = JsonDocument.Parse(figure.ToJson()).RootElement;
        var trace = json.GetProperty("data")[0];
        Assert.Equal([2, 10], trace.GetProperty("y").EnumerateArray().Select(v => v.GetDouble()));
        Assert.Equal(["0, 4", "1, 100"], trace.GetProperty("text").EnumerateArray().Select(v => v.GetString()));
        Assert.Contains("30", json.GetProperty("layout").GetProperty("yaxis").GetProperty("ticktext").EnumerateArray()
            .Select(v => v.GetString()));
    }

    [Fact]
    public void Panels_of_levels_that_differ_much_have_vertical_axes_of_their_own()
    {
        var counts = Field.Numbers("n").Select((n, i) => i < 12 ? 60 * n : n);
        var fit = Glmm.Fit("n ~ x + (1 | g)", Field.With("n", counts), Family.Poisson());
        var figure = fit.PlotEffect("x", new EffectOptions { Facet = "g" });
        Assert.Contains("vertical axes differ", figure.Subtitle);
        double Top(Panel panel) => AxisFrame.Of(panel).Y.Ends.High;
        Assert.True(Top(figure.Panels[0]) > 10 * Top(figure.Panels[1]));
        Assert.Single(figure.Panels.Select(p => p.XAxis.Maximum).Distinct());
        var shared = fit.PlotEffect("x", new EffectOptions { Facet = "g", FreeYAxis = false });
        Assert.Single(shared.Panels.Select(Top).Distinct());
        Assert.DoesNotContain("differ", shared.Subtitle);
    }
}
