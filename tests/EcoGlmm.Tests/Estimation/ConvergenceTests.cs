namespace EcoGlmm.Tests.Estimation;

/// <summary>What <see cref="GlmmFit.Convergence"/> says of fits that are good, and of fits that only look so.</summary>
public sealed class ConvergenceTests
{
    private static FieldData Separated(Func<int, double> y) => new TestData(200).Factor("g", i => i % 3).Factor("site", i => i / 10)
        .Normal("x").Number("y", y).Build();

    private static double Coin(int i) => (i * 7 % 11) % 2;

    [Theory]
    [InlineData("y ~ g + x")]
    [InlineData("y ~ g + x + (1 | site)")]
    public void A_factor_level_that_is_always_one_is_named(string formula)
    {
        var fit = Glmm.Fit(formula, Separated(i => i % 3 == 2 ? 1 : Coin(i)), Family.Binomial());

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        var problem = Assert.Single(fit.Convergence.Problems, p => p.Message.Contains("separation"));
        Assert.Equal("gg002", problem.Parameter);
        Assert.True(fit.FixedEffects["gg002"].StandardError > 100);
        Assert.InRange(fit.FixedEffects["gg001"].StandardError, 0.1, 1);
    }

    [Fact]
    public void A_reference_level_without_counts_is_the_fault_of_the_whole_factor()
    {
        var fit = Glmm.Fit("y ~ g + x + (1 | site)", Separated(i => i % 3 == 0 ? 0 : i % 5), Family.Poisson());

        Assert.Contains(fit.Convergence.Problems, p => p.Parameter == "(Intercept), gg001, gg002");
        Assert.False(fit.Convergence.IsConverged);
    }

    [Fact]
    public void Standard_errors_of_other_coefficients_survive_separation()
    {
        var data = Separated(i => i % 3 == 1 ? 0 : i % 5);
        var all = Glmm.Fit("y ~ g + (1 | site)", data, Family.Poisson());
        var without = Glmm.Fit("y ~ g + (1 | site)", data.Where(r => r.Text("g") != "g001"), Family.Poisson());

        Assert.Equal(without.LogLikelihood, all.LogLikelihood, 1e-5);
        Assert.Equal(without.FixedEffects["gg002"].StandardError, all.FixedEffects["gg002"].StandardError, 1e-3);
    }

    [Fact]
    public void A_prior_cures_separation_and_the_advice_says_so()
    {
        var data = Separated(i => i % 3 == 2 ? 1 : Coin(i));
        var without = Glmm.Fit("y ~ g + x + (1 | site)", data, Family.Binomial());
        var cured = Glmm.Fit("y ~ g + x + (1 | site)", data, Family.Binomial(), new() { Priors = [Prior.Normal(0, 2.5)] });

        Assert.Contains(without.Convergence.Problems, p => p.Advice.Contains("Priors = [Prior.Normal(0, 2.5)]"));
        Assert.True(cured.Convergence.IsConverged);
        Assert.DoesNotContain(cured.Convergence.Problems, p => p.Message.Contains("separation"));
        Assert.InRange(cured.FixedEffects["gg002"].StandardError, 0.3, 3);
    }

    [Fact]
    public void A_level_without_residual_variance_is_named_in_a_dispersion_formula()
    {
        var data = new TestData(200).Factor("g", i => i % 4).Normal("x").Normal("e", i => 0).Build();
        data = data.With("y", data.Numbers("e").Zip(data.Texts("g"), (e, g) => g == "g001" ? 5 : e));
        var fit = Glmm.Fit("y ~ x + g", data, null, new() { Dispersion = "~ g" });

        Assert.False(fit.Convergence.IsConverged);
        Assert.Equal("gg001", Assert.Single(fit.Convergence.Problems).Parameter);
    }

    [Fact]
    public void Offsets_too_far_apart_are_named()
    {
        var data = new TestData(100).Factor("g", i => i / 10).Number("o", i => i % 2 == 0 ? 500 : -500).Count("y", i => 2).Build();
        var fit = Glmm.Fit("y ~ offset(o) + (1 | g)", data, Family.Poisson());

        Assert.False(fit.Convergence.IsConverged);
        Assert.Equal("offset", Assert.Single(fit.Convergence.Problems).Parameter);
    }

    [Fact]
    public void Means_at_the_edge_of_a_link_are_the_only_reason_given()
    {
        var data = new TestData(200).Factor("g", i => i / 10).Number("x", i => i % 2).Count("y", i => 2 * (i % 2)).Build();
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.Poisson(Link.Identity));

