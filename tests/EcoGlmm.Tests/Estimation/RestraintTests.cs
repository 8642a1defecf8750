namespace EcoGlmm.Tests.Estimation;

/// <summary>Parameters held at a value and priors: what is shown, what is refused, and what must hold between fits.</summary>
public sealed class RestraintTests
{
    private static FieldData Data() => new TestData(240).Factor("site", i => i / 8).Factor("g", i => i % 3).Normal("x")
        .Normal("y", i => (i / 8 % 5) + (0.2 * (i % 3))).Count("n", i => 1.5 + (i / 8 % 3)).Build();

    [Fact]
    public void Holding_every_parameter_at_its_estimate_changes_nothing()
    {
        var data = Data();
        var free = Glmm.Fit("n ~ x + (x | site)", data, Family.NegativeBinomial2());
        var sd = free.VarianceComponents;

        var held = Glmm.Fit("n ~ x + (x | site)", data, Family.NegativeBinomial2(), new()
        {
            Fixed =
            [
                Parameter.Coefficient("x", free.FixedEffects["x"].Estimate), Parameter.Dispersion(free.Sigma),
                Parameter.StandardDeviation("site", "(Intercept)", sd[0].StandardDeviation), Parameter.StandardDeviation("site", "x",
                    sd[1].StandardDeviation),
                Parameter.Correlation("site", "x", "(Intercept)", Math.Clamp(sd[2].Correlation, -0.9999, 0.9999)),
            ],
        });

        Assert.Equal(free.LogLikelihood, held.LogLikelihood, 1e-3);
        Assert.Equal(free.FixedEffects[0].Estimate, held.FixedEffects[0].Estimate, 1e-3);
        Assert.Equal(1, held.ParameterCount);
        Assert.Equal(free.Sigma, held.Sigma, 1e-9);
    }

    [Fact]
    public void What_is_held_is_shown_as_fixed()
    {
        var fit = Glmm.Fit("y ~ x + g + (1 | site)", Data(), null,
            new() { Fixed = [Parameter.Coefficient("x", 0.25), Parameter.StandardDeviation("site", "(Intercept)", 1.5)] });

        var x = fit.FixedEffects["x"];
        Assert.True(x.IsFixed);
        Assert.Equal(0.25, x.Estimate);
        Assert.True(double.IsNaN(x.StandardError));
        Assert.False(fit.FixedEffects["gg001"].IsFixed);
        Assert.True(fit.VarianceComponents[0].IsFixed);
        Assert.Equal(1.5, fit.VarianceComponents[0].StandardDeviation, 1e-12);
        Assert.Equal(4, fit.ParameterCount);
        Assert.Contains("fixed", fit.FixedEffects.ToString());
        Assert.Contains("2 parameters held", fit.ToString());
        Assert.Contains("(fixed)", fit.VarianceComponents.ToString());
        Assert.Contains("\"fixed\":true", fit.ToJson().Replace(" ", ""));
        Assert.Equal(3, fit.Covariance.GetLength(0));
    }

    [Fact]
    public void Predictions_and_simulations_count_a_held_coefficient_in()
    {
        var data = Data();
        var fit = Glmm.Fit("y ~ x + (1 | site)", data, null, new() { Fixed = [Parameter.Coefficient("x", 2)] });
        var moved = data.With("x", data.Numbers("x").Select(x => x + 1));

        var (here, there) = (fit.Predict(data), fit.Predict(moved));

        Assert.All(here.Estimate.Zip(there.Estimate), p => Assert.Equal(2, p.Second - p.First, 1e-9));
        Assert.All(here.StandardError.Zip(there.StandardError), p => Assert.Equal(p.First, p.Second, 1e-9));
        Assert.Equal(fit.Fitted(), here.Estimate);
        var mean = fit.Simulate(400, 1).Select(s => s[0]).Average();
        Assert.InRange(mean, fit.Fitted()[0] - 0.3, fit.Fitted()[0] + 0.3);
    }

    [Fact]
    public void A_held_coefficient_is_an_offset()
    {
        var data = Data();
        data = data.With("o", data.Numbers("x").Select(x => 0.7 * x));
        foreach (var reml in new[] { false, true })
        {
            var held = Glmm.Fit("y ~ x + g + (1 | site)", data, null, new() { Reml = reml, Fixed = [Parameter.Coefficient("x", 0.7)] });
            var offset = Glmm.Fit("y ~ g + (1 | site)", data, null, new() { Reml = reml, Offset = "o" });
            Assert.Equal(offset.LogLikelihood, held.LogLikelihood, 1e-9);
            Assert.Equal(offset.FixedEffects["gg001"].StandardError, held.FixedEffects["gg001"].StandardError, 1e-9);
        }
    }

