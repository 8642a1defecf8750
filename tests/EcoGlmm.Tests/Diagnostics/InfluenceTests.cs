using EcoGlmm.Diagnostics;
using EcoGlmm.Estimation;
using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Diagnostics;

public sealed class InfluenceTests
{
    /// <summary>Two ways of solving the same equations differ by rounding alone.</summary>
    private const double Rounding = 1e-7;

    public static TheoryData<string, string, bool> Models => new()
    {
        { "y ~ x + (1 | g)", "gaussian", false },
        { "y ~ x + (x | g)", "gaussian", false },
        { "n ~ x + (1 | g) + (1 | h)", "poisson", false },
        { "n ~ x + (x | g)", "nbinom2", true },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_step_of_low_rank_is_that_of_equations_factorised_anew(string formula, string family, bool inflated)
    {
        var random = new Random(5);
        double[] effect = [.. Enumerable.Range(0, 15).Select(_ => random.NextDouble() - 0.5)];
        var data = FieldData.From(Enumerable.Range(0, 300).Select(i =>
        {
            var (x, mean) = (random.NextDouble(), 0.0);
            mean = Math.Exp(1 + x + effect[i % 15]);
            var count = Enumerable.Range(0, 40).Count(_ => random.NextDouble() < mean / 40);
            return new { y = mean + random.NextDouble(), n = random.NextDouble() < 0.2 ? 0 : count, x, g = $"g{i % 15}", h = $"h{i % 7}" };
        }).ToArray());
        var chosen = family switch { "poisson" => Family.Poisson(), "nbinom2" => Family.NegativeBinomial2(), _ => Family.Gaussian() };
        var fit = Glmm.Fit(formula, data, chosen, inflated ? new GlmmOptions { ZeroInflation = "~ x" } : null);
        var levels = Grouping.From([.. Enumerable.Range(0, 300).Select(i => $"g{i % 15}")], 300);
        var step = new JointNewtonStep(fit.Estimate);
        foreach (var rows in levels.Rows)
        {
            var quick = step.LowRankChange(rows)!;
            var anew = step.RefactoredChange(rows)!;
            for (var j = 0; j < anew.Length; j++)
                Assert.Equal(anew[j], quick[j], Rounding * Math.Max(1, Math.Abs(anew[j])));
        }
    }

    [Theory]
    [InlineData("n ~ x + (1 | g) + (1 | h)")]
    [InlineData("n ~ x + (x | g) + (1 | h)")]
    [InlineData("n ~ x + (1 | h/g)")]
    public void A_step_without_one_of_many_levels_is_that_of_equations_factorised_anew(string formula)
    {
        const int levels = 2600, rows = 3 * levels;
        var random = new Random(7);
        var data = FieldData.From(Enumerable.Range(0, rows).Select(i =>
        {
            var x = random.NextDouble();
            var mean = Math.Exp(1 + x + (0.5 * Math.Sin(i % levels)));
            var n = Enumerable.Range(0, 40).Count(_ => random.NextDouble() < mean / 40);
            return new { n, x, g = $"g{i % levels}", h = $"h{i % 13}" };
        }).ToArray());
        var fit = Glmm.Fit(formula, data, Family.Poisson());
        var step = new JointNewtonStep(fit.Estimate);
        foreach (var level in new[] { 0, 17, 2599 })
        {
            int[] left = [level, level + levels, level + (2 * levels)];
            var quick = step.LowRankChange(left)!;
            var anew = step.RefactoredChange(left)!;
            for (var j = 0; j < anew.Length; j++)
                Assert.Equal(anew[j], quick[j], Rounding * Math.Max(1, Math.Abs(anew[j])));
        }
    }

    [Fact]
    public void Influence_of_thousands_of_levels_takes_no_longer_than_their_number_asks()
    {
        const int levels = 6000;
        var random = new Random(6);
        var data = FieldData.From(Enumerable.Range(0, 4 * levels).Select(i => new
        {
            y = random.NextDouble() + (0.1 * (i % 7)), x = random.NextDouble(), g = $"g{i % levels}",
        }).ToArray());
        var fit = Glmm.Fit("y ~ x + (1 | g)", data);
        Assert.True(JointNewtonStep.Work(fit.Estimate, Enumerable.Range(0, levels).Select(g => new[] { g, g + levels })) < 4e8);
        Assert.Equal(levels, fit.Influence("g").Count);
        Assert.DoesNotContain(fit.Check().Findings, f => f.Name == "Influence of g" && f.Status == CheckStatus.NotChecked);
    }

    [Fact]
    public void One_level_with_all_rows_cannot_be_left_out()
    {
        var data = InferenceReference.Data("sleepstudy").With("all", Enumerable.Repeat<string?>("one", 180));
        var fit = Glmm.Fit("Reaction ~ Days + (1 | Subject)", data);
        var error = Assert.Throws<GlmmException>(() => fit.Influence("all"));
        Assert.Contains("has one level, with all rows", error.Message);
        error = Assert.Throws<GlmmException>(() => fit.CrossValidate(group: "all"));
        Assert.Contains("folds of rows", error.Message);
        var series = Glmm.Fit("Reaction ~ 1 + (1 | Subject) + ar1(0 + Days | 1)", data);
        var all = series.Groups.Select(g => g.Group).Single(g => g != "Subject");
        error = Assert.Throws<GlmmException>(() => series.CrossValidate(group: all));
        Assert.Contains($"\"{all}\" has one level, with all rows", error.Message);
        Assert.DoesNotContain(series.Check().Findings, f => f.Name == $"Influence of {all}");
        // A factor that is made of two columns.
        var nested = Glmm.Fit("strength ~ 1 + (1 | batch/cask)", InferenceReference.Data("pastes"));
        Assert.Contains("cask:batch", nested.CrossValidate(folds: 3, group: "cask:batch").ToString());
    }
}