        Assert.False(fit.Convergence.IsConverged);
        Assert.Contains("edge", Assert.Single(fit.Convergence.Problems).Message);
    }

    [Fact]
    public void Counts_that_vary_as_little_as_they_can_are_said_to()
    {
        var data = new TestData(200).Normal("x").Number("y", i => 3 + (i * 7 % 11 % 2)).Build();
        var fit = Glmm.Fit("y ~ x", data, Family.ConwayMaxwellPoisson());

        Assert.Contains(fit.Convergence.Problems, p => p.Parameter == "dispersion" && p.Message.Contains("as little as"));
    }

    [Theory]
    [InlineData(1e-8, 0)]
    [InlineData(1, 0)]
    [InlineData(1e8, 0)]
    [InlineData(1, 2000)]
    public void A_steep_but_proper_curve_is_not_separation(double scale, double origin)
    {
        var data = new TestData(41).Number("x", i => origin + (scale * (i - 20))).Number("y", i => i is 19 or >= 21 and not 22
            ? 1 : 0).Build();
        var fit = Glmm.Fit("y ~ x", data, Family.Binomial());

        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        Assert.Empty(fit.Convergence.Problems);
    }

    [Fact]
    public void Complete_separation_names_the_covariate()
    {
        var data = new TestData(40).Number("dose", i => 1e6 * i).Number("y", i => i < 20 ? 0 : 1).Build();
        var fit = Glmm.Fit("y ~ dose", data, Family.Binomial());

        Assert.Contains(fit.Convergence.Problems, p => p.Parameter.Contains("dose") && p.Message.Contains("separation"));
    }

    [Fact]
    public void Zero_inflation_without_excess_zeros_converges_and_says_that_it_is_not_needed()
    {
        var data = new TestData(200).Normal("x").Count("y", _ => 3).Build();
        var plain = Glmm.Fit("y ~ x", data.Where(r => r.Number("y") > 0), Family.Poisson());
        var fit = Glmm.Fit("y ~ x", data.Where(r => r.Number("y") > 0), Family.Poisson(), new GlmmOptions { ZeroInflation = "~ 1" });

        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        Assert.Contains("Leave ZeroInflation out", Assert.Single(fit.Convergence.Problems).Advice);
        Assert.Equal(plain.LogLikelihood, fit.LogLikelihood, 1e-6);
    }

    [Fact]
    public void A_level_without_excess_zeros_is_named()
    {
        var data = new TestData(200).Factor("g", i => i % 2).Number("y", i => i % 2 == 1 && i % 4 == 1 ? 0 : 1 + (i % 5)).Build();
        var fit = Glmm.Fit("y ~ g", data, Family.TruncatedPoisson(), new GlmmOptions { ZeroInflation = "~ g" });

        Assert.Contains(fit.Convergence.Problems, p => p.Message.StartsWith("In the zero inflation (Intercept), gg001",
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nbinom1")]
    [InlineData("nbinom2")]
    public void Underdispersed_counts_make_a_negative_binomial_a_poisson(string family)
    {
        var data = new TestData(200).Normal("x").Number("y", i => 5 + (i % 2)).Build();
        var fit = Glmm.Fit("y ~ x", data, Family.Parse(family));

        Assert.Equal(Glmm.Fit("y ~ x", data, Family.Poisson()).LogLikelihood, fit.LogLikelihood, 1e-6);
        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        Assert.Contains("Family.Poisson()", Assert.Single(fit.Convergence.Problems).Advice);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_variance_of_zero_is_singular_and_named(bool counts)
    {
        var data = new TestData(120).Factor("site", i => i / 10).Number("y", i => 4 + (i % 2)).Build();
        var fit = Glmm.Fit("y ~ 1 + (1 | site)", data, counts ? Family.Poisson() : null);

        Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
        Assert.Equal(0, fit.VarianceComponents[0].StandardDeviation);
        Assert.Contains("(Intercept) between levels of site", Assert.Single(fit.Convergence.Problems).Message);
    }

    [Fact]
    public void Two_factors_that_group_alike_cannot_be_told_apart()
    {
        var data = new TestData(120).Factor("site", i => i / 10).Factor("plot", i => 50 - (i / 10)).Normal("y", i => i / 10 % 4).Build();
        var fit = Glmm.Fit("y ~ 1 + (1 | site) + (1 | plot)", data);

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains("site and plot group the rows in the same way"));
    }

    [Fact]
    public void A_slope_on_zeros_has_no_variance()
    {
        var data = new TestData(120).Factor("site", i => i / 10).Number("z", _ => 0).Normal("y", i => i / 10 % 4).Build();
        var fit = Glmm.Fit("y ~ 1 + (z | site)", data);

        Assert.Equal(Glmm.Fit("y ~ 1 + (1 | site)", data).LogLikelihood, fit.LogLikelihood, 1e-6);
        Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains("z is zero in every row"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_iteration_is_not_convergence(bool counts)
    {
        var data = new TestData(200).Normal("x").Factor("site", i => i / 10).Count("y", i => 1 + (i / 10 % 4)).Build();
        var options = new GlmmOptions { Control = new GlmmControl { MaxIterations = 1 } };
        var fit = Glmm.Fit("y ~ x + (x | site)", data, counts ? Family.Poisson() : null, options);

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains("iteration limit"));
        Assert.Contains("NOT CONVERGED", fit.Convergence.ToString());
    }

    [Fact]
    public void Dyestuff2_is_singular_as_in_lme4()
    {
        var fit = Glmm.Fit("Yield ~ 1 + (1 | Batch)", FieldData.ReadCsv(Path.Combine(RepositoryRoot(), "datasets", "dyestuff2.csv")));

        Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
        Assert.Equal(-81.43651832691287, fit.LogLikelihood, 1e-6);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
