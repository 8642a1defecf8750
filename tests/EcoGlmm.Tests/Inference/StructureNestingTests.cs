using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Inference;

/// <summary>Which covariance structures are special cases of which, with the degrees of freedom of their likelihood ratios.</summary>
public sealed class StructureNestingTests
{
    private static readonly Lazy<FieldData> Data = new(Simulated);

    private static readonly Dictionary<string, Lazy<GlmmFit>> Fits = new[]
    {
        "homdiag(0 + f | g)", "diag(0 + f | g)", "homcs(0 + f | g)", "cs(0 + f | g)", "homtoep(0 + f | g)", "toep(0 + f | g)",
        "ar1(0 + f | g)", "hetar1(0 + f | g)", "ar2(0 + f | g)", "us(0 + f | g)", "rr(0 + f | g, d = 1)", "rr(0 + f | g, d = 2)", "(1 | g)",
        "ar1(0 + t | g)", "ou(0 + t | g)", "exp(0 + x + y | 1)", "mat(0 + x + y | 1)", "phylo(1 | tip)",
        "phylo(1 | tip, model = lambda)", "(1 | tip)", "(1 | g) + ar1(0 + f | g)",
    }.ToDictionary(term => term, term => new Lazy<GlmmFit>(() => Glmm.Fit($"z ~ 1 + {term}", Data.Value, options: new GlmmOptions
    {
        Relatedness = new Dictionary<string, Relatedness> { ["tip"] =
            PhylogeneticTree.Parse("(((s1:1,s2:1):1,s3:2):1.5,(s4:2.5,s5:2.5):1);") },
    })));

    [Theory]
    [InlineData("homdiag(0 + f | g)", "diag(0 + f | g)", 3, "")]
    [InlineData("homdiag(0 + f | g)", "homcs(0 + f | g)", 1, "")]
    [InlineData("homdiag(0 + f | g)", "ar1(0 + f | g)", 1, "")]
    [InlineData("homdiag(0 + f | g)", "us(0 + f | g)", 9, "")]
    [InlineData("diag(0 + f | g)", "cs(0 + f | g)", 1, "")]
    [InlineData("diag(0 + f | g)", "hetar1(0 + f | g)", 1, "")]
    [InlineData("diag(0 + f | g)", "us(0 + f | g)", 6, "")]
    [InlineData("homcs(0 + f | g)", "cs(0 + f | g)", 3, "")]
    [InlineData("homcs(0 + f | g)", "homtoep(0 + f | g)", 2, "")]
    [InlineData("cs(0 + f | g)", "toep(0 + f | g)", 2, "")]
    [InlineData("cs(0 + f | g)", "us(0 + f | g)", 5, "")]
    [InlineData("ar1(0 + f | g)", "hetar1(0 + f | g)", 3, "")]
    [InlineData("ar1(0 + f | g)", "ar2(0 + f | g)", 1, "")]
    [InlineData("ar1(0 + f | g)", "homtoep(0 + f | g)", 2, "")]
    [InlineData("ar1(0 + f | g)", "us(0 + f | g)", 8, "")]
    [InlineData("ar2(0 + f | g)", "homtoep(0 + f | g)", 1, "")]
    [InlineData("hetar1(0 + f | g)", "toep(0 + f | g)", 2, "")]
    [InlineData("homtoep(0 + f | g)", "toep(0 + f | g)", 3, "")]
    [InlineData("toep(0 + f | g)", "us(0 + f | g)", 3, "")]
    [InlineData("rr(0 + f | g, d = 1)", "rr(0 + f | g, d = 2)", 3, "at the end of what")]
    [InlineData("rr(0 + f | g, d = 2)", "us(0 + f | g)", 3, "at the end of what")]
    [InlineData("exp(0 + x + y | 1)", "mat(0 + x + y | 1)", 1, "")]
    [InlineData("phylo(1 | tip)", "phylo(1 | tip, model = lambda)", 1, "at the end of what")]
    [InlineData("(1 | g)", "(1 | g) + ar1(0 + f | g)", 2, "lacks its shape")]
    public void A_special_case_is_tested_with_what_it_lacks(string smaller, string larger, int df, string note)
    {
        var (a, b) = (Fits[smaller].Value, Fits[larger].Value);
        Assert.Equal(df, b.ParameterCount - a.ParameterCount);
        var test = Assert.Single(Glmm.Compare(("small", a), ("large", b)).LikelihoodRatioTests);
        Assert.Equal(df, test.Df);
        Assert.Contains(note, test.Note);
        if (note == "") Assert.Equal("", test.Note);

        // A special case cannot have a higher likelihood, which is what shows that it is one.
        Assert.InRange(b.LogLikelihood, a.LogLikelihood - 1e-5, double.PositiveInfinity);
        Assert.Equal(1 - MathNet.Numerics.Distributions.ChiSquared.CDF(df, test.Statistic), test.PValue, 1e-12);
    }

    [Theory]
    [InlineData("homcs(0 + f | g)", "hetar1(0 + f | g)")]
    [InlineData("diag(0 + f | g)", "homtoep(0 + f | g)")]
    [InlineData("homcs(0 + f | g)", "ar2(0 + f | g)")]
    [InlineData("ar1(0 + f | g)", "cs(0 + f | g)")]
    [InlineData("ou(0 + t | g)", "us(0 + f | g)")]
    [InlineData("(1 | tip)", "phylo(1 | tip, model = lambda)")]
    public void What_is_no_special_case_is_not_tested(string smaller, string larger) =>
        Assert.Empty(Glmm.Compare(("small", Fits[smaller].Value), ("large", Fits[larger].Value)).LikelihoodRatioTests);

    private static FieldData Simulated()
    {
        const int groups = 60, width = 4;
        var random = new RandomStream(41);
        var (z, g, f, t, x, y, tip) = (new List<double>(), new List<string>(), new List<string>(), new List<double>(), new List<double>(),
            new List<double>(), new List<string>());
        double[] species = [.. Enumerable.Range(0, 5).Select(_ => random.NextNormal())];
        for (var k = 0; k < groups; k++)
        {
            var u = 0.0;
            for (var i = 0; i < width; i++)
            {
                u = i == 0 ? random.NextNormal() : (0.5 * u) + (Math.Sqrt(0.75) * random.NextNormal());
                foreach (var _ in new[] { 0, 1 })
                {
                    z.Add(3 + ((0.8 + (0.2 * i)) * u) + species[k % 5] + (0.7 * random.NextNormal()));
                    g.Add($"g{k}");
                    f.Add($"{i + 1}");
                    t.Add(i);
                    x.Add(k % 8);
                    y.Add(k / 8);
                    tip.Add($"s{1 + (k % 5)}");
                }
            }
        }

        return FieldData.From(new Dictionary<string, object>
        {
            ["z"] = z.ToArray(), ["g"] = g.ToArray(), ["f"] = f.ToArray(), ["t"] = t.ToArray(), ["x"] = x.ToArray(), ["y"] = y.ToArray(),
            ["tip"] = tip.ToArray(),
        });
    }
}
