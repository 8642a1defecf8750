using EcoGlmm.Tests.Display;

namespace EcoGlmm.Tests.Inference;

public sealed class ModelComparisonTests
{
    [Fact]
    public void The_best_model_comes_first_and_names_say_what_differs()
    {
        var comparison = Glmm.Compare(Fits.OwlsPoisson, Fits.Owls);
        Assert.Equal(["nbinom2 (log)", "poisson (log)"], comparison.Select(m => m.Name));
        Assert.Equal(0, comparison[0].DeltaAic);
        Assert.Equal(Fits.OwlsPoisson.Aic - Fits.Owls.Aic, comparison["poisson (log)"].DeltaAic);
        Assert.Contains("1717.2", comparison.ToString());
        Assert.Contains("599 rows", comparison.ToString());
    }

    [Fact]
    public void Weights_are_shares()
    {
        var data = Fits.Data("sleepstudy");
        var comparison = Glmm.Compare(
            ("slope", Glmm.Fit("Reaction ~ Days + (Days | Subject)", data)),
            ("uncorrelated", Glmm.Fit("Reaction ~ Days + (Days || Subject)", data)));
        Assert.Equal(["uncorrelated", "slope"], comparison.Select(m => m.Name));
        Assert.Equal(1, comparison.Sum(m => m.Weight), 12);
        Assert.Equal(Math.Exp(-0.5 * comparison["slope"].DeltaAic), comparison["slope"].Weight / comparison[0].Weight, 12);
        Assert.Equal(2, comparison.ToFieldData().RowCount);
    }

    [Fact]
    public void A_fit_that_did_not_converge_takes_no_part()
    {
        var data = Fits.Separated.Data;
        var comparison = Glmm.Compare(("separated", Fits.Separated), ("null", Glmm.Fit("y ~ 1", data, Family.Binomial())));
        Assert.Equal(["null", "separated"], comparison.Select(m => m.Name));
        Assert.Equal(1, comparison[0].Weight);
        Assert.True(double.IsNaN(comparison[1].Weight) && double.IsNaN(comparison[1].DeltaAic));
        Assert.Contains("DID NOT CONVERGE", comparison.ToHtml());
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        var data = Fits.Data("sleepstudy");
        var ml = Glmm.Fit("Reaction ~ Days + (Days | Subject)", data);
        Refused("different rows", ml, Glmm.Fit("Reaction ~ 1", data.Where(row => row.Number("Days") > 0)));
        Refused("different responses (Reaction and log(Reaction))", ml, Glmm.Fit("log(Reaction) ~ Days", data));
        Refused("one was fitted by REML", ml, Fits.Sleep);
        Refused("different fixed effects", Fits.Sleep, Glmm.Fit("Reaction ~ 1 + (1 | Subject)", data, null,
            new GlmmOptions { Reml = true }));
        Assert.Equal(2, Glmm.Compare(Fits.Sleep, Glmm.Fit("Reaction ~ Days + (1 | Subject)", data, null,
            new GlmmOptions { Reml = true })).Count);
        Assert.Throws<GlmmException>(() => Glmm.Compare(Array.Empty<GlmmFit>()));
    }

    private static void Refused(string why, params GlmmFit[] fits) =>
        Assert.Contains(why, Assert.Throws<GlmmException>(() => Glmm.Compare(fits)).Message);

    [Fact]
    public void Equally_many_other_rows_are_not_called_another_response()
    {
        var data = InferenceReference.Fit("sleep").Data;
        var (early, late) = (data.Where(row => row.Number("Days") < 5), data.Where(row => row.Number("Days") >= 5));
        var message = Assert.Throws<GlmmException>(() => Glmm.Compare(Glmm.Fit("Reaction ~ 1 + (1 | Subject)", early),
            Glmm.Fit("Reaction ~ Days + (1 | Subject)", late))).Message;
        Assert.Contains("different values of Reaction", message);
        Assert.Contains("other rows", message);
    }
}
