using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Numerics;

public class GaussHermiteRuleTests
{
    /// <summary>Abramowitz &amp; Stegun (1964), Handbook of Mathematical Functions, table 25.10: weight e^(−x²).</summary>
    [Theory]
    [InlineData(2, 1, 0.707106781186548, 0.8862269254528)]
    [InlineData(5, 2, 0, 0.9453087204829)]
    [InlineData(5, 3, 0.958572464613819, 0.3936193231522)]
    [InlineData(5, 4, 2.020182870456086, 0.01995324205905)]
    [InlineData(10, 9, 3.436159118837738, 7.640432855233e-6)]
    [InlineData(20, 19, 5.3874808900112, 2.229393645534e-13)]
    public void Nodes_and_weights_are_the_published_ones(int points, int at, double node, double weight)
    {
        var rule = GaussHermiteRule.Of(points);
        Assert.Equal(node, rule.Nodes[at] / Math.Sqrt(2), 1e-13);
        Assert.Equal(1, Math.Exp(rule.LogWeights[at]) * Math.Sqrt(Math.PI) / weight, 1e-11);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(99)]
    [InlineData(100)]
    public void Moments_of_the_normal_distribution_are_exact(int points)
    {
        var rule = GaussHermiteRule.Of(points);
        var logMoment = 0.0;
        for (var half = 0; half < points; half++)
        {
            if (half > 0) logMoment += Math.Log((2 * half) - 1);
            var sum = 0.0;
            for (var j = 0; j < points; j++)
            {
                Assert.Equal(-rule.Nodes[points - 1 - j], rule.Nodes[j]);
                if (rule.Nodes[j] == 0 && half > 0) continue;
                var power = half == 0 ? 0 : 2 * half * Math.Log(Math.Abs(rule.Nodes[j]));
                sum += Math.Exp(rule.LogWeights[j] + power - logMoment);
            }

            Assert.Equal(1, sum, 1e-11);
        }
    }
}
