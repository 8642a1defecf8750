using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Inference;

/// <summary>The error of the Laplace approximation against adaptive quadrature, and where that is not possible against integrals.</summary>
public sealed class ApproximationErrorTests
{
    private static readonly Lazy<GlmmFit> s_laplace = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial()));
    private static readonly Lazy<GlmmFit> s_exact = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial(),
        new GlmmOptions { QuadraturePoints = 51 }));

    [Fact]
    public void The_error_and_the_shifts_are_those_of_quadrature()
    {
        var (laplace, exact) = (s_laplace.Value, s_exact.Value);
        var error = laplace.ApproximationError(draws: 1000);
        // At the Laplace estimate, the likelihood by quadrature.
        var sd = laplace.VarianceComponents[0].StandardDeviation;
        var there = Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial(), new GlmmOptions
        {
            QuadraturePoints = 51,
            Fixed = [Parameter.StandardDeviation("g", "(Intercept)", sd), Parameter.Coefficient("x", laplace.FixedEffects["x"].Estimate),
                Parameter.Coefficient("(Intercept)", laplace.FixedEffects["(Intercept)"].Estimate)],
        });
        Assert.Equal(laplace.LogLikelihood - there.LogLikelihood, error.LogLikelihoodError, 3 * error.MonteCarloError);
        // Wide enough apart for the comparison to tell something.
        Assert.True(Math.Abs(error.LogLikelihoodError) > 8 * error.MonteCarloError);
        var shift = exact.VarianceComponents[0].StandardDeviation - sd;
        Assert.True(Math.Abs(shift) > 0.05);
        Assert.Equal(shift, error.Shifts["sd_(Intercept)|g"], 0.03);
        Assert.Equal(exact.FixedEffects["x"].Estimate - laplace.FixedEffects["x"].Estimate, error.Shifts["x"], 0.02);
        Assert.Contains("QuadraturePoints", error.Explain());
        Assert.Equal(error.LogLikelihoodError, laplace.ApproximationError(draws: 1000).LogLikelihoodError);
    }

    [Fact]
    public void Refine_uses_quadrature_where_it_can()
    {
        var refined = s_laplace.Value.Refine();
        Assert.Equal(s_exact.Value.LogLikelihood, refined.LogLikelihood, 2e-3);
        Assert.Equal(s_exact.Value.FixedEffects["x"].Estimate, refined.FixedEffects["x"].Estimate, 0.01);
    }

    [Fact]
    public void Crossed_effects_are_refined_by_simulation()
    {
        // The second factor has two levels that do nothing: the likelihood is that of one factor, and quadrature knows it.
        var data = Binary();
        data = data.With("h", Enumerable.Range(0, data.RowCount).Select(i => i % 2 == 0 ? "a" : "b"));
        var crossed = Glmm.Fit("y ~ x + (1 | g) + (1 | h)", data, Family.Binomial());
        var refined = crossed.Refine(draws: 300);
        Assert.Contains("simulated", refined.ToString());
        var change = refined.VarianceComponents.First(c => c.Group == "g").StandardDeviation - crossed.VarianceComponents.First(c =>
            c.Group == "g").StandardDeviation;
        var wanted = s_exact.Value.VarianceComponents[0].StandardDeviation - s_laplace.Value.VarianceComponents[0].StandardDeviation;
        // All effects are drawn together, so that a few hundred draws overshoot: the direction is right, the size to a factor.
        Assert.InRange(change, 0.4 * wanted, 2.5 * wanted);
    }

    [Fact]
    public void A_linear_model_has_no_error()
    {
        var error = InferenceReference.Fit("sleep").ApproximationError();
        Assert.Equal(0, error.LogLikelihoodError);
        Assert.All(error.Shifts.Values, v => Assert.Equal(0, v));
        Assert.Contains("needs no approximation", error.ToHtml());
        Assert.Same(InferenceReference.Fit("sleep"), InferenceReference.Fit("sleep").Refine());
    }

    [Fact]
    public void Counts_with_much_in_each_group_are_approximated_well()
    {
        var error = InferenceReference.Fit("owls").ApproximationError(draws: 400);
        Assert.InRange(Math.Abs(error.LogLikelihoodError), 0, 0.1);
        Assert.InRange(Math.Abs(error.Shifts["FoodTreatmentSatiated"]), 0,
            0.05 * InferenceReference.Fit("owls").FixedEffects["FoodTreatmentSatiated"].StandardError);
    }

    [Fact]
    public void Percentiles_of_the_bootstrap_are_those_of_normal_estimates()
    {
        // Coefficients of a balanced linear model are normal given the variances: ends of intervals within four Monte Carlo errors of 1,000
        // draws.
        var fit = InferenceReference.Fit("sleep ML");
        var bootstrap = fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 1000, seed: 4);
        foreach (var name in new[] { "(Intercept)", "Days" })
        {
            var (c, i) = (fit.FixedEffects[name], bootstrap[name]);
            Assert.Equal(c.Estimate - (1.96 * c.StandardError), i.Lower, 0.34 * c.StandardError);
            Assert.Equal(c.Estimate + (1.96 * c.StandardError), i.Upper, 0.34 * c.StandardError);
        }

        // σ̂² is close to σ²χ²/ν with 142 degrees of freedom: 180 rows less 36 effects and 2 coefficients.
        var sigma = bootstrap["sigma"];
        Assert.InRange(sigma.Lower, fit.Sigma * Math.Sqrt(1 - (2.6 * Math.Sqrt(2 / 142.0))), fit.Sigma * Math.Sqrt(1
            - (1.5 * Math.Sqrt(2 / 142.0))));
        Assert.InRange(sigma.Upper, fit.Sigma * Math.Sqrt(1 + (1.4 * Math.Sqrt(2 / 142.0))), fit.Sigma * Math.Sqrt(1
            + (2.6 * Math.Sqrt(2 / 142.0))));
    }

    private static FieldData Binary()
    {
        var random = new RandomStream(12);
        var (g, x, y) = (new List<string>(), new List<double>(), new List<double>());
        for (var group = 0; group < 120; group++)
        {
            var b = 2 * random.NextNormal();
            for (var i = 0; i < 4; i++)
            {
                var covariate = random.NextNormal();
                g.Add($"g{group}");
                x.Add(covariate);
                y.Add(random.NextDouble() < 1 / (1 + Math.Exp(-(-0.5 + covariate + b))) ? 1 : 0);
            }
        }

        return FieldData.From(new Dictionary<string, object> { ["g"] = g.ToArray(), ["x"] = x.ToArray(), ["y"] = y.ToArray() });
    }
}
