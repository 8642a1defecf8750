using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>Changed models that are fitted for their likelihood alone, to be set against the model.</summary>
public sealed class ChangedFitsTests
{
    private static readonly FieldData Owls = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "owls.csv"));

    public static TheoryData<string, string?, string?> Changes => new()
    {
        { " + I(BroodSize^2)", null, null },
        { " - (1 | Nest) + (BroodSize | Nest)", null, null },
        { "", null, "~ 1" },
        { "", "NegativeBinomial2", null },
        { "", "NegativeBinomial1", null },
        { "", "NegativeBinomial2", "~ BroodSize" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void RoughLikelihoodIsThatOfTheWholeFit(string terms, string? family, string? zeros)
    {
        var fit = Glmm.Fit("SiblingNegotiation ~ FoodTreatment + BroodSize + (1 | Nest)", Owls, Family.Poisson());
        var change = new ModelChange("a change")
        {
            Terms = terms,
            Family = fit.Family.Alternatives.MoreScatter.FirstOrDefault(a => a.Code.Contains(family ?? "-")),
            ZeroInflation = zeros,
        };
        Assert.Equal(family is null, change.Family is null);
        var changed = new ChangedFits();
        var rough = Assert.IsType<GlmmFit>(changed.RoughlyOf(change, fit));
        Assert.True(rough.Estimate.IsLikelihoodAlone);
        var whole = Assert.IsType<GlmmFit>(changed.Of(change, fit));
        Assert.False(whole.Estimate.IsLikelihoodAlone);
        Assert.InRange(rough.LogLikelihood, whole.LogLikelihood - 0.005, whole.LogLikelihood + 1e-6);
        Assert.Equal(whole.ParameterCount, rough.ParameterCount);
        Assert.Same(whole, changed.RoughlyOf(change, fit));
        Assert.True(changed.Work > 0);
    }

    [Fact]
    public void ZerosOfTheFamilyItselfNeedNoSearch()
    {
        var random = new RandomStream(3);
        FieldData Data(double share) => FieldData.From(Enumerable.Range(0, 5100).Select(i => new
        {
            y = random.NextDouble() < share ? 0.0 : random.NextPoisson(Math.Exp(0.5 + (0.2 * (i % 30 / 10)))), g = $"g{i % 30}",
        }).ToArray());

        var withoutSearch = 0;
        for (var draw = 0; draw < 5; draw++)
        {
            var right = Glmm.Fit("y ~ 1 + (1 | g)", Data(0), Family.Poisson());
            var rough = new ChangedFits().RoughlyOf(ExcessZeros.Inflation, right)!;
            withoutSearch += rough.Convergence.Evaluations <= 2 ? 1 : 0;
            var whole = ExcessZeros.Inflation.Fit(right, like: null);
            Assert.InRange(Math.Max(rough.LogLikelihood, right.LogLikelihood), whole.LogLikelihood - 0.01, whole.LogLikelihood + 0.01);
        }

        Assert.InRange(withoutSearch, 1, 5);
        var sick = Glmm.Fit("y ~ 1 + (1 | g)", Data(0.2), Family.Poisson());
        Assert.True(new ChangedFits().RoughlyOf(ExcessZeros.Inflation, sick)!.LogLikelihood > sick.LogLikelihood + 50);
    }

    [Fact]
    public void SpreadAboutModesOfSmallGroupsIsNoPattern()
    {
        const int groups = 1500;
        var random = new RandomStream(8);
        double[] effect = [.. Enumerable.Range(0, groups).Select(_ => 0.6 * random.NextNormal())];
        FieldData Data(double curve) => FieldData.From(Enumerable.Range(0, 3 * groups).Select(i =>
        {
            var x = random.NextNormal();
            return new
            {
                y = random.NextPoisson(Math.Exp(1 + (0.3 * x) + (curve * x * x) + (0.8 * (i % 2)) + effect[i / 3])), x,
                treatment = i % 2 == 0 ? "control" : "fed", g = $"g{i / 3}",
            };
        }).ToArray());

        var right = Glmm.Fit("y ~ x + treatment + (1 | g)", Data(0), Family.Poisson()).Check(new CheckOptions { TryCures = false });
        Assert.DoesNotContain(right.Findings, f => f.Name.StartsWith("Pattern", StringComparison.Ordinal)
            && f.Status is CheckStatus.Problem or CheckStatus.Caution);
        var bent = Glmm.Fit("y ~ x + treatment + (1 | g)", Data(-0.3), Family.Poisson()).Check(new CheckOptions { TryCures = false });
        Assert.Contains(bent.Findings, f => f.Name == "Pattern against x" && f.Status == CheckStatus.Problem);
    }
}
