namespace EcoGlmm.Robustness.Tests.Properties;

/// <summary>What must not matter does not: units, the order of rows, levels and terms, names for the same thing.</summary>
public class InvarianceTests
{
    private const double LogLikelihoods = 2e-5;

    private static GlmmFit Fit(string formula, FieldData data, Family? family = null, GlmmOptions? options = null)
    {
        var fit = Glmm.Fit(formula, data, family, options);
        Assert.True(fit.Convergence.IsConverged, $"{formula}: {fit.Convergence}");
        return fit;
    }

    private static void SameLikelihood(GlmmFit one, GlmmFit other, double difference = 0) => Assert.Equal(one.LogLikelihood,
        other.LogLikelihood + difference, LogLikelihoods);

    private static void Near(double expected, double actual, double standardError) =>
        Assert.InRange(Math.Abs(expected - actual), 0, 2e-3 * standardError);

    [Theory]
    [InlineData(1e8)]
    [InlineData(1e-8)]
    [InlineData(-3)]
    public void Units_of_a_covariate(double unit) => Study.Always(study =>
    {
        var data = study.Data();
        var scaled = data.With("x", data.Numbers("x").Select(x => unit * x));
        foreach (var (formula, family) in new[] { ("y ~ x + (x | g)", Family.Gaussian()), ("n ~ x + (1 | g)", Family.Poisson()) })
        {
            var (plain, other) = (Fit(formula, data, family), Fit(formula, scaled, family));
            SameLikelihood(plain, other);
            Near(plain.FixedEffects["x"].Estimate, unit * other.FixedEffects["x"].Estimate, plain.FixedEffects["x"].StandardError);
        }
    }, 3);

    [Theory]
    [InlineData(1e8)]
    [InlineData(1e-8)]
    public void Units_of_the_response(double unit) => Study.Always(study =>
    {
        var data = study.Data();
        var scaled = data.With("y", data.Numbers("y").Select(y => unit * y));
        SameLikelihood(Fit("y ~ x + (1 | g)", data), Fit("y ~ x + (1 | g)", scaled), study.Rows * Math.Log(unit));
        var positive = data.With("p", data.Numbers("p").Select(p => unit * p));
        SameLikelihood(Fit("p ~ x + (1 | g)", data, Family.Gamma(Link.Log)), Fit("p ~ x + (1 | g)", positive, Family.Gamma(Link.Log)),
            study.Rows * Math.Log(unit));
    }, 3);

    [Fact]
    public void The_order_of_rows_levels_and_terms() => Study.Always(study =>
    {
        var data = study.Data();
        var order = Enumerable.Range(0, study.Rows).ToArray();
        new Random(study.Seed).Shuffle(order);
        var shuffled = data.With("order", order.Select(i => (double)i)).SortBy("order");
        var releveled = shuffled.AsFactor("f", ["c", "a", "b"]).AsFactor("g", [.. data.Levels("g").Reverse()]);
        foreach (var family in new[] { Family.Gaussian(), Family.NegativeBinomial2() })
        {
            var response = family.Name == "gaussian" ? "y" : "n";
            var plain = Fit($"{response} ~ x + f + (1 | g) + z", data, family);
            var other = Fit($"{response} ~ z + (1 | g) + f + x", releveled, family);
            SameLikelihood(plain, other);
            Near(plain.FixedEffects["x"].Estimate, other.FixedEffects["x"].Estimate, plain.FixedEffects["x"].StandardError);
        }
    });

    [Fact]
    public void Successes_and_failures_swapped() => Study.Always(study =>
    {
        var data = study.Data();
        foreach (var family in new[] { Family.Binomial(), Family.BetaBinomial() })
        {
            var (plain, swapped) = (Fit("cbind(s, t) ~ x + (1 | g)", data, family), Fit("cbind(t, s) ~ x + (1 | g)", data, family));
            SameLikelihood(plain, swapped);
            Near(plain.FixedEffects["x"].Estimate, -swapped.FixedEffects["x"].Estimate, plain.FixedEffects["x"].StandardError);
        }
    });

