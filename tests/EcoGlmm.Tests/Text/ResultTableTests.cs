namespace EcoGlmm.Tests.Display;

public sealed class ResultTableTests
{
    [Fact]
    public void Long_tables_show_their_beginning_and_their_length()
    {
        Assert.Contains("10 of 27 are shown.", Fits.Owls.RandomEffects.ToString());
        Assert.Contains("10 of 36 are shown.", Fits.Sleep.RandomEffects["Subject"].ToString());
        Assert.DoesNotContain("shown", Fits.Singular.RandomEffects["Batch"].ToString());
        var predictions = Fits.Owls.Predict();
        Assert.Contains("The first 10 of 599 predictions.", predictions.ToString());
        Assert.Equal(13, predictions.ToString().Split('\n').Length);
    }

    [Fact]
    public void Intervals_have_their_level_and_parts()
    {
        var text = Fits.Owls.ConfidenceIntervals(level: 0.9).ToString();
        Assert.StartsWith("Confidence intervals (90 %):", text);
        Assert.Matches(@"\ndispersion +sigma \(θ\)", text);
        Assert.Matches(@"FoodTreatmentSatiated +-0\.7677\d +-1\.0401\d +-0\.4952\d", text);
    }

    [Fact]
    public void Effects_of_several_parts_are_told_apart()
    {
        var fit = Glmm.Fit("count ~ mined + (1 | site)", Fits.Data("salamanders"), Family.Poisson(),
            new GlmmOptions { ZeroInflation = "~ (1 | site)" });
        Assert.Matches(@"zero inflation +site +R-1 ", fit.RandomEffects.ToString());
        Assert.Matches(@"site +\(Intercept\) +conditional +\d", fit.VarianceComponents.ToString());
    }

    [Fact]
    public void Convergence_is_a_card()
    {
        Assert.Contains("Hessian positive definite", Fits.Owls.Convergence.ToHtml());
        Assert.Contains("ecoglmm-problem-frame\"", Fits.Separated.Convergence.ToHtml());
    }
}
