using EcoGlmm.Estimation;
using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>The exact gradient of the Laplace approximation against differences of its value.</summary>
public class LaplaceGradientTests
{
    private static readonly string[] Structures = ["none", "intercept", "correlated", "uncorrelated", "crossed", "nested", "olre"];

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var family in FamilyNames.All)
        {
            foreach (var structure in Structures) cases.Add(family.Name, family.Link.Name, structure);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_family_link_and_structure(string family, string link, string structure)
    {
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family, link).WithCategories(["a", "b", "c", "d"]),
            SimulatedModel.Structure(structure));
        Check(model, psi);
    }

    [Theory]
    [InlineData("poisson")]
    [InlineData("nbinom2")]
    [InlineData("nbinom1")]
    [InlineData("t")]
    [InlineData("tweedie")]
    [InlineData("skewnormal")]
    [InlineData("nbinom12")]
    [InlineData("ordbeta")]
    public void Zero_inflation_with_its_own_random_effects(string family)
    {
        var random = new RandomStream(5);
        var zeros = SimulatedModel.Part(random, SimulatedModel.Rows, SimulatedModel.Intercept("k", 9, i => i % 9));
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family), SimulatedModel.Structure("crossed"), null, zeros);
        Check(model, psi);
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("nbinom2")]
    [InlineData("nbinom1")]
    [InlineData("Gamma")]
    public void Dispersion_with_its_own_random_effects(string family)
    {
        var random = new RandomStream(6);
        var dispersion = SimulatedModel.Part(random, SimulatedModel.Rows, SimulatedModel.Intercept("k", 9, i => i % 9));
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family, family == "Gamma" ? "log" : null),
            SimulatedModel.Structure("crossed"), dispersion);
        Check(model, psi);
    }

    [Theory]
    [InlineData("t")]
    [InlineData("tweedie")]
    [InlineData("skewnormal")]
    [InlineData("nbinom12")]
    [InlineData("ordbeta")]
    public void A_shape_beside_a_dispersion_formula_and_weights(string family)
    {
        var random = new RandomStream(8);
        var zeros = SimulatedModel.Part(random, SimulatedModel.Rows, SimulatedModel.Intercept("k", 9, i => i % 9));
        var weights = Enumerable.Range(0, SimulatedModel.Rows).Select(i => 0.5 + (0.25 * (i % 5))).ToArray();
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family), SimulatedModel.Structure("crossed"),
            SimulatedModel.Part(random, SimulatedModel.Rows), zeros, weights);
        Check(model, psi);
    }

    [Fact]
    public void All_three_predictors_with_random_effects_and_weights()
    {
        var random = new RandomStream(7);
        var dispersion = SimulatedModel.Part(random, SimulatedModel.Rows, SimulatedModel.Intercept("k", 9, i => i % 9));
        var zeros = SimulatedModel.Part(random, SimulatedModel.Rows, SimulatedModel.Intercept("m", 5, i => i % 5));
        var weights = Enumerable.Range(0, SimulatedModel.Rows).Select(i => 0.5 + (0.25 * (i % 5))).ToArray();
        var (model, psi) = SimulatedModel.Draw(Family.Parse("nbinom2"), SimulatedModel.Structure("intercept"), dispersion, zeros, weights);
        Check(model, psi);
    }

    [Theory]
    [InlineData("gaussian", "correlated")]
    [InlineData("poisson", "crossed")]
    [InlineData("binomial", "uncorrelated")]
    public void Priors_on_coefficients_deviations_and_correlations(string family, string structure)
    {
        var group = structure == "crossed" ? "h" : "g";
        List<Prior> priors =
        [
            Prior.Normal(0.2, 1.5), Prior.StudentT(3, -0.5, 2).On("(Intercept)"), Prior.Cauchy(1, 0.5).On("x"),
            Prior.Gamma(0.7, 3).OnStandardDeviations(group), Prior.Normal(0, 0.4).OnStandardDeviations(group, "x"),
        ];
        if (structure != "uncorrelated") priors.Add(Prior.Lkj(2.5, group));
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family), SimulatedModel.Structure(structure), priors: [.. priors]);
        Check(model, psi);
    }

    [Theory]
    [InlineData("deviation")]
    [InlineData("correlation")]
    public void Correlated_effects_of_which_something_is_held(string what)
    {
        var held = what == "deviation" ? Parameter.StandardDeviation("h", "x", 0.6) : Parameter.Correlation("h", "(Intercept)", "x", -0.4);
        var (model, psi) = SimulatedModel.Draw(Family.Parse("nbinom2"), SimulatedModel.Structure("crossed"), held: [held],
            priors: [Prior.Gamma(0.7, 3).OnStandardDeviations("h")]);
        model.Restraints.Apply(psi);
        Check(model, psi);
    }

    internal static void Check(MixedModel model, double[] psi)
    {
        var objective = new LaplaceObjective(model, 1, CancellationToken.None);
        var gradient = new double[psi.Length];
        double Evaluate(double[] point, double[] slope) => model.Restraints.Evaluate(objective.Evaluate, point, slope);
        var value = Evaluate(psi, gradient);
        Assert.True(double.IsFinite(value), objective.Failure);
        var largest = gradient.Max(Math.Abs);
        for (var j = 0; j < psi.Length; j++)
        {
            if (model.Restraints.Holds(j))
            {
                Assert.Equal(0, gradient[j]);
                continue;
            }

            var numeric = Richardson(h =>
            {
                var point = (double[])psi.Clone();
                point[j] += h;
                return Evaluate(point, []);
            });
            Assert.True(Math.Abs(numeric - gradient[j]) <= 1e-6 * Math.Max(Math.Abs(gradient[j]), 1e-2 * (1 + largest)),
                $"parameter {j}: exact {gradient[j]:R}, difference {numeric:R}");
        }
    }

    /// <summary>Central difference at zero, extrapolated twice: error of order h⁶.</summary>
    internal static double Richardson(Func<double, double> f)
    {
        const double h = 4e-3;
        double Central(double step) => (f(step) - f(-step)) / (2 * step);
        var (a, b, c) = (Central(h), Central(h / 2), Central(h / 4));
        var (ab, bc) = (((4 * b) - a) / 3, ((4 * c) - b) / 3);
        return ((16 * bc) - ab) / 15;
    }
}
