using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

/// <summary>R², repeatability, tests and intervals against performance, lmerTest, lme4 and glmmTMB.</summary>
public sealed class StaplesTests
{
    [Theory]
    [InlineData("sleep", "sleep")]
    [InlineData("oats", "oats additive")]
    [InlineData("cbpp", "cbpp")]
    [InlineData("ticks", "ticks")]
    public void R_squared_is_that_of_performance(string name, string fitted)
    {
        var expected = InferenceReference.Root.GetProperty("r2").GetProperty(name);
        // performance takes exp(intercept) of the null model as the mean.
        var mean = expected.Number("mean");
        var r2 = InferenceReference.Fit(fitted).RSquared(double.IsNaN(mean) ? null : mean);
        var comparison = new Comparison(name);
        comparison.Near("marginal", expected.Number("marginal"), r2.Marginal, 2e-4);
        comparison.Near("conditional", expected.Number("conditional"), r2.Conditional, 2e-4);
        comparison.Near("fixed", expected.Number("fixed"), r2.FixedVariance, 1e-3 * expected.Number("fixed"));
        comparison.Near("random", expected.Number("random"), r2.RandomVariance, 1e-3 * expected.Number("random"));
        comparison.Near("residual", expected.Number("residual"), r2.DistributionVariance + r2.ObservationVariance,
            1e-3 * expected.Number("residual"));
        comparison.Done();
    }

    [Fact]
    public void Repeatability_is_performances_ICC_and_the_correlation_of_simulated_records()
    {
        var fit = InferenceReference.Fit("cbpp");
        var r = fit.Repeatability("herd", simulations: 0);
        Assert.Equal(InferenceReference.Root.GetProperty("r2").GetProperty("cbpp").Number("icc"), r.Latent, 2e-4);

        // Two records of one nest: their correlation over simulated populations.
        var owls = Glmm.Fit("SiblingNegotiation ~ 1 + (1 | Nest)", InferenceReference.Data("owls"), Family.Poisson());
        var simulated = owls.Simulate(6000, 11, SimulationMode.Unconditional);
        var (a, b) = (simulated.Select(s => s[0]).ToArray(), simulated.Select(s => s[1]).ToArray());
        Assert.Equal(owls.Data.Texts("Nest")[0], owls.Data.Texts("Nest")[1]);
        Assert.Equal(Correlation(a, b), owls.Repeatability("Nest", simulations: 0).Observed, 0.04);
        Assert.Throws<GlmmException>(() => owls.Repeatability("Nst", 0));
    }

