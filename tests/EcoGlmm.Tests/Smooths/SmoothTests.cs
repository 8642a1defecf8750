namespace EcoGlmm.Tests.Smooths;

/// <summary>Smooths in formulas, results and figures, and how they are refused.</summary>
public sealed class SmoothTests
{
    private static readonly FieldData Data = SmoothReference.Data;

    private static readonly Lazy<GlmmFit> Mixed_ = new(() => Glmm.Fit("count ~ f + s(x) + s(month, bs = \"cc\", k = 8) + (1 | g)", Data,
        Family.Poisson()));

    private static GlmmFit Mixed => Mixed_.Value;

    [Theory]
    [InlineData("y ~ s(x, bs = \"tq\")", "There is no basis \"tq\"")]
    [InlineData("y ~ s(month, k = 40)", "more than the 12 different values of month")]
    [InlineData("y ~ s(I(0 * month))", "has the same value in all rows")]
    [InlineData("y ~ s(month, I(0 * month))", "has the same value in all rows")]
    [InlineData("y ~ te(month, I(0 * month))", "has the same value in all rows")]
    [InlineData("y ~ s(x, by = nowhere)", "no column \"nowhere\"")]
    [InlineData("y ~ s(x, knot = 3)", "no argument \"knot\"")]
    [InlineData("y ~ s(f)", "is a factor")]
    [InlineData("y ~ s()", "needs a covariate")]
    [InlineData("y ~ f * s(x)", "can only be added")]
    [InlineData("y ~ s(x, z, bs = \"cr\")", "single covariate")]
    [InlineData("y ~ s(x, bs = \"fs\")", "covariates and one factor")]
    [InlineData("y ~ te(x, z, k = c(4, 4, 4))", "3 entries for a product of 2")]
    [InlineData("y ~ s(x, k = 2)", "too small")]
    [InlineData("y ~ s(y)", "also in a smooth")]
    [InlineData("y ~ s(x, bs = \"sz\")", "covariates and one or more factors")]
    [InlineData("y ~ s(x, id = 1)", "\"id\" is for smooths with bs = \"sz\"")]
    [InlineData("y ~ s(x, f, bs = \"sz\", xt = list(bs = \"fs\"))", "no basis of curves")]
    [InlineData("y ~ s(x, xt = list(bs = \"cr\"))", "names the basis of the curves of a factor smooth")]
    [InlineData("y ~ s(x, by = 1 / (z - z))", "is infinite")]
    [InlineData("y ~ s(as.numeric(f) %in% 1, bs = \"ps\")", "only 2 different values")]
    public void What_cannot_be_is_refused_with_a_sentence(string formula, string expected) =>
        Assert.Contains(expected, Assert.Throws<GlmmException>(() => Glmm.Fit(formula, Data)).Message);

    [Fact]
    public void Differences_of_levels_add_up_to_zero()
    {
        var fit = Glmm.Fit("y ~ s(x) + s(x, f, o, bs = \"sz\", k = 4, id = 1)", Data.With("o", Data.Texts("o").Select(o => o == "c"
            ? "b" : o)));
        var mean = Assert.Throws<GlmmException>(() => fit.SmoothEffect("s(x,f,o)"));
        Assert.Contains("\"s(x,f,o):fa:oa\"", mean.Message);
        double[] at = [0.1, 0.5, 0.8];
        double At(string f, string o, int i) => fit.SmoothEffect($"s(x,f,o):f{f}:o{o}", at)[i].Estimate;
        for (var i = 0; i < at.Length; i++)
        {
            foreach (var o in new[] { "a", "b" }) Assert.Equal(0, At("a", o, i) + At("b", o, i) + At("c", o, i), 1e-10);
            foreach (var f in new[] { "a", "b", "c" }) Assert.Equal(0, At(f, "a", i) + At(f, "b", i), 1e-10);
        }

        var rows = FieldData.From(at.Select(x => new { x, f = "b", o = "a" }));
        var curve = fit.SmoothEffect("s(x)", at);
        var predicted = fit.Predict(rows, PredictionScale.Link);
        var intercept = fit.FixedEffects["(Intercept)"].Estimate;
        for (var i = 0; i < at.Length; i++)
            Assert.Equal(predicted.Estimate[i], intercept + curve[i].Estimate + At("b", "a", i), 1e-9);
        Assert.Contains("z", Assert.Throws<GlmmException>(() =>
            fit.Predict(FieldData.From(new[] { new { x = 0.5, f = "z", o = "a" } }))).Message);
    }

