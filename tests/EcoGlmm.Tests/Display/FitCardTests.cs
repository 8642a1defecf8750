namespace EcoGlmm.Tests.Display;

public sealed class FitCardTests
{
    [Fact]
    public void The_card_says_what_was_fitted_and_whether_to_trust_it()
    {
        var html = Fits.Owls.ToHtml();
        Assert.Contains("Negative binomial mixed model of SiblingNegotiation", html);
        Assert.Contains("</span> Converged</span>", html);
        Assert.Contains("599 rows, 27 levels of Nest. Fitted by maximum likelihood (Laplace approximation).", html);
        Assert.Contains("<dt>AIC</dt><dd>3495.6</dd>", html);
        Assert.DoesNotContain("-frame\"", html);
    }

    [Fact]
    public void Effects_on_a_log_link_are_shown_as_rate_ratios()
    {
        var html = Fits.Owls.ToHtml();
        Assert.Contains("Rate\u00A0ratio", System.Net.WebUtility.HtmlDecode(html));

        // exp(-0.76771 ± 1.95996 × 0.16565)
        Assert.Contains("<td class=\"ecoglmm-number\">0.46 (0.34 to 0.64)</td>", html);
        Assert.Contains("<td class=\"ecoglmm-number\">-1.092 to -0.443</td>", html);
        Assert.DoesNotContain("ratio", Fits.Sleep.ToHtml());
    }

    [Theory]
    [InlineData("binomial", "logit", "Odds ratio")]
    [InlineData("binomial", "cloglog", "Hazard ratio")]
    [InlineData("binomial", "log", "Risk ratio")]
    [InlineData("poisson", "log", "Rate ratio")]
    [InlineData("Gamma", "log", "Ratio of means")]
    [InlineData("binomial", "probit", null)]
    public void A_ratio_has_the_name_of_its_link(string family, string link, string? expected) =>
        Assert.Equal(expected, FitWords.RatioName(Family.Parse(family, link), ModelPart.Conditional));

    [Theory]
    [InlineData(0.464, 0.335, 0.642, "0.46 (0.34 to 0.64)")]
    [InlineData(1.002, 1.001, 1.003, "1.0020 (1.0010 to 1.0030)")]
    [InlineData(2.2, 0.41, 12.3, "2.20 (0.41 to 12)")]
    [InlineData(1e20, 0, double.PositiveInfinity, "1e+20 (0 to Inf)")]
    public void A_ratio_has_the_digits_that_its_interval_justifies(double ratio, double lower, double upper, string expected) =>
        Assert.Equal(expected, CoefficientNumbers.Ratio(ratio, lower, upper));

    [Fact]
    public void A_card_of_a_fit_that_did_not_converge_looks_different()
    {
        var html = Fits.Separated.ToHtml();
        Assert.Contains("ecoglmm-framed ecoglmm-problem-frame\"", html);
        Assert.Contains("Did not converge", html);
        Assert.True(html.IndexOf("do not use or report", StringComparison.Ordinal) < html.IndexOf("60 rows", StringComparison.Ordinal));
        Assert.DoesNotContain("✓", html);
    }

    [Fact]
    public void A_singular_fit_is_a_caution()
    {
        var html = Fits.Singular.ToHtml();
        Assert.Contains("Converged, singular", html);
        Assert.Contains("estimated as zero (singular fit)", html);
    }

    public static TheoryData<string> Hostile => ["fit", "coefficients", "modes", "group", "components", "intervals", "comparison"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Names_from_data_are_only_names(string what)
    {
        var fit = Fits.Hostile;
        var shown = what switch
        {
            "fit" => fit,
            "coefficients" => fit.FixedEffects,
            "modes" => fit.RandomEffects,
            "group" => fit.RandomEffects[0],
            "components" => (IRichDisplay)fit.VarianceComponents,
            "intervals" => fit.ConfidenceIntervals(),
            _ => Glmm.Compare(("<script>a</script>", fit), ("<img src=x>", fit)),
        };
        var html = shown.ToHtml();
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<img", html);
        Assert.DoesNotContain("<b>", html);
        Assert.Contains("&lt;", html);
    }
}
