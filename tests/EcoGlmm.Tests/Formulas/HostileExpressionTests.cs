using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Formulas;

/// <summary>Expressions that have no sensible value get a sentence, and R's ways of writing are understood.</summary>
public class HostileExpressionTests
{
    private static readonly FieldData Data = FieldData.From(new Dictionary<string, double[]>
    {
        ["y"] = [.. Enumerable.Range(0, 80).Select(i => Math.Sin(i * 1.3))], ["x"] = [.. Enumerable.Range(0, 80)
            .Select(i => (i * 37 % 80) + 0.5)],
        ["b"] = [.. Enumerable.Range(0, 80).Select(i => i % 3 == 0 ? 1.0 : 0)],
    }).With("f", row => new[] { "low", "mid", "high", "top" }[row.Index % 4]).With("g", row => $"g{row.Index / 8}");

    [Theory]
    [InlineData("y ~ cut(Inf, 3)", "no finite value")]
    [InlineData("y ~ 1:Inf", "Inf is not a term")]
    [InlineData("y ~ cut(x, 1:Inf)", "no end that can be reached")]
    [InlineData("y ~ I(x %in% 1e308:5)", "no end that can be reached")]
    [InlineData("y ~ poly(I(x^4), 45)", "is too high")]
    [InlineData("y ~ poly(x, 10000)", "degree")]
    [InlineData("y ~ cut(x, 3, dig.lab = 400)", "from 1 to 22")]
    [InlineData("y ~ I(x * 1e200)", "too far from one")]
    [InlineData("y ~ I(x * 1e-200)", "too far from one")]
    [InlineData("y ~ 1 + (I(x * 1e180) | g)", "too far from one")]
    [InlineData("y ~ x + offset(x * 1e150)", "too far from one")]
    [InlineData("y ~ 1 + (y | g)", "The response is also in a random term")]
    [InlineData("y ~ x + 1 | g + f", "needs parentheses")]
    [InlineData("y ~ x + (1 | g + f)", "cannot be made with +")]
    [InlineData("y ~ base::x", "Only functions are named with their package")]
    [InlineData("y ~ nowhere::nothing(x)", "There is no function nothing()")]
    public void A_sentence(string formula, string part) =>
        Assert.Contains(part, Assert.Throws<GlmmException>(() => Glmm.Fit(formula, Data, null)).Message);

    [Fact]
    public void Functions_may_be_named_with_their_package()
    {
        var plain = Glmm.Fit("y ~ ns(x, df = 3) + log(x)", Data);
        var named = Glmm.Fit("y ~ splines::ns(x, df = 3) + base:::log(x)", Data);
        Assert.Equal(plain.LogLikelihood, named.LogLikelihood);
        Assert.Equal(["(Intercept)", "splines::ns(x, df = 3)1", "splines::ns(x, df = 3)2", "splines::ns(x, df = 3)3", "base:::log(x)"],
            named.FixedEffects.Select(c => c.Name));
        Assert.Equal(named.Formula, ModelFormula.Parse(named.Formula).ToString());
        Assert.Equal(named.Fitted()[7], named.Predict(Data).Estimate[7], 1e-12);
    }

    [Fact]
    public void Seconds_around_a_billion_are_no_constant()
    {
        var fit = Glmm.Fit("y ~ x", Data);
        var shifted = Glmm.Fit("y ~ x", Data.With("x", Data.Numbers("x").Select(x => 1e9 + x)));
        Assert.Equal(fit.LogLikelihood, shifted.LogLikelihood, 1e-6);
        Assert.Equal(fit.FixedEffects["x"].Estimate, shifted.FixedEffects["x"].Estimate, 1e-6);
    }

    [Fact]
    public void Ordered_factors_have_trends()
    {
        string[] order = ["low", "mid", "high", "top"];
        var ordered = Data.AsOrdered("f", order);
        Assert.Contains("ordered factor, 4 levels", ordered.ToString());
        var fit = Glmm.Fit("y ~ f", ordered);
        Assert.Equal(["(Intercept)", "f.L", "f.Q", "f.C"], fit.FixedEffects.Select(c => c.Name));
        var same = Glmm.Fit("y ~ f", Data.AsFactor("f", order), null,
            new GlmmOptions { Contrasts = new Dictionary<string, string> { ["f"] = "poly" } });
        Assert.Equal(same.FixedEffects.Select(c => c.Estimate), fit.FixedEffects.Select(c => c.Estimate));
        Assert.Equal(["(Intercept)", "ordered(f, levels = c(\"low\", \"mid\", \"high\", \"top\")).L"],
            Glmm.Fit("y ~ ordered(f, levels = c(\"low\", \"mid\", \"high\", \"top\"))", Data).FixedEffects.Take(2).Select(c => c.Name));
        using var file = new Data.TemporaryFile("f,y\nlow,1\nhigh,2\nmid,4\nlow,3\n");
        var read = FieldData.ReadCsv(file.Path, new CsvOptions { OrderedColumns = new Dictionary<string, IReadOnlyList<string>> { ["f"] =
            ["low", "mid", "high"] } });
        Assert.Equal(["low", "mid", "high"], read.Levels("f"));
        Assert.Equal(["(Intercept)", "f.L", "f.Q"], Glmm.Fit("y ~ f", read).FixedEffects.Select(c => c.Name));
    }

    [Fact]
    public void A_dispersion_of_zero_leaves_residuals_to_the_random_effects()
    {
        var plain = Glmm.Fit("y ~ x + (1 | g)", Data, null, new GlmmOptions());
        var numbered = Data.With("row", row => $"r{row.Index}");
        var structured = Glmm.Fit("y ~ x + (1 | g) + (1 | row)", numbered, null, new GlmmOptions { Dispersion = "~ 0" });
        Assert.True(structured.Convergence.IsConverged, structured.Convergence.ToString());
        Assert.Equal(plain.LogLikelihood, structured.LogLikelihood, 1e-4);
        Assert.Equal(plain.Sigma, structured.VarianceComponents.Single(c => c.Group == "row").StandardDeviation, 1e-3);
        Assert.Contains("leaves a Gaussian model", Assert.Throws<GlmmException>(() =>
            Glmm.Fit("b ~ x", Data, Family.NegativeBinomial2(), new GlmmOptions { Dispersion = "~ 0" })).Message);
    }
}
