using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Inference;

/// <summary>The error of the Laplace approximation against adaptive quadrature, and where that is not possible against integrals.</summary>
public sealed class ApproximationErrorTests
{
    private static readonly Lazy<GlmmFit> s_laplace = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial()));
    private static readonly Lazy<GlmmFit> s_exact = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial(), new GlmmOptions { QuadraturePoints = 51 }));

    [Fact]
    public void The_error_and_the_shifts_are_those_of_quadrature()
    {
        var (laplace, exact) = (s_laplace.Value, s_exact.Value);
        var error = laplace.ApproximationError(draws: 150);
        // At the Laplace estimate, the likelihood by quadrature.
        var sd = laplace.VarianceComponents[0].StandardDeviation;
        var there = Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial(), new GlmmOptions
        {
            QuadraturePoints = 51,
            Fixed = [Parameter.StandardDeviation("g", "(Intercept)", sd), Parameter.Coefficient("x", laplace.FixedEffects["x"].Estimate),
                Parameter.Coefficient("(Intercept)", laplace.FixedEffects["(Intercept)"].Estimate)],
        });
        Assert.Equal(laplace.LogLikelihood - there.LogLikelihood, error.LogLikelihoodError, 5 * error.MonteCarloError);
        Assert.InRange(error.MonteCarloError, 0, 0.2);
        var shift = exact.VarianceComponents[0].StandardDeviation - sd;
        Assert.True(Math.Abs(shift) > 0.05);
        Assert.Equal(shift, error.Shifts["sd_(Intercept)|g"], 0.08);
        Assert.Equal(exact.FixedEffects["x"].Estimate - laplace.FixedEffects["x"].Estimate, error.Shifts["x"], 0.06);
        Assert.Contains("QuadraturePoints", error.Explain());
        Assert.Equal(error.LogLikelihoodError, laplace.ApproximationError(draws: 150).LogLikelihoodError);
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
        var refined = crossed.Refine(draws: 100);
        Assert.Contains("simulated", refined.ToString());
        var change = refined.VarianceComponents.First(c => c.Group == "g").StandardDeviation - crossed.VarianceComponents.First(c => c.Group == "g").StandardDeviation;
        Assert.True(change > 0, $"moved by {change}");
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
        var error = InferenceReference.Fit("owls").ApproximationError(draws: 50);
        Assert.InRange(Math.Abs(error.LogLikelihoodError), 0, 0.5);
        Assert.InRange(Math.Abs(error.Shifts["FoodTreatmentSatiated"]), 0, 0.2 * InferenceReference.Fit("owls").FixedEffects["FoodTreatmentSatiated"].StandardError);
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
