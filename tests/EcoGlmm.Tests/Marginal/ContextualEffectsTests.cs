using EcoGlmm.Numerics;
using EcoGlmm.Tests.Inference;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Effects within and between groups.</summary>
public sealed class ContextualEffectsTests
{
    [Fact]
    public void They_are_those_of_a_model_with_group_means()
    {
        var data = Simulated(contextual: 1.0);
        var effects = Glmm.Fit("y ~ x + z + (1 | g)", data).ContextualEffects();
        var manual = Glmm.Fit("y ~ within(x, g) + between(x, g) + within(z, g) + between(z, g) + (1 | g)", data).FixedEffects;
        Assert.Equal(manual["within(x, g)"].Estimate, effects["x"].Within, 1e-5);
        Assert.Equal(manual["between(x, g)"].Estimate, effects["x"].Between, 1e-5);
        Assert.Equal(manual["between(z, g)"].StandardError, effects["z"].BetweenStandardError, 1e-4);
        Assert.Equal(effects["x"].Between - effects["x"].Within, effects["x"].Difference, 1e-12);
        Assert.InRange(effects["x"].Within, 0.4, 0.6);
        Assert.InRange(effects["x"].Difference, 0.6, 1.4);
        Assert.True(effects["x"].PValue < 0.001 && effects["z"].PValue > 0.01);
        Assert.Contains("they differ", effects.Explain());
        Assert.Contains("association", effects.ToHtml());
    }

    [Fact]
    public void Without_a_contextual_effect_the_test_has_its_size()
    {
        var rejected = Enumerable.Range(0, 200).Count(s => Glmm.Fit("y ~ x + (1 | g)", Simulated(0, s, 15, 6))
            .ContextualEffects()["x"].PValue < 0.05);
        Assert.InRange(rejected, 2, 20);
    }

    [Fact]
    public void A_covariate_of_groups_or_of_rows_alone_has_nothing_to_compare()
    {
        var data = Simulated(0.5);
        var effects = Glmm.Fit("y ~ within(x, g) + between(x, g) + (1 | g)", data).ContextualEffects();
        Assert.Empty(effects);
        Assert.Contains("nothing to tell apart", effects.ToString());
        Assert.Contains("no grouping factor", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x", data).ContextualEffects()).Message);
        Assert.Contains("not a grouping factor", Assert.Throws<GlmmException>(() => Glmm.Fit("y ~ x + (1 | g)", data)
            .ContextualEffects("h")).Message);
    }

    [Fact]
    public void A_generalized_model_has_them_too()
    {
        var effects = InferenceReference.Fit("owls").ContextualEffects();
        Assert.Contains(effects["ArrivalTime"], effects);
        Assert.Equal("Nest", effects.Group);
        Assert.NotNull(effects.Extended);
    }

    private static FieldData Simulated(double contextual, long seed = 3, int groups = 40, int each = 8)
    {
        var random = new RandomStream(seed);
        var rows = new List<(string G, double X, double Z, double Y)>();
        for (var g = 0; g < groups; g++)
        {
            var (mean, effect) = (random.NextNormal(), 0.5 * random.NextNormal());
            for (var i = 0; i < each; i++)
            {
                var (x, z) = (mean + random.NextNormal(), random.NextNormal());
                rows.Add(($"g{g}", x, z, 1 + (0.5 * x) + (contextual * mean) + effect + (0.3 * z) + random.NextNormal()));
            }
        }

        return FieldData.From(new Dictionary<string, object>
        {
            ["g"] = rows.Select(r => r.G).ToArray(),
            ["x"] = rows.Select(r => r.X).ToArray(),
            ["z"] = rows.Select(r => r.Z).ToArray(),
            ["y"] = rows.Select(r => r.Y).ToArray(),
        });
    }
}
