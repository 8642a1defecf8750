using EcoGlmm.Inference;
using EcoGlmm.RandomEffects;
using EcoGlmm.Tests.Estimation;

namespace EcoGlmm.Tests.Inference;

/// <summary>Random terms within random terms: how many variances are zero, and whether more than variances are at an end.</summary>
public sealed class TermNestingTests
{
    [Theory]
    [InlineData("(1 | g)", "(1 | g) + ar1(0 + t | g)", 1, true)]
    [InlineData("(1 | g)", "(1 | g) + hetar1(0 + t | g)", 4, true)]
    [InlineData("(1 | g)", "(1 | g) + ar1(0 + t | g) + homcs(0 + t | h)", 2, true)]
    [InlineData("(1 | g)", "(1 | g) + phylo(1 | tip)", 1, false)]
    [InlineData("(1 | g)", "(x | g)", 1, false)]
    [InlineData("(1 | g) + (0 + x | g)", "(x | g)", 0, false)]
    [InlineData("diag(x | g)", "(x | g)", 0, false)]
    [InlineData("(1 | g)", "(1 | g) + (1 | h)", 1, false)]
    public void Special_cases(string smaller, string larger, int variances, bool isIrregular) =>
        Assert.Equal((variances, isIrregular), TermNesting.Of(Terms(smaller), Terms(larger)));

    [Theory]
    [InlineData("(x | g)", "diag(x | g)")]
    [InlineData("(x | g)", "(1 | g) + (0 + x | g)")]
    [InlineData("(1 | h)", "(1 | g)")]
    [InlineData("ar1(0 + t | g)", "ar1(0 + t | h)")]
    [InlineData("toep(0 + t | g)", "cs(0 + t | g)")]
    public void What_is_no_special_case(string smaller, string larger) => Assert.Null(TermNesting.Of(Terms(smaller), Terms(larger)));

    [Fact]
    public void A_term_of_another_part_is_another_term()
    {
        var dispersion = Glmm.Fit("y ~ x", StructureCatalogue.Data, options: StructureCatalogue.Options with
        {
            Dispersion = "~ ar1(0 + t | g)",
        });
        Assert.Null(TermNesting.Of(dispersion.Estimate.Model.Terms, Terms("ar1(0 + t | g)")));
    }

    private static IReadOnlyList<RandomTerm> Terms(string terms) => Glmm.Fit($"y ~ x + {terms}", StructureCatalogue.Data,
        options: StructureCatalogue.Options).Estimate.Model.Terms;
}
