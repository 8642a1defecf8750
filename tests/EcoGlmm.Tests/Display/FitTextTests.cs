using System.Text.RegularExpressions;

namespace EcoGlmm.Tests.Display;

/// <summary>Expected numbers: lme4 and glmmTMB, as in tests/reference.</summary>
public sealed class FitTextTests
{
    [Fact]
    public void A_count_model_reads_as_glmmTMB_has_it()
    {
        var text = Fits.Owls.ToString();
        Assert.StartsWith("Negative binomial mixed model fitted by maximum likelihood (Laplace approximation)\n", text);
        Assert.Contains("nbinom2 (log)", text);
        Assert.Contains("599 rows, 27 levels of Nest", text);
        Assert.Matches(@"AIC +AICc +BIC +logLik +deviance +parameters\n +3495\.6 +3495\.8 +3522\.0 +-1741\.8 +3483\.6 +6\n", text);
        Assert.Matches(@"Nest +\(Intercept\) +0\.1241 +0\.3523\n", text);
        Assert.Contains("θ = 0.842 (variance = μ + μ²/θ", text);
        Assert.Matches(@"FoodTreatmentSatiated +-0\.7677 +0\.1657 +-4\.634 +3\.58e-06 +\*\*\*\n", text);
        Assert.Contains("Signif. codes", text);
        Assert.Contains("Converged.", text);
    }

    [Fact]
    public void A_linear_mixed_model_by_reml_reads_as_lme4_has_it()
    {
        var text = Fits.Sleep.ToString();
        Assert.StartsWith("Linear mixed model fitted by restricted maximum likelihood (REML)\n", text);
        Assert.Matches(@"Subject +\(Intercept\) +612\.\d+ +24\.74", text);
        Assert.Matches(@"Days +35\.07 +5\.92\d? +0\.07", text);
        Assert.Matches(@"Residual +654\.94 +25\.59", text);
        Assert.Matches(@"Days +10\.467 +1\.546 +6\.771", text);
        Assert.Contains("REML deviance", text);
        Assert.Contains("1743.6", text);
        Assert.Contains("conditional on the variance parameters", text);
    }

    [Fact]
    public void What_was_left_out_and_dropped_is_named()
    {
        var text = Fits.Hostile.ToString();
        Assert.Contains("39 rows, 4 levels of </td><img src=x>", text);
        Assert.Contains("1 of 40 rows left out because of missing values: <script>alert(1)</script> (1).", text);
        Assert.Matches(@"twice +dropped\n", text);
        Assert.Contains("because it depends linearly on the others (rank-deficient design): twice.", text);
    }

    [Fact]
    public void Every_part_has_its_table()
    {
        var text = Glmm.Fit(Fits.OwlsFormula, Fits.Data("owls"), Family.NegativeBinomial2(),
            new GlmmOptions { ZeroInflation = "~ FoodTreatment", Dispersion = "~ SexParent" }).ToString();
        Assert.StartsWith("Zero-inflated negative binomial mixed model", text);
        Assert.Matches(@"Zero inflation \(logit of the probability of a structural zero\):\n[^\n]+\n +\(Intercept\)", text);
        Assert.Matches(@"Dispersion model \(log of θ\):\n[^\n]+\n +\(Intercept\)", text);
        Assert.Contains("Zero inflation: ~ FoodTreatment", text);
        Assert.DoesNotContain("θ = ", text);
    }

    [Fact]
    public void A_fit_that_did_not_converge_says_so_first_and_marks_nothing_as_significant()
    {
        var fit = Fits.Separated;
        Assert.False(fit.Convergence.IsConverged);
        var text = fit.ToString();
        Assert.StartsWith("*** THIS FIT DID NOT CONVERGE ***\n", text);
        Assert.Contains("separation", text);
        Assert.DoesNotContain("Signif. codes", text);
        Assert.DoesNotContain("\nConverged", text);
        Assert.StartsWith("FROM A FIT THAT DID NOT CONVERGE", fit.FixedEffects.ToString());
    }

    [Fact]
    public void A_singular_fit_says_so()
    {
        var text = Fits.Singular.ToString();
        Assert.Contains("Converged, singular.", text);
        Assert.Contains("estimated as zero (singular fit)", text);
        Assert.Matches(new Regex(@"Batch +\(Intercept\) +0\.00 +0\.000\n"), text);
    }

    [Fact]
    public void Without_random_effects_there_is_no_table_of_them()
    {
        var text = Glmm.Fit("Reaction ~ Days", Fits.Data("sleepstudy")).ToString();
        Assert.StartsWith("Linear model fitted by exact least squares", text);
        Assert.DoesNotContain("Random effects", text);
        Assert.Contains("residual standard deviation", text);
    }

    /// <summary>Every family has words of its own for its dispersion, not the words for an unknown one.</summary>
    [Fact]
    public void Every_dispersion_is_explained()
    {
        foreach (var family in EcoGlmm.Families.FamilyNames.All.Where(f => f.HasDispersion))
            Assert.NotNull(family.Words.Dispersion);
    }
}
