namespace EcoGlmm.Tests.Estimation;

/// <summary>Models that break estimators: each must end, soon, in a good fit or in a stated reason.</summary>
public sealed class HostileModelTests
{
    private static FieldData Slopes(double scale, double origin = 0) => new TestData(200)
        .Number("x", i => scale * (origin + (i % 10))).Factor("g", i => i / 10)
        .Normal("y", i => (i / 10 % 5) + (0.3 * (i / 10 % 3) * (i % 10)))
        .Count("n", i => Math.Exp((0.3 * (i / 10 % 5)) + (0.05 * (i / 10 % 3) * (i % 10)))).Build();

    public static TheoryData<double, double> Scales => new() { { 1e-8, 0 }, { 1e8, 0 }, { 1, 2000 }, { 1e-3, 2000 } };

    [Theory]
    [MemberData(nameof(Scales))]
    public void Units_and_origin_of_a_random_slope_do_not_matter(double scale, double origin)
    {
        foreach (var (formula, family) in new[] { ("y ~ x + (x | g)", Family.Gaussian()), ("n ~ x + (x | g)", Family.Poisson()) })
        {
            var plain = Glmm.Fit(formula, Slopes(1), family);
            var scaled = Glmm.Fit(formula, Slopes(scale, origin), family);

            Assert.Equal(ConvergenceStatus.Converged, plain.Convergence.Status);
            Assert.Equal(ConvergenceStatus.Converged, scaled.Convergence.Status);
            Assert.Equal(plain.LogLikelihood, scaled.LogLikelihood, 1e-6);
            Assert.Equal(plain.VarianceComponents[1].StandardDeviation, scaled.VarianceComponents[1].StandardDeviation * scale, 1e-4);
            Assert.Equal(plain.FixedEffects["x"].StandardError, scaled.FixedEffects["x"].StandardError * scale, 1e-4);
            Assert.Equal(plain.Fitted()[17], scaled.Fitted()[17], 1e-3);
            Assert.Equal(plain.Predict().StandardError[17], scaled.Predict().StandardError[17], 1e-3);
            Assert.Equal(plain.RandomEffects["g"]["g003", "x"].Mode, scaled.RandomEffects["g"]["g003", "x"].Mode * scale, 1e-4);
            Assert.Equal(plain.RandomEffects["g"]["g003", "x"].StandardDeviation, scaled.RandomEffects["g"]["g003", "x"].StandardDeviation
                * scale, 1e-4);
        }
    }

    [Theory]
    [InlineData(1e-8)]
    [InlineData(1e8)]
    public void Units_of_the_response_do_not_matter(double scale)
    {
        FieldData Data(double s) => new TestData(200).Number("x", i => i % 10).Factor("g", i => i / 10)
            .Normal("e").Build() is var d ? d.With("y", d.Numbers("e").Select((e, i) => s * (e + (i / 10 % 5)))) : d;
        var options = new GlmmOptions { Dispersion = "~ x" };
        var plain = Glmm.Fit("y ~ x + (1 | g)", Data(1), null, options);
        var scaled = Glmm.Fit("y ~ x + (1 | g)", Data(scale), null, options);

        Assert.Equal(ConvergenceStatus.Converged, scaled.Convergence.Status);
        Assert.Equal(plain.LogLikelihood - (200 * Math.Log(scale)), scaled.LogLikelihood, 1e-4);
    }

