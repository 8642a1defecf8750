using EcoGlmm.Diagnostics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Diagnostics;

public class QuantileWaveTests
{
    /// <summary>Share of 200 data sets of 200 rows that are rejected at 5 %, where the mean of normal residuals is a wave.</summary>
    private static double Rejected(double height) => Enumerable.Range(1, 200).Count(study =>
    {
        var random = new RandomStream(study);
        double[] u = [.. Enumerable.Range(0, 200).Select(i => (i + 0.5) / 200)];
        double[] r = [.. u.Select(at => SpecialFunctions.NormalCdf((height * Math.Sin(6 * Math.PI * at)) + random.NextNormal()))];
        var curves = QuantileSpline.Fit(u, r, [0.25, 0.5, 0.75]).Curves;
        return PValueAdjustment.BenjaminiHochberg([.. curves.Select(c => c.PValue)]).Min() < 0.05;
    }) / 200.0;

    [Fact]
    public void WavesOfThreePeriodsAreFoundAndCorrectResidualsAreNot()
    {
        Assert.InRange(Rejected(0.45), 0.45, 0.75);
        Assert.InRange(Rejected(0), 0, 0.09);
    }

    [Fact]
    public void FewDifferentValuesHaveNoWaves()
    {
        var random = new RandomStream(3);
        double[] x = [.. Enumerable.Range(0, 300).Select(i => (double)(i % 4))];
        double[] r = [.. x.Select(_ => random.NextDouble())];
        Assert.InRange(QuantileSpline.Fit(x, r, [0.5]).Curves[0].PValue, 0.001, 1);
    }
}
