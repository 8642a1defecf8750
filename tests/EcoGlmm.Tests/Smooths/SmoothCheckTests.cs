namespace EcoGlmm.Tests.Smooths;

/// <summary>Checks of smooths: the size of a basis, and terms that say the same.</summary>
public sealed class SmoothCheckTests
{
    private static FieldData Waves(int n)
    {
        var random = new Random(8);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var rows = Enumerable.Range(0, n).Select(_ => random.NextDouble()).Select(x => new { x, z = (0.9 * x) + (0.05 * Normal()),
            y = Math.Sin(25 * x) + (0.3 * Normal()) });
        return FieldData.From(rows.ToArray());
    }

    [Fact]
    public void A_basis_that_is_too_small_is_seen()
    {
        var data = Waves(400);
        var small = Glmm.Fit("y ~ s(x, k = 5)", data);
        var check = Assert.Single(small.BasisChecks());
        Assert.True(check.IsTooSmall);
        Assert.InRange(check.Index, 0.1, 0.8);
        Assert.Contains("too small", small.BasisChecks().ToString());
        Assert.Contains("<table", small.BasisChecks().ToHtml());
        Assert.Equal([1.0], small.BasisChecks().ToFieldData().Numbers("IsTooSmall"));
        Assert.Contains("k = 10", small.Check().ToString());
        Assert.False(Assert.Single(Glmm.Fit("y ~ s(x, k = 25)", data).BasisChecks()).IsTooSmall);
    }

    [Fact]
    public void Terms_that_say_the_same_are_seen()
    {
        var both = Glmm.Fit("y ~ s(x, k = 8) + s(z, k = 8)", Waves(400)).Concurvity();
        Assert.Equal(2, both.Count);
        Assert.Contains("s(z)", both.ToString());
        Assert.Contains("<table", both.ToHtml());
        Assert.Equal([both[0].Worst, both[1].Worst], both.ToFieldData().Numbers("Worst"));
        Assert.All(both, c => Assert.InRange(c.Worst, 0.9, 1));
        var alone = Assert.Single(Glmm.Fit("y ~ s(x)", Waves(400)).Concurvity());
        Assert.InRange(alone.Worst, 0, 1e-6);
    }

    [Fact]
    public void Curves_of_levels_and_of_functions_are_drawn()
    {
        var random = new Random(2);
        var rows = Enumerable.Range(0, 240).Select(i => new { x = random.NextDouble(), g = $"g{i % 6}" })
            .Select(r => new { r.x, r.g, y = Math.Sin((6 * r.x) + r.g[1]) + random.NextDouble() }).ToArray();
        var data = FieldData.From(rows);
        var fit = Glmm.Fit("y ~ s(x, g, bs = \"fs\", k = 6)", data);
        var panel = Assert.Single(fit.PlotSmooths().Panels);
        var curves = panel.Traces.OfType<LineTrace>().Where(t => t.Name!.StartsWith("g g", StringComparison.Ordinal)).ToArray();
        Assert.Equal(6, curves.Length);
        var places = FieldData.From(curves[2].X.Select(x => new { x, g = curves[2].Name![2..] }).ToArray());
        var intercept = fit.FixedEffects[0].Estimate;
        var predicted = fit.Predict(places, PredictionScale.Link).Estimate;
        Assert.All(predicted.Zip(curves[2].Y), p => Assert.Equal(p.First - intercept, p.Second, 1e-8));

        var logarithm = Glmm.Fit("y ~ s(log(x + 1))", data);
        var along = Assert.Single(logarithm.PlotSmooths().Panels);
        Assert.Equal("x", along.XAxis.Title);
        var curve = logarithm.SmoothEffect("s(log(x + 1))", [0.2, 0.7]);
        var two = logarithm.Predict(FieldData.From(new[] { new { x = 0.2 }, new { x = 0.7 } }), PredictionScale.Link).Estimate;
        Assert.Equal(two[1] - two[0], curve[1].Estimate - curve[0].Estimate, 1e-8);
        Assert.Contains("PlotRandomEffects()", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x + s(g, bs = \"re\")", data).PlotSmooths())
            .Message);
    }

    /// <summary>Differences that are straight lines: one strong penalty of several is enough, and the others are not determined.</summary>
    [Theory]
    [InlineData(1, 140, 4)]
    [InlineData(5, 300, 4)]
    [InlineData(18, 420, 6.67)]
    public void Differences_without_wiggles_are_no_failure(int seed, int n, double edf)
    {
        var random = new Random(seed);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var data = FieldData.From(Enumerable.Range(0, n).Select(_ => (X: random.NextDouble(), F: random.Next(3)))
            .Select(r => new { x = r.X, f = "abc"[r.F].ToString(), y = Math.Sin(5 * r.X) + (seed % 3 * 0.4 * r.F * r.X) + (0.5 * Normal())
            }).ToArray());
        var fit = Glmm.Fit("y ~ s(x) + s(x, f, bs = \"sz\")", data, options: new GlmmOptions { Reml = true });
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(edf, fit.Smooths[1].Edf, 0.01);
    }

    [Fact]
    public void A_smooth_is_proposed_where_there_is_a_curve()
    {
        var check = Glmm.Fit("y ~ x", Waves(400)).Check();
        Assert.NotNull(check.Cure);
        Assert.Contains("s(x", check.Cure!.Call);
    }
}
