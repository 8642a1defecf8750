using EcoGlmm.Estimation;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>The value of adaptive Gauss-Hermite quadrature: against integration by brute force, and where it must equal
/// Laplace's.</summary>
public class AdaptiveQuadratureTests
{
    [Theory]
    [InlineData("poisson", "log")]
    [InlineData("binomial", "logit")]
    [InlineData("binomial", "cloglog")]
    [InlineData("nbinom2", "log")]
    [InlineData("Gamma", "log")]
    public void Two_effects_in_a_level_integrate_to_the_truth(string family, string link)
    {
        var term = SimulatedModel.Term("g", 12, i => i % 12, SimulatedModel.Rows, ["(Intercept)", "x"], "us",
            (i, e) => e == 0 ? 1 : Math.Sin(1.7 * i));
        var (model, psi) = SimulatedModel.Draw(Family.Parse(family, link), [term]);
        for (var j = model.FixedCount; j < psi.Length; j++) psi[j] *= 2;
        model.QuadraturePoints = 30;
        Assert.Equal(ByBruteForce(model, psi), Value(model, psi), 1e-8);
    }

    [Fact]
    public void Effects_in_the_mean_and_in_the_zeros_integrate_to_the_truth()
    {
        var random = new RandomStream(3);
        var g = SimulatedModel.Intercept("g", 12, i => i % 12);
        var zeros = SimulatedModel.Part(random, SimulatedModel.Rows, g);
        var weights = Enumerable.Range(0, SimulatedModel.Rows).Select(i => 0.5 + (0.25 * (i % 5))).ToArray();
        var (model, psi) = SimulatedModel.Draw(Family.NegativeBinomial2(), [g], null, zeros, weights);
        model.QuadraturePoints = 30;
        Assert.Equal(ByBruteForce(model, psi), Value(model, psi), 1e-8);
    }

    [Fact]
    public void One_node_is_the_Laplace_approximation()
    {
        var (model, psi) = SimulatedModel.Draw(Family.NegativeBinomial2(), SimulatedModel.Structure("correlated"));
        var laplace = Value(model, psi);
        model.QuadraturePoints = 2;
        var two = Value(model, psi);
        Assert.True(Math.Abs(two - laplace) > 1e-6);

        model.QuadraturePoints = 1;
        var system = new RandomEffects.RandomEffectsSystem(model.Terms, model.ObservationCount, 1);
        var observations = new ObservationModel(model.Family, model.Y, model.Size, null, false, true, 1);
        var search = new ModeSearch(model, system, observations, CancellationToken.None);
        Assert.True(search.Find(psi));
        observations.Evaluate(search.Predictors, EcoGlmm.Families.DerivativeLevel.Mode);
        search.TakeWeights();
        Assert.Equal(0, new AdaptiveQuadrature(model, 1, CancellationToken.None).Evaluate(search, observations, system.Lambda, false),
            1e-12);
    }

    [Fact]
    public void Without_variance_the_number_of_points_makes_no_difference()
    {
        var (model, psi) = SimulatedModel.Draw(Family.Poisson(), SimulatedModel.Structure("correlated"));
        for (var j = model.FixedCount; j < psi.Length; j++) psi[j] = 0;
        var laplace = Value(model, psi);
        model.QuadraturePoints = 7;
        Assert.Equal(laplace, Value(model, psi), 1e-10);
    }

    [Fact]
    public void The_signs_of_the_columns_of_the_factor_do_not_matter()
    {
        var (model, psi) = SimulatedModel.Draw(Family.Binomial(), SimulatedModel.Structure("uncorrelated"));
        model.QuadraturePoints = 5;
        var value = Value(model, psi);
        psi[^1] *= -1;
        Assert.Equal(value, Value(model, psi), 1e-10);
    }

    private static double Value(MixedModel model, double[] psi)
    {
        var objective = new LaplaceObjective(model, 1, CancellationToken.None);
        var value = objective.Evaluate(psi, []);
        Assert.True(double.IsFinite(value), objective.Failure);
        return value;
    }

    /// <summary>
    /// The trapezoidal rule over u on a grid that depends on no mode: for every level at once, since levels share the grid.
    /// </summary>
    private static double ByBruteForce(MixedModel model, double[] psi)
    {
        const double step = 0.2;
        const int half = 40;
        var system = new RandomEffects.RandomEffectsSystem(model.Terms, model.ObservationCount, 1);
        system.Lambda.Set(psi.AsSpan(model.FixedCount));
        var observations = new ObservationModel(model.Family, model.Y, model.Size, model.Weights, model.IsZeroInflated,
            model.HasConstantDispersion, 1);
        var levels = model.Terms[0].Levels.Count;
        var (u, b) = (new double[system.EffectCount], new double[system.EffectCount]);
        var predictors = new double[]?[LinearPredictor.FormulaCount];
        var (fixedPart, logs) = (new double[]?[LinearPredictor.FormulaCount], new List<double>[levels]);
        foreach (var k in model.ActivePredictors)
        {
            predictors[k] = new double[model.ObservationCount];
            model.FixedPredictor(k, psi, fixedPart[k] = new double[model.ObservationCount]);
        }

        for (var l = 0; l < levels; l++) logs[l] = [];
        for (var i = -half; i <= half; i++)
        {
            for (var j = -half; j <= half; j++)
            {
                foreach (var term in model.Terms)
                {
                    for (var e = 0; e < term.EffectCount; e++) u[term.EffectOffset + e] = step * (IsFirst(term, e) ? i : j);
                }

                system.Lambda.Multiply(u, b);
                foreach (var k in model.ActivePredictors)
                {
                    fixedPart[k]!.CopyTo(predictors[k]!, 0);
                    system.AddZb(k, b, predictors[k]!);
                }

                observations.Evaluate(predictors, EcoGlmm.Families.DerivativeLevel.Value);
                var prior = (-0.5 * step * step * ((i * i) + (j * j))) - Math.Log(2 * Math.PI);
                var sums = new double[levels];
                for (var row = 0; row < model.ObservationCount; row++) sums[model.Terms[0].Codes[row]] += observations.Density[row];
                for (var l = 0; l < levels; l++) logs[l].Add(sums[l] + prior);
            }
        }

        return -logs.Sum(values =>
        {
            var top = values.Max();
            return top + Math.Log(values.Sum(v => Math.Exp(v - top)) * step * step);
        });

        bool IsFirst(RandomEffects.RandomTerm term, int e) => term.Width == 2 ? e % 2 == 0 : term == model.Terms[0];
    }
}
