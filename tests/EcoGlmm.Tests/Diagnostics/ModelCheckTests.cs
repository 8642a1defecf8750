using System.Text.Json;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class ModelCheckTests
{
    private static FieldData Data(long seed, Func<double, double, RandomStream, double> draw, int rows = 400)
    {
        var random = new RandomStream(seed);
        double[] site = [.. Enumerable.Range(0, 20).Select(_ => 0.4 * random.NextNormal())];
        return FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = (4 * random.NextDouble()) - 2;
            return new { y = draw(x, site[i % 20], random), x, x2 = x + (0.02 * random.NextNormal()), site = "s" + (i % 20) };
        }).ToArray());
    }

    private static ModelCheck Check(FieldData data, Family family, string formula = "y ~ x + (1 | site)") =>
        Glmm.Fit(formula, data, family).Check();

    private static CheckFinding Found(ModelCheck check, string name) =>
        check.Findings.SingleOrDefault(f => f.Name == name) ?? throw new Xunit.Sdk.XunitException($"{name} is not among:\n{check}");

    [Fact]
    public void ACorrectModelPasses()
    {
        var check = Check(Data(1, (x, b, random) => random.NextPoisson(Math.Exp(0.8 + (0.4 * x) + b))), Family.Poisson());
        Assert.True(check.Status == CheckStatus.Good, check.ToString());
        Assert.StartsWith("Nothing speaks against", check.Verdict);
        Assert.All(check.Findings.Where(f => f.Test is not null), f => Assert.NotNull(f.Test!.AdjustedPValue));
        Assert.Equal(4, check.Figures.Count);
    }

    [Fact]
    public void SicknessesAreNamedWithWhatToTry()
    {
        var over = Check(Data(2, (x, b, random) => random.NextNegativeBinomial(Math.Exp(0.8 + (0.4 * x) + b), 1)), Family.Poisson());
        Assert.Equal(CheckStatus.Problem, Found(over, "Overdispersion").Status);
        Assert.Contains("NegativeBinomial2", Assert.IsType<CheckCure>(over.Cure).Call);
        Assert.StartsWith("Do not believe this model as it is: overdispersion", over.Verdict);
        Assert.Equal(CheckStatus.Good, Found(over, "Pattern against x").Status);

        var zeros = Check(Data(3, (x, b, random) => random.NextDouble() < 0.3
            ? 0 : random.NextPoisson(Math.Exp(1.5 + (0.4 * x) + b))), Family.NegativeBinomial2());
        Assert.Contains("ZeroInflation", Assert.IsType<CheckCure>(zeros.Cure).Call);

        var curve = Check(Data(4, (x, b, random) => random.NextPoisson(Math.Exp(1 + (0.4 * x) - (0.5 * x * x) + b))),
            Family.Poisson());
        Assert.Equal(CheckStatus.Problem, Found(curve, "Pattern against x").Status);
        Assert.Contains("x^2", Found(curve, "Pattern against x").Advice);
        Assert.Contains("In order with a curve of x.", curve.ToString());
        Assert.Contains("x^2", Assert.IsType<CheckCure>(curve.Cure).Call);
    }

    [Fact]
    public void ACureWasFittedAndIsWhatItsCallFits()
    {
        var check = Check(Data(9, (x, b, random) => random.NextPoisson(Math.Exp(1 + (0.4 * x) - (0.5 * x * x) + b))),
            Family.Poisson());
        var cure = Assert.IsType<CheckCure>(check.Cure);
        Assert.Equal("fit.Update(\". ~ . + I(x^2)\")", cure.Call);
        var again = check.Fit.Update(". ~ . + I(x^2)");
        Assert.Equal(again.LogLikelihood, cure.Fit.LogLikelihood, 1e-9);
        Assert.Equal(again.Aic - check.Fit.Aic, cure.DeltaAic, 1e-9);
        Assert.Empty(cure.Remaining);
        Assert.Equal(CheckStatus.Good, again.Check().Status);
        Assert.Contains(cure.Call, check.Verdict);
        Assert.Contains(cure.Call.Replace("\"", "&quot;"), check.ToHtml());
    }

    [Fact]
    public void WhatTheModelHasIsNotProposedAgain()
    {
        var check = Check(Data(10, (x, b, random) => 1 + Math.Sin(3 * x) + b + (0.2 * random.NextNormal())), Family.Gaussian(),
            "y ~ poly(x, 2) + (1 | site)");
        var pattern = Found(check, "Pattern against x");
        Assert.DoesNotContain("poly", pattern.Advice);
        Assert.DoesNotContain("x^2", pattern.Advice);
        Assert.Contains("ns(x, 5)", Assert.IsType<CheckCure>(check.Cure).Call);
    }

    [Fact]
    public void GroupsThatTheModelDoesNotKnowAreFound()
    {
        var data = Data(11, (x, b, random) => random.NextPoisson(Math.Exp(0.8 + (0.4 * x) + (2 * b))));
        var cure = Assert.IsType<CheckCure>(Check(data, Family.Poisson(), "y ~ x").Cure);
        Assert.Contains("(1 | site)", cure.Call);
        Assert.Empty(cure.Remaining);
    }

    [Fact]
    public void CuresAreNotTriedUnwanted()
    {
        var data = Data(2, (x, b, random) => random.NextNegativeBinomial(Math.Exp(0.8 + (0.4 * x) + b), 1));
        var check = Glmm.Fit("y ~ x + (1 | site)", data, Family.Poisson()).Check(new CheckOptions { TryCures = false });
        Assert.Null(check.Cure);
        Assert.Contains("What to try first", check.Verdict);
    }

    [Fact]
    public void CollinearPredictorsAndInfluentialGroupsAreNamed()
    {
        var data = Data(5, (x, b, random) => 1 + (0.4 * x) + b + random.NextNormal());
        var collinear = Check(data, Family.Gaussian(), "y ~ x + x2 + (1 | site)");
        Assert.Contains("x2", Found(collinear, "Collinearity").Message);
        Assert.Equal(CheckStatus.Problem, Found(collinear, "Collinearity").Status);

        var pulled = data.With("y", data.Numbers("y").Zip(data.Texts("site"), data.Numbers("x")).Select(r => r.Second == "s7"
            ? r.First + (6 * r.Third) : r.First));
        var influential = Check(pulled, Family.Gaussian());
        Assert.Contains("s7", Found(influential, "Influence of site").Message);
    }

    [Fact]
    public void OutlyingGroupsMakeRandomEffectsNotNormal()
    {
        var data = Data(6, (x, b, random) => 1 + (0.4 * x) + random.NextNormal());
        var odd = data.With("y", data.Numbers("y").Zip(data.Texts("site")).Select(r => r.Second == "s3" ? r.First + 9 : r.First));
        Assert.Equal(CheckStatus.Caution, Found(Check(odd, Family.Gaussian()), "Normality of site").Status);
    }

    [Fact]
    public void AFitThatIsSingularSaysSo()
    {
        var check = Check(Data(7, (x, _, random) => 1 + x + random.NextNormal(), 200), Family.Gaussian(), "y ~ x + (1 | site)");
        if (check.Fit.Convergence.IsSingular)
            Assert.Equal(CheckStatus.Caution, Found(check, "Singular fit").Status);
        else
            Assert.Equal(CheckStatus.Good, Found(check, "Singularity").Status);
    }

    [Fact]
    public void TrendsMissedInTimeAreFound()
    {
        var random = new RandomStream(8);
        var data = FieldData.From(Enumerable.Range(0, 300).Select(i => new { y = random.NextPoisson(Math.Exp(1 + Math.Sin(i / 10 / 4.0))),
            x = random.NextNormal(), year = 1990 + (i / 10) }).ToArray());
        var finding = Found(Glmm.Fit("y ~ x", data, Family.Poisson()).Check(), "Autocorrelation along year");
        Assert.Equal(CheckStatus.Problem, finding.Status);
        Assert.Contains("year", finding.Advice);
    }

    [Fact]
    public void AModelWithoutFixedEffectsIsCheckedWithoutInfluence()
    {
        var fit = Glmm.Fit("y ~ 0 + (1 | site)", Data(6, (_, b, random) => b + random.NextNormal()));
        Assert.Empty(fit.Check().Influences);
        Assert.Contains("fixed effects", Assert.Throws<GlmmException>(() => fit.Influence("site")).Message);
    }

    [Fact]
    public void EveryDisplayHoldsTheVerdict()
    {
        var check = Check(Data(2, (x, b, random) => random.NextNegativeBinomial(Math.Exp(0.8 + (0.4 * x) + b), 1)),
            Family.Poisson());
        Assert.Contains(check.Verdict, check.ToString());
        Assert.Contains("Do not believe this model as it is", check.ToHtml());
        using var json = JsonDocument.Parse(check.ToJson(indented: true));
        Assert.Equal("problem", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(check.Findings.Count, json.RootElement.GetProperty("findings").GetArrayLength());
        Assert.Equal(20, json.RootElement.GetProperty("influences")[0].GetProperty("levels").GetArrayLength());
    }

    [Fact]
    public void WhatFewRowsHideFromResidualsTheLikelihoodShows()
    {
        var random = new RandomStream(21);
        double[] slope = [.. Enumerable.Range(0, 20).Select(_ => 0.6 * random.NextNormal())];
        var at = 0;
        var slopes = Check(Data(21, (x, b, r) => 1 + (0.5 * x) + b + (slope[at++ % 20] * x) + (0.6 * r.NextNormal()), 120),
            Family.Gaussian());
        Assert.Contains("(x | site)", Assert.IsType<CheckCure>(slopes.Cure).Call);
        Assert.Contains("better", Found(slopes, "Slopes of x that vary among site").Message);

        var scatter = Check(Data(22, (x, b, r) => 1 + (0.5 * x) + b + (0.6 * Math.Exp(0.5 * x) * r.NextNormal()), 120),
            Family.Gaussian());
        Assert.Contains("Dispersion = \"~ x\"", Assert.IsType<CheckCure>(scatter.Cure).Call);

        var tails = Check(Data(23, (x, b, r) => 1 + (0.5 * x) + b + (0.5 * r.NextNormal() / Math.Sqrt(r.NextGamma(1.25) / 1.25)), 200),
            Family.Gaussian());
        Assert.Contains("StudentT", Assert.IsType<CheckCure>(tails.Cure).Call);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ManySmallGroupsAreNoOverdispersion(bool isUniform)
    {
        const int groups = 1500;
        var random = new RandomStream(24);
        double[] effect = [.. Enumerable.Range(0, groups).Select(_ => 0.6 * (isUniform
            ? Math.Sqrt(12) * (random.NextDouble() - 0.5) : random.NextNormal()))];
        FieldData Data(Func<double, double> draw) => FieldData.From(Enumerable.Range(0, 3 * groups).Select(i =>
        {
            var x = random.NextNormal();
            return new { y = draw(1 + (0.3 * x) + effect[i / 3]), x, g = "g" + (i / 3) };
        }).ToArray());
        var check = Glmm.Fit("y ~ x + (1 | g)", Data(eta => random.NextPoisson(Math.Exp(eta))), Family.Poisson()).Check();
        Assert.Equal(CheckStatus.Good, Found(check, "Overdispersion").Status);
        Assert.DoesNotContain(check.Findings, f => f.Name == "Zero inflation");
        if (!isUniform)
            Assert.True(check.Status == CheckStatus.Good, check.ToString());

        var sick = Glmm.Fit("y ~ x + (1 | g)", Data(eta => random.NextNegativeBinomial(Math.Exp(eta), 3)), Family.Poisson()).Check();
        Assert.Equal(CheckStatus.Problem, Found(sick, "Overdispersion").Status);
        Assert.Contains("NegativeBinomial", Assert.IsType<CheckCure>(sick.Cure).Call);
    }
}
