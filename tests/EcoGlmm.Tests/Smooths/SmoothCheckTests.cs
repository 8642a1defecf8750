namespace EcoGlmm.Tests.Smooths;

/// <summary>Checks of smooths: the size of a basis, and terms that say the same.</summary>
public sealed class SmoothCheckTests
{
    private static FieldData Waves(int n)
    {
        var random = new Random(8);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var rows = Enumerable.Range(0, n).Select(_ => random.NextDouble()).Select(x => new { x, z = (0.9 * x) + (0.05 * Normal()),
            y = Math.Sin(25 * x) + (0.3 * Normal()) });
        return FieldData.From(rows.ToArray());
    }

    [Fact]
    public void A_basis_that_is_too_small_is_seen()
    {
        var data = Waves(400);
        var small = Glmm.Fit("y ~ s(x, k = 5)", data);
        var check = Assert.Single(small.BasisChecks());
        Assert.True(check.IsTooSmall);
        Assert.InRange(check.Index, 0.1, 0.8);
        Assert.Contains("k = 10", small.Check().ToString());
        Assert.False(Assert.Single(Glmm.Fit("y ~ s(x, k = 25)", data).BasisChecks()).IsTooSmall);
    }

    [Fact]
    public void Terms_that_say_the_same_are_seen()
    {
        var both = Glmm.Fit("y ~ s(x, k = 8) + s(z, k = 8)", Waves(400)).Concurvity();
        Assert.Equal(2, both.Count);
        Assert.All(both, c => Assert.InRange(c.Worst, 0.9, 1));
        var alone = Assert.Single(Glmm.Fit("y ~ s(x)", Waves(400)).Concurvity());
        Assert.InRange(alone.Worst, 0, 1e-6);
    }

    [Fact]
    public void A_smooth_is_proposed_where_there_is_a_curve()
    {
        var check = Glmm.Fit("y ~ x", Waves(400)).Check();
        Assert.NotNull(check.Cure);
        Assert.Contains("s(x", check.Cure!.Call);
    }
}
