using EcoGlmm.Diagnostics;

namespace EcoGlmm.Tests.Diagnostics;

public class BinomialTestTests
{
    // R 4.2: binom.test(x, n, p, alternative = …)$p.value: two-sided, greater, less.
    [Theory]
    [InlineData(3, 100, 2.0 / 251, 0.04627524220945331, 0.04627524220945331, 0.99137471847943104)]
    [InlineData(0, 500, 2.0 / 251, 0.038739642905394361, 1, 0.018315248155521349)]
    [InlineData(12, 500, 2.0 / 251, 0.00083355911909550884, 0.00083355911909550884, 0.9997557079686813)]
    [InlineData(4, 500, 2.0 / 251, 0.80345889411234939, 0.56418260306510115, 0.63196384196735356)]
    [InlineData(900, 100000, 2.0 / 251, 0.0003051687854246359, 0.00016906833317873647, 0.99985174966485513)]
    [InlineData(700, 100000, 2.0 / 251, 0.00048902540053013654, 0.99979140493062602, 0.00023984482198193273)]
    [InlineData(796, 100000, 2.0 / 251, 1, 0.51629963994434336, 0.49788969197114885)]
    [InlineData(7, 10, 0.5, 0.34375, 0.171875, 0.9453125)]
    [InlineData(1, 3, 2.0 / 3, 0.25925925925925936, 0.96296296296296302, 0.25925925925925936)]
    public void AgreesWithR(int x, int n, double p, double twoSided, double greater, double less)
    {
        Assert.Equal(twoSided, BinomialTest.PValue(x, n, p, Alternative.TwoSided), 1e-10);
        Assert.Equal(greater, BinomialTest.PValue(x, n, p, Alternative.Greater), 1e-10);
        Assert.Equal(less, BinomialTest.PValue(x, n, p, Alternative.Less), 1e-10);
    }

    [Fact]
    public void ProbabilitiesSumToOne()
    {
        double sum = 0;
        for (var x = 0; x <= 40; x++)
            sum += BinomialTest.Probability(x, 40, 0.13);
        Assert.Equal(1, sum, 1e-13);
    }
}