    [Theory]
    [InlineData("gaussian", 5)]
    [InlineData("gaussian", 0)]
    [InlineData("poisson", 0)]
    [InlineData("binomial", 1)]
    [InlineData("nbinom2", 0)]
    [InlineData("nbinom1", 0)]
    [InlineData("Gamma", 2)]
    [InlineData("beta", 0.5)]
    public void A_constant_response_is_said_to_be_one(string family, double value)
    {
        var data = new TestData(30).Normal("x").Factor("g", i => i / 5).Number("y", _ => value).Build();
        foreach (var formula in new[] { "y ~ x", "y ~ x + (1 | g)" })
        {
            var fit = Glmm.Fit(formula, data, Family.Parse(family));
            Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
            Assert.Contains(fit.Convergence.Problems, p => p.Message.StartsWith("The response is the same in every row",
                StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("y ~ a + b + c + d + e")]
    [InlineData("y ~ f")]
    [InlineData("y ~ f + (1 | g)")]
    public void A_perfect_fit_has_no_likelihood(string formula)
    {
        var data = new TestData(5).Normal("a").Normal("b").Normal("c").Normal("d").Normal("e").Normal("y")
            .Factor("f", i => i).Factor("g", i => i / 2).Build();
        var fit = Glmm.Fit(formula, data);

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.True(double.IsNaN(fit.LogLikelihood));
        Assert.Contains("fits the response perfectly", fit.Convergence.ToString());
    }

    [Fact]
    public void A_line_search_that_fails_does_not_end_in_a_matrix_without_factors()
    {
        // Indicators of the levels themselves: each level has one effect that meets data, and correlations are of nothing.
        var data = new TestData(24).Factor("f", i => i % 3).Number("n", i => i * i % 7).Build();

        var fit = Glmm.Fit("n ~ cs(0 + f | f)", data);

        Assert.True(fit.Convergence.IsConverged || fit.Convergence.Problems.Count > 0);
    }

    [Theory]
    [InlineData("binomial", "ar1(0 + factor(t) | g)", false)]
    [InlineData("binomial", "ou(0 + t | g)", true)]
    [InlineData("compois", "(1 | g)", true)]
    [InlineData("truncated_genpois", "(1 | g)", true)]
    [InlineData("binomial", "hetar1(0 + factor(day) | one)", false)]
    public void A_search_that_leads_nowhere_is_given_up_after_a_counted_effort(string family, string term, bool isPerfect)
    {
        var data = new TestData(100).Normal("x").Factor("g", i => i / 10).Number("t", i => i % 10).Factor("one", _ => 1)
            .Number("day", i => i).Build();
        var x = data.Numbers("x");
        data = data.With("y", row => family == "binomial" ? (isPerfect ? row.Index / 10 % 2 : x[row.Index] > 0.3 ? 1 : 0)
            : 1 + (row.Index / 10));

        var fit = Glmm.Fit($"y ~ x + {term}", data, Family.Parse(family));

        Assert.InRange(fit.Estimate.FamilyPasses, 1, 12_000);
        Assert.True(fit.Convergence.Status == ConvergenceStatus.Converged || fit.Convergence.Problems.Count > 0);
        Assert.False(fit.LogLikelihood > 1e-6);
    }

    [Fact]
    public void Series_that_grow_long_are_given_up_after_a_counted_effort()
    {
        const double huge = 1e9;
        var data = new TestData(40).Normal("x").Factor("g", i => i / 8).Count("y", i => 2 + (i % 5)).Build();
        data = data.With("y", data.Numbers("y").Select((y, i) => i == 17 ? huge : y + 1));
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.ConwayMaxwellPoisson());

        Assert.InRange(fit.Estimate.SeriesTerms, 1, 200_000_000);
        Assert.True(fit.Convergence.Status == ConvergenceStatus.Converged || fit.Convergence.Problems.Count > 0);
        Assert.False(fit.LogLikelihood > 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1e6)]
    public void Reweighted_least_squares_that_run_away_leave_a_start(double unit)
    {
        var (family, random) = (Family.InverseGaussian(Link.Log), new EcoGlmm.Numerics.RandomStream(7));
        var groups = Enumerable.Range(0, 12).Select(_ => 0.5 * random.NextNormal()).ToArray();
        var data = FieldData.From(Enumerable.Range(0, 96).Select(i =>
        {
            var x = random.NextNormal();
            return new { x, y = unit * family.Draw(random, Math.Exp(0.4 + (0.5 * x) + groups[i / 8]), Math.Exp(0.3), 1) };
        }).ToArray());

        var fit = Glmm.Fit("y ~ x", data, family);

        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        Assert.Equal(-150.829262, fit.LogLikelihood + (96 * Math.Log(unit)), 1e-5);
    }

    [Fact]
    public void A_profiled_criterion_is_given_up_after_a_counted_effort()
    {
        var data = new TestData(120).Normal("x").Factor("day", i => i).Factor("one", _ => 1).Normal("y").Build();
        var fit = Glmm.Fit("y ~ x + hetar1(0 + day | one)", data);

        Assert.InRange(fit.Convergence.Evaluations, 1, 150);
        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.NotEmpty(fit.Convergence.Problems);
    }

    [Fact]
    public void Series_at_the_nodes_of_a_quadrature_count_as_effort()
    {
        var data = new TestData(40).Normal("x").Factor("g", i => i / 8).Count("y", i => 2 + (i % 5)).Build();
        GlmmFit With(int points) => Glmm.Fit("y ~ x + (1 | g)", data, Family.ConwayMaxwellPoisson(),
            new GlmmOptions { QuadraturePoints = points });

        Assert.InRange(With(15).Estimate.SeriesTerms, 3 * With(1).Estimate.SeriesTerms, long.MaxValue);
    }

    [Fact]
    public void One_level_per_row_cannot_be_told_from_the_residual()
    {
        var data = new TestData(30).Normal("x").Factor("g", i => i).Normal("y").Build();
        var fit = Glmm.Fit("y ~ x + (1 | g)", data);

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.Contains("as many levels as there are rows", fit.Convergence.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(-500)]
    [InlineData(1e5)]
    public void A_constant_offset_only_moves_the_intercept(double offset)
    {
        var data = new TestData(100).Normal("x").Number("o", _ => offset).Factor("g", i => i / 10).Count("y", i => 1 + (i / 10 % 4))
            .Build();
        var plain = Glmm.Fit("y ~ x + (1 | g)", data, Family.Poisson());
        var moved = Glmm.Fit("y ~ x + offset(o) + (1 | g)", data, Family.Poisson());

        Assert.Equal(plain.Convergence.Status, moved.Convergence.Status);
        Assert.Equal(plain.LogLikelihood, moved.LogLikelihood, 1e-5);
        Assert.Equal(plain.FixedEffects[0].Estimate - offset, moved.FixedEffects[0].Estimate, 1e-4);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    public void Counts_of_a_million_converge(string family)
    {
        var data = new TestData(100).Normal("x").Factor("g", i => i / 10).Normal("e").Build();
        var y = data.Numbers("e").Select((e, i) => Math.Round(1e6 * Math.Exp((0.5 * e) + (i / 10 % 3))));
        var fit = Glmm.Fit("y ~ x + (1 | g)", data.With("y", y), Family.Parse(family));

        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        Assert.InRange(fit.FixedEffects[0].Estimate, 13, 16);
    }

    [Fact]
    public void An_identity_link_whose_mean_would_go_negative_says_which_link_to_use()
    {
        var data = new TestData(60).Number("x", i => i).Count("y", i => Math.Max(0, i - 30)).Build();
        var fit = Glmm.Fit("y ~ x", data, Family.Poisson(Link.Identity));

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.Contains("identity link", fit.Convergence.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_handful_of_rows_ends_without_a_crash(int rows)
    {
        var data = new TestData(rows).Number("x", i => i).Factor("g", i => i % 2).Number("y", i => 3 + (i % 2)).Build();
        foreach (var family in new[] { Family.Gaussian(), Family.Poisson(), Family.NegativeBinomial2(), Family.Gamma(Link.Log) })
        {
            foreach (var formula in new[] { "y ~ 1", "y ~ x", "y ~ x + (1 | g)", "y ~ 0 + (1 | g)" })
            {
                var fit = Glmm.Fit(formula, data, family);
                Assert.True(fit.Convergence.IsConverged ? double.IsFinite(fit.LogLikelihood) : fit.Convergence.Problems.Count > 0);
            }
        }
    }

    [Theory]
    [InlineData("gaussian", 0)]
    [InlineData("beta", 0)]
    [InlineData("Gamma", 1)]
    [InlineData("lognormal", 1)]
    [InlineData("t", 0)]
    [InlineData("genpois", 2)]
    [InlineData("compois", 2)]
    [InlineData("tweedie", 2)]
    public async Task More_parameters_than_rows_end_with_a_reason_soon(string family, int column)
    {
        string[] responses = [family == "beta" ? "share" : "y", "size", "count"];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var rows = 2; rows <= 4; rows++)
        {
            var data = new TestData(rows).Normal("x").Factor("g", i => i).Normal("y", i => i)
                .Number("share", i => 0.1 + (0.2 * i) + (0.01 * i * i)).Number("size", i => 1 + (i * i)).Number("count", i => (3 * i % 4))
                .Build();
            foreach (var formula in new[] { " ~ x + (1 | g)", " ~ (x | g)" })
            {
                var fit = await Glmm.FitAsync(responses[column] + formula, data, Family.Parse(family), cancellationToken: limit.Token);
                Assert.True(fit.Convergence.IsConverged ? double.IsFinite(fit.LogLikelihood) : fit.Convergence.Problems.Count > 0);
                Assert.NotEqual(double.NegativeInfinity, fit.LogLikelihood);
            }
        }
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    [InlineData("Gamma")]
    [InlineData("lognormal")]
    public void Hundreds_of_variance_parameters_for_a_few_rows_are_said_to_be_too_many(string family)
    {
        var data = new TestData(60).Normal("x").Factor("f", i => i % 20).Factor("g", i => i % 6).Count("y", i => 2 + (i % 6)).Build();
        data = data.With("y", data.Numbers("y").Select(y => y + 1));
        var fit = Glmm.Fit("y ~ x + (f | g)", data, Family.Parse(family, "log"));

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.NotEmpty(fit.Convergence.Problems);
    }

    [Fact]
    public void Counts_are_not_Tweedie()
    {
        var data = new TestData(60).Normal("x").Factor("g", i => i % 6).Count("y", i => 1 + (i % 6)).Build();
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.Tweedie());

        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.Contains("The power runs to 1", fit.Convergence.ToString());
    }

    [Fact]
    public void A_row_without_trials_has_no_residual()
    {
        var data = new TestData(20).Normal("x").Number("k", i => i % 4).Number("n", i => i == 8 ? 0 : 5).Build();
        data = data.With("k", data.Numbers("k").Select((k, i) => i == 8 ? 0 : k));
        var fit = Glmm.Fit("cbind(k, n - k) ~ x", data, Family.Binomial());

        foreach (var type in Enum.GetValues<ResidualType>())
            Assert.Equal(8, Assert.Single(Enumerable.Range(0, 20), i => double.IsNaN(fit.Residuals(type)[i])));
    }

    [Fact]
    public void An_outlier_of_a_million_million_does_not_break_the_fit()
    {
        var data = new TestData(100).Normal("x").Factor("g", i => i / 10).Number("y", i => i == 33 ? 1e12 : i % 7).Build();
        Assert.True(Glmm.Fit("y ~ x + (1 | g)", data).Convergence.IsConverged);
    }

    [Fact]
    public async Task A_cancelled_token_cancels()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Glmm.FitAsync("n ~ x + (x | g)", Slopes(1), Family.Poisson(), cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public async Task A_running_fit_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var data = new TestData(30000).Normal("x").Factor("g", i => i / 2 % 500).Factor("h", i => i * 7 % 311).Count("n", i => 1 + (i % 3))
            .Build();
        var progress = new CancelAtFirstReport(source);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Glmm.FitAsync("n ~ x + (x | g) + (1 | h)", data, Family.Poisson(), progress: progress, cancellationToken: source.Token));
    }

    private sealed class CancelAtFirstReport(CancellationTokenSource source) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => source.Cancel();
    }
}
