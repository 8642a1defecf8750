using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

public sealed class InferenceFigureTests
{
    private static readonly FieldData Owls = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "owls.csv"));
    private static readonly FieldData Sleep = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets",
        "sleepstudy.csv"));
    private static readonly Lazy<GlmmFit> Nbinom = new(() => Glmm.Fit("SiblingNegotiation ~ FoodTreatment + SexParent + (1 | Nest)",
        Owls,
        Family.NegativeBinomial2(), new GlmmOptions { ZeroInflation = "~ FoodTreatment" }));

    private static readonly Lazy<GlmmFit> Linear = new(() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Sleep,
        options: new GlmmOptions { Reml = false }));

    [Fact]
    public void Coefficients_are_drawn_part_by_part_as_ratios_on_a_logarithmic_axis()
    {
        var figure = Nbinom.Value.PlotCoefficients(exponentiate: true);
        Assert.Equal(2, figure.Panels.Count);
        var points = (PointTrace)figure.Panels[0].Traces[0];
        Assert.Equal(["SexParentMale", "FoodTreatmentSatiated"], figure.Panels[0].YAxis.Categories!);
        Assert.Equal(AxisScale.Log, figure.Panels[0].XAxis.Scale);
        Assert.Equal(Math.Exp(Nbinom.Value.FixedEffects["FoodTreatmentSatiated"].Estimate), points.X[0], 12);
        Assert.Equal(1, points.Y[0]);
        Assert.Equal(3, Nbinom.Value.PlotCoefficients(intercept: true).Panels[0].YAxis.Categories!.Count);
        Assert.Contains("identity", Assert.Throws<GlmmException>(() => Linear.Value.PlotCoefficients(exponentiate: true)).Message);
    }

    [Fact]
    public void Several_models_stand_side_by_side()
    {
        var poisson = Glmm.Fit("SiblingNegotiation ~ FoodTreatment + (1 | Nest)", Owls, Family.Poisson());
        var figure = Glmm.PlotCoefficients(("Poisson", poisson), ("negative binomial", Nbinom.Value));
        Assert.Equal(["Poisson", "negative binomial"], figure.Panels[0].Traces.Select(t => t.Name!));
        Assert.Single(((PointTrace)figure.Panels[0].Traces[0]).X);
        Assert.Equal(2, ((PointTrace)figure.Panels[0].Traces[1]).X.Count);
        Assert.Throws<GlmmException>(() => Glmm.PlotCoefficients(("a", poisson), ("a", poisson)));
    }

    [Theory]
    [InlineData("Days")]
    [InlineData("sd_(Intercept)|Subject")]
    [InlineData("cor_Days.(Intercept)|Subject")]
    [InlineData("sigma")]
    public void A_profile_crosses_the_quantile_at_the_ends_of_the_profile_interval(string name)
    {
        var interval = Linear.Value.ConfidenceIntervals(IntervalMethod.Profile)[name];
        var profile = Linear.Value.Profile(name);
        Assert.Equal(interval.Lower, profile.Interval.Lower, 1e-6 * Math.Abs(interval.Estimate));
        Assert.Equal(interval.Upper, profile.Interval.Upper, 1e-6 * Math.Abs(interval.Estimate));
        Assert.Equal(profile.Values.Order(), profile.Values);
        Assert.Equal(profile.SignedRoots.Order(), profile.SignedRoots);
        Assert.Contains(profile.Values.Zip(profile.SignedRoots), p => p.First == interval.Estimate && p.Second == 0);
        var z = 1.959963984540054;
        for (var i = 0; i < profile.Values.Count; i++)
            Assert.Equal(profile.Values[i] < interval.Lower || profile.Values[i] > interval.Upper, Math.Abs(profile.SignedRoots[i]) > z);
        Assert.Equal(2, profile.Plot().Panels.Count);
    }

    [Fact]
    public void Profiles_of_nothing_are_refused()
    {
        Assert.Contains("Days", Assert.Throws<GlmmException>(() => Linear.Value.Profile("Day")).Message);
        Assert.Throws<GlmmException>(() => Linear.Value.Profile("Days", level: 95));
    }

    [Fact]
    public void Intervals_of_different_kinds_have_panels_of_their_own()
    {
        var figure = Linear.Value.ConfidenceIntervals(IntervalMethod.Profile).Plot();
        Assert.Equal(["Fixed effects", "Dispersion", "Standard deviations of random effects", "Correlations"],
            figure.Panels.Select(p => p.Title!));
        Assert.Equal(["Days"], figure.Panels[0].YAxis.Categories!);
    }

    [Fact]
    public void A_comparison_is_drawn_from_the_best_model_down()
    {
        var poisson = Glmm.Fit("SiblingNegotiation ~ FoodTreatment + (1 | Nest)", Owls, Family.Poisson());
        var figure = Glmm.Compare(poisson, Nbinom.Value).Plot();
        var heads = (PointTrace)figure.Panels[0].Traces[1];
        Assert.Equal(0, heads.X[0]);
        Assert.Equal(poisson.Aic - Nbinom.Value.Aic, heads.X[1], 6);
        Assert.Equal([1.0, 0.0], heads.Y);
    }
}
