using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Inference;

/// <summary>The error of the Laplace approximation against adaptive quadrature, and where that is not possible against integrals.</summary>
public sealed class ApproximationErrorTests
{
    private static readonly Lazy<GlmmFit> Laplace = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial()));
    private static readonly Lazy<GlmmFit> Exact = new(() => Glmm.Fit("y ~ x + (1 | g)", Binary(), Family.Binomial(),
        new GlmmOptions { QuadraturePoints = 51 }));

    [Fact]
    public void The_error_and_the_shifts_are_those_of_quadrature()
    {
        var (laplace, exact) = (Laplace.Value, Exact.Value);
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
        var refined = Laplace.Value.Refine();
        Assert.Equal(Exact.Value.LogLikelihood, refined.LogLikelihood, 2e-3);
        Assert.Equal(Exact.Value.FixedEffects["x"].Estimate, refined.FixedEffects["x"].Estimate, 0.01);
    }

    [Fact]
    public void Crossed_effects_are_refined_by_simulation()
    {
        // The second factor has two levels that do nothing: the likelihood is that of one factor, and quadrature knows it.
        var crossed = Glmm.Fit("y ~ x + (1 | g) + (1 | h)", Binary(), Family.Binomial());
        var refined = crossed.Refine(draws: 300);
        Assert.Contains("simulated", refined.ToString());
        Assert.Equal(Exact.Value.VarianceComponents[0].StandardDeviation, DeviationOf(refined, "g"), 0.02);
        Assert.InRange(DeviationOf(refined, "h"), 0, 0.05);
        foreach (var name in new[] { "(Intercept)", "x" })
        {
            var (exact, found) = (Exact.Value.FixedEffects[name], refined.FixedEffects[name]);
            Assert.Equal(exact.Estimate, found.Estimate, 0.03 * exact.StandardError);
            Assert.Equal(exact.StandardError, found.StandardError, 0.03 * exact.StandardError);
        }

        Assert.Equal(Exact.Value.LogLikelihood, refined.LogLikelihood, 0.15);
        Assert.Equal(refined.LogLikelihood, crossed.Refine(draws: 300).LogLikelihood);
    }

    [Fact]
    public void The_error_of_crossed_effects_is_that_of_an_integral_over_all_of_them()
    {
        var data = Binary(groups: 60, rows: 6, other: 1, seed: 5);
        var crossed = Glmm.Fit("y ~ x + (1 | g) + (1 | h)", data, Family.Binomial());
        var error = crossed.ApproximationError(draws: 1000);
        Assert.Equal(crossed.LogLikelihood - Integral(data, crossed), error.LogLikelihoodError, Math.Max(0.06, 4 * error.MonteCarloError));
        Assert.True(error.MonteCarloError < 0.03);
        Assert.InRange(error.LogLikelihoodError, -1.0, -0.5);
        Assert.True(error.EffectiveDraws > 100);
        // The maximum of the integral, found by a search over its four arguments with 81 nodes an effect and 41 a level of h.
        Assert.Equal(1.2842, DeviationOf(crossed, "g") + error.Shifts["sd_(Intercept)|g"], 0.01);
        Assert.Equal(1.1985, DeviationOf(crossed, "h") + error.Shifts["sd_(Intercept)|h"], 0.03);
        Assert.Equal(0.9279, crossed.FixedEffects["x"].Estimate + error.Shifts["x"], 0.005);
        Assert.Contains("fit.Refine()", error.Explain());
    }

    [Fact]
    public void A_standard_deviation_overstated_threefold_is_told()
    {
        // As the muscatine study: three answers each, most of them the same three times, so that Laplace takes sd to where only these are.
        var data = Binary(groups: 600, rows: 3, deviation: 4.5, intercept: -3.5, slope: 0.3, seed: 3);
        var laplace = Glmm.Fit("y ~ x + (1 | g)", data, Family.Binomial());
        var error = laplace.ApproximationError(draws: 300);
        var exact = Glmm.Fit("y ~ x + (1 | g)", data, Family.Binomial(), new GlmmOptions { QuadraturePoints = 51 });
        var (before, wanted) = (laplace.VarianceComponents[0].StandardDeviation, exact.VarianceComponents[0].StandardDeviation);
        Assert.True(before > 2 * wanted);
        Assert.Equal(wanted, before + error.Shifts["sd_(Intercept)|g"], 0.1);
        Assert.Equal(exact.FixedEffects["x"].Estimate, laplace.FixedEffects["x"].Estimate + error.Shifts["x"], 0.1
            * exact.FixedEffects["x"].StandardError);
        Assert.Contains("QuadraturePoints = 25", error.Explain());
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

    private static double DeviationOf(GlmmFit fit, string group) => fit.VarianceComponents.First(c => c.Group == group).StandardDeviation;

    /// <summary>log L of a crossed binary model at its estimates: even nodes over both levels of h, and over each of g's given
    /// these.</summary>
    private static double Integral(FieldData data, GlmmFit fit)
    {
        var (y, x) = (data.Numbers("y"), data.Numbers("x"));
        var rows = Enumerable.Range(0, y.Length).GroupBy(i => data.Texts("g")[i]).Select(g => g.ToArray()).ToArray();
        var fixedPart = x.Select(v => fit.FixedEffects["(Intercept)"].Estimate + (fit.FixedEffects["x"].Estimate * v)).ToArray();
        var second = data.Texts("h").Select(h => h == "h0" ? 0 : 1).ToArray();
        var (outer, inner) = (Even(29), Even(61));
        var (sdG, sdH) = (DeviationOf(fit, "g"), DeviationOf(fit, "h"));
        var logs = new List<double>();
        foreach (var a in outer)
        {
            foreach (var b in outer)
            {
                double[] h = [sdH * a.Node, sdH * b.Node];
                var sum = Math.Log(a.Weight * b.Weight);
                foreach (var group in rows)
                {
                    sum += Math.Log(inner.Sum(n => n.Weight * group.Aggregate(1.0, (p, i) =>
                        p / (1 + Math.Exp((1 - (2 * y[i])) * (fixedPart[i] + h[second[i]] + (sdG * n.Node)))))));
                }

                logs.Add(sum);
            }
        }

        return logs.Max() + Math.Log(logs.Sum(v => Math.Exp(v - logs.Max())));
    }

    private static (double Node, double Weight)[] Even(int count) => [.. Enumerable.Range(0, count)
        .Select(k => -6.5 + (13.0 * k / (count - 1))).Select(z => (z, 13.0 / (count - 1) * Math.Exp(-0.5 * z * z)
            / Math.Sqrt(2 * Math.PI)))];

    private static FieldData Binary(int groups = 120, int rows = 4, double deviation = 2, double intercept = -0.5, double slope = 1,
        double other = 0, long seed = 12)
    {
        var random = new RandomStream(seed);
        var (g, h, x, y) = (new List<string>(), new List<string>(), new List<double>(), new List<double>());
        double[] second = other == 0 ? [0, 0] : [other * random.NextNormal(), other * random.NextNormal()];
        for (var group = 0; group < groups; group++)
        {
            var b = deviation * random.NextNormal();
            for (var i = 0; i < rows; i++)
            {
                var covariate = random.NextNormal();
                var level = g.Count % 2;
                g.Add($"g{group}");
                h.Add($"h{level}");
                x.Add(covariate);
                y.Add(random.NextDouble() < 1 / (1 + Math.Exp(-(intercept + (slope * covariate) + b + second[level]))) ? 1 : 0);
            }
        }

        return FieldData.From(new Dictionary<string, object>
        {
            ["g"] = g.ToArray(), ["h"] = h.ToArray(), ["x"] = x.ToArray(), ["y"] = y.ToArray(),
        });
    }
}