    [Fact]
    public void Curves_of_levels_stand_in_one_panel()
    {
        var fit = Glmm.Fit("y ~ s(x) + s(x, f, bs = \"sz\", k = 5)", Data, null, new GlmmOptions { Reml = true });
        var figure = fit.PlotSmooths();
        Assert.Equal(2, figure.Panels.Count);
        Assert.Equal(["f a", "f b", "f c", "data"], figure.Panels[1].Traces.Select(t => t.Name));
        Assert.Contains("s(x,f)", fit.ToString());
    }

    [Fact]
    public void Curves_are_not_random_effects()
    {
        Assert.Equal(["g"], Mixed.Groups.Select(g => g.Group));
        Assert.Equal(["g"], Mixed.RandomEffects.Groups);
        Assert.Equal("g", Assert.Single(Mixed.VarianceComponents).Group);
        Assert.Equal(["s(x)", "s(month)"], Mixed.Smooths.Select(s => s.Name));
        Assert.Contains("s(month)", Mixed.ToString());
        Assert.Contains("s(month)", Mixed.ToHtml());
        Assert.Contains("\"smooths\"", Mixed.ToJson());
        Assert.DoesNotContain("s(x).1", Mixed.ToString());
    }

    [Fact]
    public void Populations_have_their_curves()
    {
        var (with, without) = (Mixed.Predict(Data, PredictionScale.Link), Mixed.Predict(Data, PredictionScale.Link,
            RandomEffectsUse.Population));
        var modes = Mixed.RandomEffects["g"];
        var group = Data.Texts("g");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(with.Estimate[i] - modes[group[i]!, "(Intercept)"].Mode, without.Estimate[i], 1e-9);
        }