    [Fact]
    public void Proportions_with_weights_and_successes_with_failures() => Study.Always(study =>
    {
        var data = study.Data().With("size", row => row.Number("s") + row.Number("t"));
        var share = data.With("share", row => row.Number("s") / row.Number("size"));
        SameLikelihood(Fit("cbind(s, t) ~ x + (1 | g)", data, Family.Binomial()),
            Fit("share ~ x + (1 | g)", share, Family.Binomial(), new GlmmOptions { Weights = "size" }));
    });

    [Fact]
    public void Nesting_in_short_and_in_full() => Study.Always(study =>
    {
        var data = study.Data();
        SameLikelihood(Fit("n ~ x + (1 | g/h)", data, Family.Poisson()), Fit("n ~ x + (1 | g) + (1 | h:g)", data, Family.Poisson()));
        SameLikelihood(Fit("y ~ x + f + x:f + (1 | g)", data), Fit("y ~ x * f + (1 | g)", data));
    });

    [Fact]
    public void Weighted_aggregates_and_single_rows() => Study.Always(study =>
    {
        var data = study.Data().With("w", row => (double)(1 + (row.Index % 3)));
        var single = FieldData.From(Enumerable.Range(0, study.Rows).SelectMany(i => Enumerable.Repeat(i, 1 + (i % 3)))
            .Select(i => new { n = data.Numbers("n")[i], x = data.Numbers("x")[i] }).ToArray());
        SameLikelihood(Fit("n ~ x", data, Family.Poisson(), new GlmmOptions { Weights = "w" }), Fit("n ~ x", single, Family.Poisson()));
    }, 3);

    [Fact]
    public void Lognormal_and_the_logarithm() => Study.Always(study =>
    {
        // The lognormal is given by the mean of the response; with one mean the two are the same family of distributions.
        var data = study.Data();
        var jacobian = data.Numbers("p").Sum(Math.Log);
        SameLikelihood(Fit("p ~ 1", data, Family.LogNormal()), Fit("log(p) ~ 1", data), -jacobian);
    });

    [Fact]
    public void A_truncated_family_does_not_see_zeros() => Study.Always(study =>
    {
        var data = study.Data();
        var positive = data.Where(row => row.Number("n") > 0);
        var zeros = positive.RowCount < data.RowCount;
        var hurdle = Fit("n ~ x", data, Family.TruncatedPoisson(), new GlmmOptions { ZeroInflation = zeros ? "~ 1" : "~ 0" });
        var truncated = Fit("n ~ x", positive, Family.TruncatedPoisson());
        var share = positive.RowCount / (double)data.RowCount;
        var binary = !zeros ? 0 : (positive.RowCount * Math.Log(share)) + ((data.RowCount - positive.RowCount) * Math.Log(1 - share));
        SameLikelihood(hurdle, truncated, binary);
        Near(truncated.FixedEffects["x"].Estimate, hurdle.FixedEffects["x"].Estimate, truncated.FixedEffects["x"].StandardError);
    });

    [Fact]
    public void A_column_that_says_the_same_in_the_fit_in_new_data_or_in_both() => Study.Always(study =>
    {
        var data = study.Data().With("twice", row => 2 * row.Number("x"));
        var (full, deficient) = (Fit("y ~ x + f + (1 | g)", data), Fit("y ~ x + twice + f + (1 | g)", data));
        SameLikelihood(full, deficient);
        Assert.True(double.IsNaN(deficient.FixedEffects["twice"].Estimate));
        Assert.Equal(full.Predict(data).Estimate, deficient.Predict(data).Estimate, Near6);
        // Rows of one level make the new design deficient, which is nothing to the fit.
        var one = data.Where(row => row.Text("f") == "b");
        Assert.Equal(full.Predict(one).Estimate, deficient.Predict(one).Estimate, Near6);
    });

    [Fact]
    public void Covariates_far_from_zero_and_of_sizes_far_apart() => Study.Always(study =>
    {
        var data = study.Data();
        var far = data.With("x", data.Numbers("x").Select(x => 1e6 + x)).With("z", data.Numbers("z").Select(z => 1e8 * z));
        SameLikelihood(Fit("n ~ x + z + (1 | g)", data, Family.Poisson()), Fit("n ~ x + z + (1 | g)", far, Family.Poisson()));
    }, 3);

    private static readonly IEqualityComparer<double> Near6 = EqualityComparer<double>.Create((a, b) => Math.Abs(a - b) < 1e-6
        * (1 + Math.Abs(a)), _ => 0);
}
