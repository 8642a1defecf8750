using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Curves of the levels of nested grouping factors, which no column names.</summary>
public class NestedCurvesTests
{
    private static readonly GlmmFit Fit = FitOf();

    private static GlmmFit FitOf()
    {
        var random = new RandomStream(3);
        double[] litter = [.. Enumerable.Range(0, 6).Select(_ => 2 * random.NextNormal())];
        double[] pig = [.. Enumerable.Range(0, 24).Select(_ => 2 * random.NextNormal())];
        return Glmm.Fit("weight ~ time + (1 | litter/pig)", FieldData.From(Enumerable.Range(0, 240).Select(i => new
        {
            weight = (i / 24) + litter[i % 6] + pig[i % 24] + (0.3 * random.NextNormal()), time = (double)(i / 24),
            litter = "l" + (i % 6), pig = "p" + (i % 24 / 6),
        }).ToArray()));
    }

    [Fact]
    public void ALevelHasItsOwnEffectAndThatOfWhatItLiesIn()
    {
        var group = Fit.Groups.Single(g => g.Levels == 24).Group;
        var lines = Lines(Fit.PlotEffect("time", by: group));
        Assert.Equal(24, lines.Length);
        var fitted = Fit.Fitted();
        foreach (var line in lines)
            Assert.Contains(fitted.Take(24), value => Math.Abs(value - line.Y[0]) < 1e-9);
        Assert.Equal(24, lines.Select(l => l.Y[0]).Distinct().Count());
    }

    [Fact]
    public void AnOuterLevelIsTypicalInWhatLiesWithinIt()
    {
        var lines = Lines(Fit.PlotEffect("time", by: "litter"));
        Assert.Equal(6, lines.Length);
        var modes = Fit.RandomEffects["litter"];
        foreach (var (line, k) in lines.Select((l, k) => (l, k)))
            Assert.Equal(Fit.FixedEffects["(Intercept)"].Estimate + modes.Single(m => m.Level == $"l{k}").Mode, line.Y[0], 1e-9);
    }

    [Fact]
    public void TheNamesOfGroupsAreToldAndOneNeedsNone()
    {
        var message = Assert.Throws<GlmmException>(() => Fit.PlotEffect("time", by: "pig")).Message;
        Assert.Contains("By and Facet take the grouping factors too", message);
        Assert.Contains("litter", message);
        Assert.Contains("several grouping factors", Assert.Throws<GlmmException>(() => Fit.PlotRandomEffects()).Message);
        var one = Fit.Update(". ~ . - (1 | litter/pig) + (1 | litter)");
        Assert.Equal(one.PlotRandomEffects("litter").Title, one.PlotRandomEffects().Title);
    }

    [Fact]
    public void ACentredCovariateIsHeldAtZero()
    {
        var random = new RandomStream(5);
        double[] raw = [.. Enumerable.Range(0, 99).Select(_ => 40 + random.NextNormal())];
        var mean = raw.Average();
        var data = FieldData.From(raw.Select(v => new { y = v + random.NextNormal(), x = random.NextNormal(), age = v - mean }).ToArray());
        Assert.EndsWith("; age = 0", Glmm.Fit("y ~ x + age", data).PlotEffect("x").Subtitle);
    }

    private static LineTrace[] Lines(Figure figure) => [.. figure.Panels[0].Traces.OfType<LineTrace>().Where(t => t.Lower is null)];
}