        // Rows of the fit by the selected inverse, new rows by solving.
        var fitted = Mixed.Predict(null, PredictionScale.Link);
        Assert.Equal(with.StandardError[7], fitted.StandardError[7], 1e-9);
    }

    [Fact]
    public void Simulations_keep_curves()
    {
        var eta = Mixed.Predict(null, PredictionScale.Response, RandomEffectsUse.Conditional).Estimate;
        var simulations = Mixed.Simulate(400, 1, []);
        var mean = Enumerable.Range(0, eta.Length).Select(i => simulations.Average(s => s[i])).ToArray();
        Assert.InRange(mean.Zip(eta, (m, e) => (m - e) / Math.Sqrt(e / 400)).Sum(z => z * z) / eta.Length, 0.7, 1.3);
        var redrawn = Mixed.Simulate(400, 1, ["g"]);
        var sd = Mixed.VarianceComponents[0].StandardDeviation;
        var population = Mixed.Predict(null, PredictionScale.Link, RandomEffectsUse.Population).Estimate.Average(e =>
            Math.Exp(e + (0.5 * sd * sd)));
        Assert.InRange(redrawn.Average(s => s.Average()) / population, 0.93, 1.07);
    }

    [Fact]
    public void A_marginal_mean_averages_over_the_curve()
    {
        var fit = Glmm.Fit("y ~ f + s(x)", Data, null, new GlmmOptions { Reml = true });
        var means = fit.MarginalMeans("f");
        var mean = Data.Numbers("x").Average();
        var row = fit.Predict(FieldData.From(new[] { new { x = mean } }).With("f", ["b"]).AsFactor("f", ["a", "b", "c"]),
            PredictionScale.Link);
        Assert.Equal(row.Estimate[0], means[1].Estimate, 1e-9);
        Assert.Equal(row.StandardError[0], means[1].StandardError, 1e-9);
    }

    [Fact]
    public void Curves_slopes_and_differences()
    {
        var fit = Glmm.Fit("y ~ f + s(x, by = f, k = 8)", Data, null, new GlmmOptions { Reml = true });
        double[] at = [0.2, 0.5, 0.8];
        var (a, b) = (fit.SmoothEffect("s(x):fa", at), fit.SmoothEffect("s(x):fb", at));
        var difference = fit.SmoothDifference("s(x):fa", "s(x):fb", at);
        var slope = fit.SmoothDerivative("s(x):fa", at);
        var near = fit.SmoothEffect("s(x):fa", [.. at.Select(x => x + 1e-5)]);
        for (var i = 0; i < at.Length; i++)
        {
            Assert.Equal(a[i].Estimate - b[i].Estimate, difference[i].Estimate, 1e-9);
            Assert.Equal((near[i].Estimate - a[i].Estimate) / 1e-5, slope[i].Estimate, 1e-3);
            Assert.True(difference[i].SimultaneousUpper > difference[i].Upper);
        }

        Assert.True(a.Critical is > 2 and < 3.5);
        Assert.Equal(3, fit.PlotSmooths(partialResiduals: true).Panels.Count);
        Assert.Contains("<svg", fit.PlotSmooths().ToSvg());
        Assert.Contains("no smooth \"s(q)\"", Assert.Throws<GlmmException>(() => fit.SmoothEffect("s(q)")).Message);
    }

    [Fact]
    public void A_surface_is_a_map()
    {
        var fit = Glmm.Fit("y ~ te(x, z)", Data);
        Assert.Contains("<svg", fit.PlotSmooths().ToSvg());
    }

    [Fact]
    public void Factor_smooths_are_curves_of_groups()
    {
        var fit = Glmm.Fit("y ~ s(x) + s(x, g, bs = \"fs\", k = 5)", Data, null, new GlmmOptions { Reml = true });
        Assert.True(fit.Convergence.IsConverged);
        Assert.Equal("s(x,g)", fit.Smooths[1].Name);
        Assert.InRange(fit.Smooths[1].Edf, 1, 60);
        Assert.Equal(["g"], fit.Groups.Select(g => g.Group).Distinct());
        // A population's prediction needs no group.
        var rows = FieldData.From(new[] { new { x = 0.3 }, new { x = 0.6 } });
        Assert.All(fit.Predict(rows, PredictionScale.Link, RandomEffectsUse.Population).Estimate, v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void Every_part_takes_smooths()
    {
        var random = new Random(3);
        var x = Enumerable.Range(0, 300).Select(_ => random.NextDouble()).ToArray();
        var y = x.Select(v => (2 * Math.Sin(6 * v)) + (Math.Exp(-1 + v) * Normal(random))).ToArray();
        var fit = Glmm.Fit("y ~ s(x)", FieldData.From(x.Select(v => new { x = v })).With("y", y), null,
            new GlmmOptions { Dispersion = "~ s(x, k = 5)" });
        Assert.True(fit.Convergence.IsConverged);
        Assert.Equal([ModelPart.Conditional, ModelPart.Dispersion], fit.Smooths.Select(s => s.Part));
        Assert.InRange(fit.Smooths[0].Edf, 3, 9);
        Assert.Equal(2, fit.PlotSmooths().Panels.Count);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(random.NextDouble())) * Math.Cos(2 * Math.PI
        * random.NextDouble());

    [Fact]
    public void Update_takes_smooths_in_and_out()
    {
        var fit = Glmm.Fit("y ~ s(x) + (1 | g)", Data);
        Assert.Equal("y ~ f + s(x) + (1 | g)", fit.Update(". ~ . + f").Formula);
        Assert.Empty(fit.Update(". ~ . - s(x)").Smooths);
    }

    [Fact]
    public void Thin_plates_of_many_places_are_those_of_a_part_of_them()
    {
        // 5000 different values, of which 2000 make the basis; k-dimensional fits of both agree.
        var random = new Random(1);
        var x = Enumerable.Range(0, 5000).Select(_ => random.NextDouble()).ToArray();
        var y = x.Select(v => Math.Sin(6 * v) + (0.3 * Normal(random))).ToArray();
        var data = FieldData.From(x.Select(v => new { x = v })).With("y", y);
        var (thin, cubic) = (Glmm.Fit("y ~ s(x)", data), Glmm.Fit("y ~ s(x, bs = \"cr\")", data));
        Assert.Equal(cubic.LogLikelihood, thin.LogLikelihood, 10.0);
        var at = Enumerable.Range(1, 9).Select(i => i / 10.0).ToArray();
        foreach (var (a, b) in thin.SmoothEffect("s(x)", at).Zip(cubic.SmoothEffect("s(x)", at)))
            Assert.Equal(b.Estimate, a.Estimate, 0.05);
    }
}
