using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Tests.Estimation;

/// <summary>What a user meets of a structure, for every one of them: a new one is in these tests by its line in
/// StructureKind.All.</summary>
public sealed class EveryStructureTests
{
    [Fact]
    public void No_structure_is_left_out() => Assert.All(StructureKind.All.Where(kind => !kind.IsPlain), kind =>
        Assert.Contains(StructureCatalogue.Terms, term => term.StartsWith(kind.Name + "(", StringComparison.Ordinal)));

    /// <summary>Data without structure put one structure after the other at the end of what it can be, often in several parameters at
    /// once: that is told as a singular fit, not as a search that failed.</summary>
    [Theory]
    [InlineData("y", "")]
    [InlineData("count", "")]
    [InlineData("count", "zero inflation")]
    [InlineData("y", "dispersion")]
    public void Noise_leads_to_a_boundary_and_not_astray(string response, string part)
    {
        var family = response == "y" ? Family.Gaussian() : Family.Poisson();
        Assert.All(StructureCatalogue.Terms.Where(term => !(part == "" && IsFlat(response, term))), term =>
        {
            var options = StructureCatalogue.Options;
            if (part == "zero inflation") options = options with { ZeroInflation = $"~ {term}" };
            else if (part == "dispersion") options = options with { Dispersion = $"~ {term}" };
            var fit = Glmm.Fit($"{response} ~ x + {(part == "" ? term : "(1 | g)")}", StructureCatalogue.Data, family, options);
            Assert.True(fit.Convergence.IsConverged, $"{term}: {string.Join(" ", fit.Convergence.Problems)}");
        });
    }

    /// <summary>The pilot's own covariance is what its power is simulated with.</summary>
    [Fact]
    public void Every_pilot_has_a_power() => Assert.All(StructureCatalogue.Terms.Where(term =>
        !term.StartsWith("rr", StringComparison.Ordinal) && !term.StartsWith("mat", StringComparison.Ordinal)), term =>
    {
        var fit = Glmm.Fit($"y ~ x + {term}", StructureCatalogue.Data, options: StructureCatalogue.Options);
        var power = fit.Power("x", value: 3, power: new PowerOptions { Simulations = 4 });
        Assert.InRange(Assert.Single(power).Power, 0.5, 1);
        Assert.InRange(fit.CoefficientTests(DenominatorDegrees.BetweenWithin)[1].DegreesOfFreedom, 1, 72);
    });

    /// <summary>Fields of eight weeks with a range of forty times their square, along which the likelihood does not curve.</summary>
    private static bool IsFlat(string response, string term) => response == "count" && term.Contains("follow", StringComparison.Ordinal);
}
