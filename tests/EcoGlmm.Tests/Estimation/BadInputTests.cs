namespace EcoGlmm.Tests.Estimation;

/// <summary>Requests that cannot be met are refused with a sentence that says what and where.</summary>
public sealed class BadInputTests
{
    private static readonly FieldData Data = new TestData(20).Normal("x").Count("y", _ => 3).Factor("g", i => i / 4)
        .Number("negative", i => i - 3).Number("zero", _ => 0).Number("infinite", i => i == 4 ? double.PositiveInfinity : 1)
        .Number("missing", _ => double.NaN).Number("trials", _ => 2).Number("five", _ => 5).Normal("<script>").Build();

    [Theory]
    [InlineData("y ~ y + x", "on the right of the ~")]
    [InlineData("y ~ infinite", "infinite in row 5")]
    [InlineData("y ~ x + offset(infinite)", "infinite in row 5")]
    [InlineData("y ~ (infinite | g)", "infinite in row 5")]
    [InlineData("y ~ missing", "20 in \"missing\"")]
    [InlineData("y ~ log(zero)", "minus infinity")]
    [InlineData("negative ~ x", "whole numbers of zero or more")]
    [InlineData("y ~ x + (0 | g)", "no effects")]
    [InlineData("y ~", "nothing on the right")]
    [InlineData("", "empty")]
    [InlineData("y ~ xx", "no column \"xx\"")]
    public void Formulas_that_cannot_be_used(string formula, string expected)
    {
        Assert.Contains(expected, Assert.Throws<GlmmException>(() => Glmm.Fit(formula, Data, Family.Poisson())).Message);
    }

    [Fact]
    public void More_successes_than_trials()
    {
        var error = Assert.Throws<GlmmException>(() => Glmm.Fit("cbind(five, trials - five) ~ x", Data, Family.Binomial()));
        Assert.Contains("negative in row", error.Message);
    }

    public static TheoryData<GlmmOptions, string> Refused => new()
    {
        { new GlmmOptions { QuadraturePoints = 0 }, "QuadraturePoints" },
        { new GlmmOptions { QuadraturePoints = -3 }, "QuadraturePoints" },
        { new GlmmOptions { Dispersion = "~ x" }, "no dispersion parameter" },
        { new GlmmOptions { ZeroInflation = null! }, "cannot be null" },
        { new GlmmOptions { Control = null! }, "cannot be null" },
        { new GlmmOptions { Control = new GlmmControl { MaxIterations = 0 } }, "MaxIterations" },
        { new GlmmOptions { Control = new GlmmControl { MaxThreads = 0 } }, "MaxThreads" },
        { new GlmmOptions { Control = new GlmmControl { Tolerance = double.NaN } }, "Tolerance" },
        { new GlmmOptions { Weights = "negative" }, "row 1" },
        { new GlmmOptions { Weights = "infinite" }, "row 5" },
        { new GlmmOptions { Weights = "zero" }, "all zero" },
        { new GlmmOptions { Weights = "nowhere" }, "no column \"nowhere\"" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Options_that_cannot_be_used(GlmmOptions options, string expected)
    {
        Assert.Contains(expected, Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x + (1 | g)", Data, Family.Poisson(), options)).Message);
    }

    [Fact]
    public void Questions_to_a_fit_that_it_cannot_answer()
    {
        var fit = Glmm.Fit("y ~ x + (1 | g)", Data, Family.Poisson());

        Assert.Contains("20 rows", Assert.Throws<GlmmException>(() => fit.Refit(new double[3])).Message);
        Assert.Contains("at least 1", Assert.Throws<GlmmException>(() => fit.Simulate(0, 1)).Message);
        Assert.Contains("\"g\"", Assert.Throws<GlmmException>(() => fit.Predict(new TestData(2).Normal("x").Build())).Message);
        var unseen = fit.Predict(new TestData(2).Number("x", i => i == 0 ? 1 : double.NaN).Factor("g", _ => 99).Build());
        Assert.Equal(fit.Predict(new TestData(1).Number("x", _ => 1).Build(), randomEffects: RandomEffectsUse.Population).Estimate[0],
            unseen.Estimate[0], 1e-9);
        Assert.True(double.IsNaN(unseen.Estimate[1]));
    }

    [Fact]
    public void A_new_level_of_a_fixed_factor_has_no_prediction()
    {
        var fit = Glmm.Fit("y ~ g", Data, Family.Poisson());
        Assert.Contains("g099", Assert.Throws<GlmmException>(() => fit.Predict(new TestData(1).Factor("g", _ => 99).Build())).Message);
    }

    [Fact]
    public void Duplicate_terms_count_once()
    {
        Assert.Equal(2, Glmm.Fit("y ~ x + x + x", Data, Family.Poisson()).FixedEffects.Count);
    }

    [Fact]
    public void A_column_called_script_is_only_a_column()
    {
        var fit = Glmm.Fit("y ~ `<script>` + (`<script>` | g)", Data, Family.Poisson());
        Assert.DoesNotContain("<script>`", fit.ToHtml());
        Assert.DoesNotContain("<script>", fit.Convergence.ToHtml());
    }
}
