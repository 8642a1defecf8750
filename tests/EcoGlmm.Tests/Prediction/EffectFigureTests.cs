using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Prediction;

public sealed class EffectFigureTests
{
    [Fact]
    public void A_curve_is_the_prediction_of_the_typical_level()
    {
        var fit = InferenceReference.Fit("slopes");
        var figure = fit.PlotEffect("DOY", by: "mined");
        var curves = figure.Panels[0].Traces.OfType<LineTrace>().ToArray();
        Assert.Equal(["mined no", "mined yes"], curves.Select(c => c.Name));
        var rows = FieldData.From(new Dictionary<string, object> { ["DOY"] = curves[1].X.ToArray(), ["mined"] = curves[1].X.Select(_ =>
            "yes").ToArray() });
        var predicted = fit.Predict(rows, randomEffects: RandomEffectsUse.Population);
        for (var i = 0; i < curves[1].X.Count; i++)
        {
            Assert.Equal(predicted.Estimate[i], curves[1].Y[i], 1e-10);
            Assert.Equal(predicted.Lower[i], curves[1].Lower![i], 1e-9);
        }

        Assert.Equal(fit.ObservationCount, figure.Panels[0].Traces.OfType<PointTrace>().Sum(t => t.X.Count));
    }

    [Fact]
    public void By_a_grouping_factor_each_level_has_the_curve_of_its_conditional_means()
    {
        var sleep = FieldData.ReadCsv(Path.Combine(Reference.ReferenceFit.RepositoryFolder, "datasets", "sleepstudy.csv"));
        var fit = Glmm.Fit("Reaction ~ Days + (Days | Subject)", sleep);
        var figure = fit.PlotEffect("Days", by: "Subject");
        var curves = figure.Panels[0].Traces.OfType<LineTrace>().ToArray();
        Assert.Equal(19, curves.Length);
        var curve = curves.Single(c => c.Name == "Subject 308");
        var modes = fit.RandomEffects["Subject"];
        var (intercept, slope) = (fit.FixedEffects["(Intercept)"].Estimate + modes["308", "(Intercept)"].Mode,
            fit.FixedEffects["Days"].Estimate + modes["308", "Days"].Mode);
        for (var i = 0; i < curve.X.Count; i++) Assert.Equal(intercept + (slope * curve.X[i]), curve.Y[i], 1e-8);
        var typical = curves.Single(c => c.Name == "Typical Subject");
        Assert.Equal(fit.FixedEffects["(Intercept)"].Estimate, typical.Y[0], 1e-8);
        Assert.NotNull(typical.Lower);
    }

    [Fact]
    public void A_covariate_that_each_level_has_one_value_of_stays_at_it()
    {
        var ticks = FieldData.ReadCsv(Path.Combine(Reference.ReferenceFit.RepositoryFolder, "datasets", "grouseticks.csv"))
            .AsFactor("YEAR").AsFactor("BROOD").AsFactor("LOCATION").With("x", Enumerable.Range(0, 403).Select(i => (i % 3) - 1.0));
        var fit = Glmm.Fit("TICKS ~ x + cHEIGHT + (1 | BROOD)", ticks, Family.Poisson());
        var figure = fit.PlotEffect("x", by: "BROOD");
        var curve = figure.Panels[0].Traces.OfType<LineTrace>().First(t => t.Name == "BROOD 501");
        var row = Enumerable.Range(0, ticks.RowCount).First(i => ticks.Texts("BROOD")[i] == "501");
        var eta = fit.FixedEffects["(Intercept)"].Estimate + (fit.FixedEffects["x"].Estimate * curve.X[0])
            + (fit.FixedEffects["cHEIGHT"].Estimate * ticks.Numbers("cHEIGHT")[row])
            + fit.RandomEffects["BROOD"]["501", "(Intercept)"].Mode;
        Assert.Equal(Math.Exp(eta), curve.Y[0], 1e-8);
        Assert.Contains("cHEIGHT as each level has it", figure.Subtitle);
    }

