namespace EcoGlmm.Tests.Prediction;

public sealed class CaterpillarFigureTests
{
    [Fact]
    public void Many_levels_are_a_ribbon_with_their_extremes_named()
    {
        var fit = Fit(levels: 1200, rows: 4);
        var modes = fit.RandomEffects["site"];
        var figure = fit.PlotRandomEffects("site");
        var ribbon = Assert.IsType<LineTrace>(figure.Panels[0].Traces[0]);
        Assert.Equal(400, ribbon.X.Count);
        Assert.Equal(ribbon.Y.Order(), ribbon.Y);
        Assert.Contains("400 of 1,200", figure.Panels[0].XAxis.Title!);
        string highest = modes.Levels.MaxBy(l => modes[l, "(Intercept)"].Mode)!, lowest = modes.Levels.MinBy(l =>
            modes[l, "(Intercept)"].Mode)!;
        Assert.StartsWith($"Highest: {highest},", figure.Panels[0].Annotations[0].Text);
        Assert.StartsWith($"Lowest: {lowest},", figure.Panels[0].Annotations[1].Text);
        Assert.Equal(modes[highest, "(Intercept)"].Mode, ribbon.Y[^1]);
        Assert.InRange(figure.ToJson().Length, 1000, 200_000);
    }

    [Fact]
    public void A_level_that_is_unknown_by_itself_does_not_squeeze_the_others()
    {
        // One site without any success: by its own rows alone its logit runs to minus infinity.
        double[] dead = [.. Enumerable.Range(0, 240).Select(i => i < 12 ? 0.0 : (i * 7 % 5 < 2 ? 1.0 : 0.0))];
        string[] site = [.. Enumerable.Range(0, 240).Select(i => $"s{i / 12}")];
        var fit = Glmm.Fit("dead ~ 1 + (1 | site)", FieldData.From(new Dictionary<string, object> { ["dead"] = dead, ["site"] = site }),
            Family.Binomial());
        var panel = fit.PlotRandomEffects("site").Panels[0];
        var own = (PointTrace)panel.Traces[1];
        var shrunk = (PointTrace)panel.Traces[2];
        var width = shrunk.XUpper!.Max() - shrunk.XLower!.Min();
        Assert.All(own.X.Where(double.IsFinite), x => Assert.InRange(x, shrunk.XLower!.Min() - (0.41 * width), shrunk.XUpper!.Max()
            + (0.41 * width)));
        Assert.Equal(20, shrunk.X.Count);
    }

    private static GlmmFit Fit(int levels, int rows)
    {
        var random = new Random(5);
        var n = levels * rows;
        var y = new double[n];
        var site = new string[n];
        for (var g = 0; g < levels; g++)
        {
            var b = random.NextDouble() + random.NextDouble() - 1;
            for (var k = 0; k < rows; k++)
                (y[(g * rows) + k], site[(g * rows) + k]) = (b + random.NextDouble(), $"s{g}");
        }

        return Glmm.Fit("y ~ 1 + (1 | site)", FieldData.From(new Dictionary<string, object> { ["y"] = y, ["site"] = site }));
    }
}
