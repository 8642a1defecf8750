using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>The exact gradient of adaptive Gauss-Hermite quadrature against differences of its value.</summary>
public class QuadratureGradientTests
{
    private static readonly (string Family, string[] Links)[] Families =
    [
        ("gaussian", ["identity", "log", "inverse"]),
        ("poisson", ["log", "sqrt"]),
        ("binomial", ["logit", "probit", "cloglog", "cauchit"]),
        ("nbinom1", ["log"]),
        ("nbinom2", ["log", "sqrt"]),
        ("Gamma", ["log", "inverse"]),
        ("inverse.gaussian", ["log"]),
        ("lognormal", ["log"]),
        ("beta", ["logit"]),
        ("betabinomial", ["logit"]),
        ("truncated_poisson", ["log"]),
        ("truncated_nbinom2", ["log"]),
        ("genpois", ["log"]),
        ("bell", ["log"]),
        ("compois", ["log"]),
        ("truncated_nbinom1", ["log"]),
        ("nbinom12", ["log"]),
        ("t", ["identity", "log"]),
        ("skewnormal", ["identity"]),
        ("tweedie", ["log"]),
        ("ordbeta", ["logit"]),
        ("cumulative", ["logit", "probit"]),
    ];

    public static TheoryData<string, string, string, int> Cases()
    {
        var cases = new TheoryData<string, string, string, int>();
        foreach (var (family, links) in Families)
        {
            foreach (var link in links)
            {
                cases.Add(family, link, "intercept", 2);
                cases.Add(family, link, "intercept", 9);
                cases.Add(family, link, "correlated", 3);
                cases.Add(family, link, "two terms", 3);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_family_link_and_structure(string family, string link, string structure, int points)
    {
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family, link).WithCategories(["a", "b", "c", "d"]), Structure(structure));
        model.QuadraturePoints = points;
        LaplaceGradientTests.Check(model, psi);
    }

    [Theory]
    [InlineData("poisson", 1)]
    [InlineData("poisson", 6)]
    [InlineData("nbinom2", 3)]
    [InlineData("nbinom1", 4)]
    [InlineData("Gamma", 5)]
    public void Effects_in_several_predictors_with_weights(string family, int points)
    {
        var random = new RandomStream(7);
        var g = SimulatedModel.Intercept("g", 12, i => i % 12);
        var hasDispersion = family != "poisson";
        var dispersion = hasDispersion ? SimulatedModel.Part(random, SimulatedModel.Rows, g) : null;
        var zeros = family == "Gamma" ? null : SimulatedModel.Part(random, SimulatedModel.Rows, g);
        var weights = Enumerable.Range(0, SimulatedModel.Rows).Select(i => 0.5 + (0.25 * (i % 5))).ToArray();
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family, "log"), Structure("intercept"), dispersion, zeros, weights);
        model.QuadraturePoints = points;
        LaplaceGradientTests.Check(model, psi);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    [InlineData("t")]
    [InlineData("tweedie")]
    public void Fixed_effects_in_the_other_predictors(string family)
    {
        var random = new RandomStream(8);
        var dispersion = family == "poisson" ? null : SimulatedModel.Part(random, SimulatedModel.Rows);
        var zeros = SimulatedModel.Part(random, SimulatedModel.Rows);
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family), Structure("uncorrelated"), dispersion, zeros);
        model.QuadraturePoints = 5;
        LaplaceGradientTests.Check(model, psi);
    }

    [Theory]
    [InlineData("intercept")]
    [InlineData("correlated")]
    public void One_or_two_rows_in_a_level(string structure)
    {
        var term = structure == "intercept"
            ? SimulatedModel.Intercept("g", 80, i => i % 80)
            : SimulatedModel.Term("g", 80, i => i % 80, SimulatedModel.Rows, ["(Intercept)", "x"], "us", (i, e) => e == 0
                ? 1 : Math.Sin(i));
        var (model, psi) = SimulatedModel.Draw(Family.Binomial(), [term]);
        for (var j = model.FixedCount; j < psi.Length; j++) psi[j] *= 8;
        model.QuadraturePoints = 11;
        LaplaceGradientTests.Check(model, psi);
    }

    private static GroupingTerm[] Structure(string name)
    {
        if (name != "two terms") return SimulatedModel.Structure(name);
        return
        [
            SimulatedModel.Intercept("g", 12, i => i % 12),
            SimulatedModel.Term("g", 12, i => i % 12, SimulatedModel.Rows, ["x", "w"], "us",
                (i, e) => Math.Cos((1.3 + e) * i)),
        ];
    }
}