    [Fact]
    public void Bootstrap_intervals_hold_the_estimate_and_are_the_same_again()
    {
        var fit = Glmm.Fit("Yield ~ 1 + (1 | Batch)", InferenceReference.Data("dyestuff"));
        var r = fit.Repeatability("Batch", simulations: 60);
        Assert.InRange(r.Latent, r.LatentLower, r.LatentUpper);
        Assert.Equal(r.Latent, r.Observed, 1e-6);
        IntervalTable Intervals() => fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 40, seed: 5);
        var (one, two) = (Intervals(), Intervals());
        Assert.Equal(one["sigma"].Lower, two["sigma"].Lower);
        Assert.InRange(fit.Sigma, one["sigma"].Lower, one["sigma"].Upper);
        Assert.Contains("sd_(Intercept)|Batch", one.ToString());
    }

    [Theory]
    [InlineData("sleep")]
    [InlineData("oats")]
    public void Degrees_of_freedom_are_Satterthwaites_of_lmerTest(string name)
    {
        var tests = InferenceReference.Fit(name).CoefficientTests();
        var comparison = new Comparison(name);
        foreach (var row in InferenceReference.Root.GetProperty("satterthwaite").GetProperty(name).EnumerateArray())
        {
            var test = tests[row.Text("name")];
            comparison.Near($"{test.Name} df", row.Number("df"), test.DegreesOfFreedom, 2e-3 * row.Number("df"));
            comparison.Near($"{test.Name} t", row.Number("t"), test.Statistic, 2e-3 * Math.Abs(row.Number("t")));
            comparison.Near($"{test.Name} p", row.Number("p"), test.PValue, 1e-3);
        }

        comparison.Done();
    }

    [Theory]
    [InlineData("cbpp", "cbpp")]
    [InlineData("owls", "owls")]
    [InlineData("random", "sleep ML")]
    public void Likelihood_ratio_tests_are_those_of_drop1(string name, string fitted)
    {
        var tests = InferenceReference.Fit(fitted).LikelihoodRatioTests();
        var comparison = new Comparison(name);
        foreach (var row in InferenceReference.Root.GetProperty("likelihoodRatio").GetProperty(name).EnumerateArray())
        {
            var test = tests[row.Text("name")];
            comparison.Near($"{test.Name} df", row.Number("df"), test.Df, 0);
            comparison.Near($"{test.Name} χ²", row.Number("statistic"), test.Statistic, 1e-4);
            if (row.Number("p") is > 0 and var p) comparison.Near($"{test.Name} p", p, test.PValue, 1e-4 * p);
        }

        comparison.Done();
        Assert.Contains(tests, t => t.Name.StartsWith('(') && t.Note.Contains("boundary"));
    }

    [Fact]
    public void A_variance_at_its_boundary_is_tested_by_a_mixture()
    {
        var data = InferenceReference.Data("sleepstudy");
        var (large, middle, small) = (Glmm.Fit("Reaction ~ Days + (Days | Subject)", data),
            Glmm.Fit("Reaction ~ Days + (1 | Subject)", data),
            Glmm.Fit("Reaction ~ Days", data));
        var tests = Glmm.Compare(("slopes", large), ("intercepts", middle), ("none", small)).LikelihoodRatioTests;
        Assert.Equal(["none in intercepts", "intercepts in slopes"], tests.Select(t => t.Name));
        var statistic = 2 * (large.LogLikelihood - middle.LogLikelihood);
        Assert.Equal(statistic, tests[1].Statistic, 1e-9);
        // ½χ²₁ + ½χ²₂ in closed form: the upper tail of χ²₂ is exp(−x/2).
        var normal = 2 * EcoGlmm.Numerics.SpecialFunctions.NormalCdf(-Math.Sqrt(statistic));
        Assert.Equal(0.5 * (normal + Math.Exp(-statistic / 2)), tests[1].PValue, 1e-12);
        Assert.Contains("boundary", Glmm.Compare(large, middle).ToString());
    }

    [Fact]
    public void Models_that_are_not_nested_are_not_tested()
    {
        var data = InferenceReference.Data("owls");
        var (a, b) = (Glmm.Fit("SiblingNegotiation ~ FoodTreatment + (1 | Nest)", data, Family.Poisson()),
            Glmm.Fit("SiblingNegotiation ~ SexParent + ArrivalTime + (1 | Nest)", data, Family.Poisson()));
        Assert.Empty(Glmm.Compare(a, b).LikelihoodRatioTests);
    }

    [Theory]
    [InlineData("sleep", "sleep")]
    [InlineData("cbpp", "cbpp")]
    [InlineData("owls", "owls food")]
    public void Profile_intervals_are_those_of_R(string name, string fitted)
    {
        var fit = InferenceReference.Fit(fitted);
        var intervals = fit.ConfidenceIntervals(IntervalMethod.Profile);
        var comparison = new Comparison(name);
        foreach (var row in InferenceReference.Root.GetProperty("profile").GetProperty(name).EnumerateArray())
        {
            var interval = intervals[row.Text("name")];
            // R interpolates the profile by a spline.
            var width = row.Number("upper") - row.Number("lower");
            comparison.Near($"{interval.Name} lower", row.Number("lower"), interval.Lower, 3e-3 * width);
            comparison.Near($"{interval.Name} upper", row.Number("upper"), interval.Upper, 3e-3 * width);
        }

        comparison.Done();
    }

    [Fact]
    public void A_profile_that_never_rises_ends_at_the_bound()
    {
        var fit = Glmm.Fit("Yield ~ 1 + (1 | Batch)", InferenceReference.Data("dyestuff2"));
        var interval = fit.ConfidenceIntervals(IntervalMethod.Profile)["sd_(Intercept)|Batch"];
        Assert.Equal(0, interval.Lower);
        Assert.InRange(interval.Upper, 1, 3);
    }

    [Fact]
    public void Repeatability_of_a_linear_model_is_one_number_on_both_scales()
    {
        var fit = InferenceReference.Fit("sleep");
        var repeatability = fit.Repeatability("Subject", simulations: 0);
        Assert.Equal(repeatability.Latent, repeatability.Observed, 1e-12);
    }

    [Fact]
    public void Slopes_and_intercepts_are_explained_in_words()
    {
        var words = InferenceReference.Fit("sleep").ExplainRandomSlopes();
        Assert.Contains("Slopes of Days differ between levels of Subject with a standard deviation of 5.92", words);
        Assert.Contains("same slopes as others", words);
        Assert.Contains("write (x | group)", InferenceReference.Fit("cbpp").ExplainRandomSlopes());

        // With an interaction or a square the coefficient is no average.
        var data = InferenceReference.Fit("sleep").Data.With("half", row => row.Number("Subject") % 2 == 0 ? "a" : "b");
        foreach (var formula in new[] { "Reaction ~ Days * half + (Days | Subject)", "Reaction ~ Days + I(Days^2) + (Days | Subject)" })
        {
            words = Glmm.Fit(formula, data).ExplainRandomSlopes();
            Assert.DoesNotContain("average", words);
        }

        Assert.Contains("about the average of", Glmm.Fit("Reaction ~ within(Days, Subject) + between(Days, half) + (within(Days, Subject) "
            + "| Subject)", data).ExplainRandomSlopes());
    }

    private static double Correlation(double[] a, double[] b)
    {
        var (ma, mb) = (a.Average(), b.Average());
        return a.Zip(b, (x, y) => (x - ma) * (y - mb)).Sum() / Math.Sqrt(a.Sum(x => (x - ma) * (x - ma)) * b.Sum(y => (y - mb) * (y - mb)));
    }
}
