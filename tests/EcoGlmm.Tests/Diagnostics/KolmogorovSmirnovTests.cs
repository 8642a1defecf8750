using EcoGlmm.Diagnostics;

namespace EcoGlmm.Tests.Diagnostics;

public class KolmogorovSmirnovTests
{
    private static readonly double[] Values = [0.12, 0.55, 0.83, 0.07, 0.31, 0.94, 0.62, 0.48, 0.21, 0.35];

    // R 4.2: 1 - .Call(stats:::C_pKolmogorov2x, d, n), the exact p-value of ks.test.
    [Theory]
    [InlineData(0.3, 7, 0.46626387699002947)]
    [InlineData(0.274, 10, 0.37152038454349567)]
    [InlineData(0.12, 50, 0.43376796613102331)]
    [InlineData(0.05, 99, 0.95503075682899707)]
    [InlineData(0.2, 99, 0.00060187124282240489)]
    [InlineData(0.15, 3, 1)]
    [InlineData(0.9, 3, 0.002)]
    [InlineData(0.5, 20, 3.7875952405563851e-05)]
    public void ExactTwoSidedAgreesWithR(double d, int n, double expected) =>
        Assert.Equal(expected, KolmogorovSmirnov.TwoSidedExact(d, n), 1e-12);

    // R 4.2: 1 - .Call(stats:::C_pKS2, z, 1e-12).
    [Theory]
    [InlineData(0.3, 0.99999069419866549)]
    [InlineData(0.7, 0.71123519502968924)]
    [InlineData(1, 0.2699996716773545)]
    [InlineData(1.36, 0.049485876755377856)]
    [InlineData(2, 0.00067092525577971962)]
    public void LimitAgreesWithR(double z, double expected) =>
        Assert.Equal(expected, KolmogorovSmirnov.TwoSidedLimit(z), 1e-11);

    [Fact]
    public void LimitHasNoJumpWhereItsSeriesChange() =>
        Assert.Equal(KolmogorovSmirnov.TwoSidedLimit(1 - 1e-13), KolmogorovSmirnov.TwoSidedLimit(1), 1e-12);

    // R 4.2: ks.test(x, "punif", alternative = …).
    [Theory]
    [InlineData(Alternative.TwoSided, 0.18, 0.84728062732194631)]
    [InlineData(Alternative.Greater, 0.18, 0.46815225563335217)]
    [InlineData(Alternative.Less, 0.07, 0.87130785513058862)]
    public void SmallSampleAgreesWithR(Alternative alternative, double statistic, double p)
    {
        (var d, var actual) = KolmogorovSmirnov.Uniform(Values, alternative);
        Assert.Equal(statistic, d, 1e-14);
        Assert.Equal(p, actual, 1e-12);
    }

    [Theory]
    [InlineData(Alternative.TwoSided, 0.1657142857142857, 0.83667964980572229)]
    [InlineData(Alternative.Greater, 0.1657142857142857, 0.46351604120698747)]
    [InlineData(Alternative.Less, 0.15428571428571425, 0.51349535998322293)]
    public void TiesUseTheLimitAsInR(Alternative alternative, double statistic, double p)
    {
        (var d, var actual) = KolmogorovSmirnov.Uniform([.. Values, 0.12, 1, 1, 0], alternative);
        Assert.Equal(statistic, d, 1e-14);
        Assert.Equal(p, actual, 2e-6);
    }

    [Fact]
    public void ExactIsContinuousWhereTheTailFormulaTakesOver()
    {
        var d = Math.Sqrt(4.0 / 60);
        Assert.Equal(KolmogorovSmirnov.TwoSidedExact(d - 1e-12, 60), KolmogorovSmirnov.TwoSidedExact(d + 1e-12, 60), 1e-11);
    }
}