    [Fact]
    public void Standardised_means_have_a_picture_with_their_differences()
    {
        var means = InferenceReference.Fit("salamanders").Standardise("mined");
        var panels = means.Plot().Panels;
        Assert.Equal(means.Select(m => m.Estimate), panels[0].Traces.OfType<PointTrace>().Single().X);
        Assert.Equal(means.Effects.Select(e => e.Lower), panels[1].Traces.OfType<PointTrace>().Single().XLower);
    }

    [Fact]
    public void Other_factors_of_a_level_are_those_it_has()
    {
        var fit = InferenceReference.Fit("salamanders");
        var traces = fit.PlotEffect("mined", by: "site").Panels[0].Traces.OfType<LineTrace>().ToArray();
        Assert.All(traces.Where(t => t.Name != "Typical site"), t => Assert.Single(t.X));
    }

    [Fact]
    public void Levels_of_a_factor_are_averaged_over_the_population_with_zero_inflation()
    {
        var fit = InferenceReference.Fit("salamanders");
        var points = fit.PlotEffect("mined", randomEffects: RandomEffectsUse.Averaged,
            showData: false).Panels[0].Traces.OfType<PointTrace>().Single();
        var data = fit.Data;
        double Expected(string mined) => data.Texts("spp").GroupBy(s => s).Sum(g => g.Count() / (double)data.RowCount * fit.Predict(
            FieldData.From(new Dictionary<string, object> { ["mined"] = new[] { mined }, ["spp"] = new[] { g.Key! },
                ["DOY"] = new[] { data.Numbers("DOY").Average() } }),
            randomEffects: RandomEffectsUse.Averaged).Estimate[0]);
        Assert.Equal(Expected("no"), points.Y[0], 1e-9);
        Assert.Equal(Expected("yes"), points.Y[1], 1e-9);
    }

    [Fact]
    public void Without_pooling_each_level_has_the_mean_of_its_own_rows()
    {
        var fit = Glmm.Fit("Yield ~ 1 + (1 | Batch)", InferenceReference.Data("dyestuff"));
        var raw = fit.PlotRandomEffects("Batch").Panels[0].Traces.OfType<PointTrace>().First(t => t.Name!.StartsWith("Own"));
        var (batches, yields) = (fit.Data.Texts("Batch"), fit.Data.Numbers("Yield"));
        var expected = batches.Zip(yields).GroupBy(r => r.First).Select(g => g.Average(r => r.Second) - fit.FixedEffects[0].Estimate)
            .Order();
        Assert.Equal(expected.Select(v => Math.Round(v, 6)), raw.X.Order().Select(v => Math.Round(v, 6)));
    }

    [Fact]
    public void Raw_slopes_are_those_of_each_level_by_itself_and_what_is_infinite_is_left_out()
    {
        var fit = InferenceReference.Fit("sleep");
        var raw = fit.PlotRandomEffects("Subject").Panels[1].Traces.OfType<PointTrace>().First(t => t.Name!.StartsWith("Own"));
        var own = Glmm.Fit("Reaction ~ Days", fit.Data.Where(row => row.Text("Subject") == "308"));
        var at = raw.Text!.Select((t, i) => (t, i)).Single(t => t.t.Contains("Subject 308")).i;
        Assert.Equal(own.FixedEffects["Days"].Estimate - fit.FixedEffects["Days"].Estimate, raw.X[at], 1e-6);

        // Nothing was seen at the first site: its own estimate is minus infinity.
        var rows = Enumerable.Range(0, 60).Select(i => new { site = "s" + (i % 6), count = i % 6 == 0 ? 0 : (i * 7 % 5) + (i % 6) })
            .ToArray();
        var sites = Glmm.Fit("count ~ 1 + (1 | site)", rows, Family.Poisson()).PlotRandomEffects("site").Panels[0].Traces
            .OfType<PointTrace>().First(t => t.Name!.StartsWith("Own"));
        Assert.Single(sites.X, double.IsNaN);
        Assert.Contains("not to be estimated", sites.Text![sites.X.ToList().FindIndex(double.IsNaN)]);
    }
}
