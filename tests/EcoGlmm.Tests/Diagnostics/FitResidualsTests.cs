namespace EcoGlmm.Tests.Diagnostics;

public sealed class FitResidualsTests
{
    [Theory]
    [InlineData(SimulationMode.Conditional)]
    [InlineData(SimulationMode.Unconditional)]
    public void They_stand_against_predictions_without_random_effects(SimulationMode mode)
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 80).Select(i => new { y = random.Next(0, 3 + (i / 10)), x = i % 4, g = "g" + (i / 10) });
        var fit = Glmm.Fit("y ~ x + (1 | g)", FieldData.From(rows), Family.Poisson(), new GlmmOptions { ZeroInflation = "~ 1" });
        var expected = fit.Predict(randomEffects: RandomEffectsUse.Population).Estimate;
        Assert.All(fit.SimulatedResiduals(50, mode: mode).Fitted.Zip(expected),
            pair => Assert.Equal(pair.Second, pair.First, 1e-10 * pair.Second));
    }
}