    [Fact]
    public void A_parameter_of_the_family_can_be_held()
    {
        var fit = Glmm.Fit("y ~ x + (1 | site)", Data(), Family.StudentT(), new() { Fixed = [Parameter.Family("df", 4)] });

        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(4, fit.FamilyParameters["df"], 1e-9);
        Assert.Equal(4, fit.ParameterCount);
    }

    [Fact]
    public void A_standard_deviation_of_zero_is_the_model_without_the_term()
    {
        var data = Data();
        var held = Glmm.Fit("n ~ x + (1 | site)", data, Family.Poisson(),
            new() { Fixed = [Parameter.StandardDeviation("site", "(Intercept)", 0)] });
        var without = Glmm.Fit("n ~ x", data, Family.Poisson());

        Assert.Equal(ConvergenceStatus.Converged, held.Convergence.Status);
        Assert.Empty(held.Convergence.Problems);
        Assert.Equal(without.LogLikelihood, held.LogLikelihood, 1e-8);
        Assert.Equal(without.ParameterCount, held.ParameterCount);
        Assert.Equal(without.FixedEffects["x"].StandardError, held.FixedEffects["x"].StandardError, 1e-6);
    }

    [Fact]
    public void A_wide_prior_changes_nothing_and_a_narrow_one_decides()
    {
        var data = Data();
        var free = Glmm.Fit("n ~ x + g + (1 | site)", data, Family.Poisson());
        var wide = Glmm.Fit("n ~ x + g + (1 | site)", data, Family.Poisson(), new() { Priors = [Prior.Normal(0, 1e4)] });
        var narrow = Glmm.Fit("n ~ x + g + (1 | site)", data, Family.Poisson(), new() { Priors = [Prior.Normal(1, 1e-4).On("x")] });

        Assert.Equal(free.LogLikelihood, wide.LogLikelihood, 1e-6);
        Assert.Equal(free.FixedEffects["x"].StandardError, wide.FixedEffects["x"].StandardError, 1e-5);
        Assert.Equal(1, narrow.FixedEffects["x"].Estimate, 1e-3);
        Assert.Equal(1e-4, narrow.FixedEffects["x"].StandardError, 1e-6);
        Assert.True(free.LogLikelihood > narrow.LogLikelihood);
    }

    [Fact]
    public void Correlations_with_a_strong_LKJ_prior_go_to_zero()
    {
        var data = Data();
        var fit = Glmm.Fit("y ~ x + (x | site)", data, null, new() { Priors = [Prior.Lkj(1e5, "site")] });
        var without = Glmm.Fit("y ~ x + (x || site)", data);

        Assert.Equal(0, fit.VarianceComponents.Single(v => v.Term2 is not null).Correlation, 1e-2);
        Assert.Equal(without.LogLikelihood, fit.LogLikelihood, 1e-2);
    }

    [Fact]
    public void What_cannot_be_held_is_refused_with_what_could_be_meant()
    {
        void Refused(string expected, GlmmOptions options, Family? family = null) =>
            Assert.Contains(expected, Assert.Throws<GlmmException>(() => Glmm.Fit("n ~ x + g + (x | site)", Data(), family,
                options)).Message);

        Refused("did you mean \"gg001\"", new() { Fixed = [Parameter.Coefficient("gg01", 0)] });
        Refused("did you mean \"site\"", new() { Fixed = [Parameter.StandardDeviation("sites", "(Intercept)", 1)] });
        Refused("(Intercept), x", new() { Fixed = [Parameter.StandardDeviation("site", "z", 1)] });
        Refused("twice", new() { Fixed = [Parameter.Coefficient("x", 0), Parameter.Coefficient("x", 1)] });
        Refused("no dispersion", new() { Fixed = [Parameter.Dispersion(1)] }, Family.Poisson());
        Refused("no zero inflation", new() { Fixed = [Parameter.Coefficient("x", 0, ModelPart.ZeroInflation)] });
        Refused("no parameter \"df\"", new() { Fixed = [Parameter.Family("df", 3)] });
        Refused("did you mean \"gg002\"", new() { Priors = [Prior.Normal(0, 1).On("gg0002")] });
        Refused("no random term of \"plot\"", new() { Priors = [Prior.Gamma(1, 2).OnStandardDeviations("plot")] });
        Refused("for standard deviations", new() { Priors = [Prior.Gamma(1, 2)] });
        Refused("averages over the fixed effects", new() { Reml = true, Priors = [Prior.Normal(0, 1)] });
        Assert.Throws<GlmmException>(() => Parameter.Correlation("site", "a", "b", 1.2));
        Assert.Throws<GlmmException>(() => Prior.Normal(0, -1));
    }
}
