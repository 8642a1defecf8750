namespace EcoGlmm.Tests.Estimation;

/// <summary>Quadrature does not claim a likelihood that no model has.</summary>
public class QuadratureCheckTests
{
    // Ten groups, each all zeros or all ones: the likelihood rises towards 10 log ½ as the variance goes to infinity.
    private static readonly FieldData Separated = new TestData(60).Number("y", i => i / 6 % 2).Factor("g", i => i / 6).Build();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(100)]
    public void Groups_that_are_all_alike_within_do_not_converge(int points)
    {
        var fit = Glmm.Fit("y ~ 1 + (1 | g)", Separated, Family.Binomial(), new GlmmOptions { QuadraturePoints = points });
        Assert.Equal(ConvergenceStatus.NotConverged, fit.Convergence.Status);
        Assert.NotEmpty(fit.Convergence.Problems);
    }

    [Fact]
    public void Too_few_points_are_told_of()
    {
        var data = new TestData(120).Factor("g", i => i / 3).Yes("y", i => i / 3 % 3 == 0 ? 0.75 : 0.3).Build();
        var (rough, exact) = (Fit(2), Fit(25));
        Assert.Empty(exact.Convergence.Problems);
        Assert.Contains("points of quadrature", rough.Convergence.ToString());

        GlmmFit Fit(int points) => Glmm.Fit("y ~ 1 + (1 | g)", data, Family.Binomial(), new GlmmOptions { QuadraturePoints = points });
    }
}
