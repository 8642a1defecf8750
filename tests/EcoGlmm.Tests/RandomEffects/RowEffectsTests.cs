using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Effects of single rows are eliminated before the rest is factorised: all numbers are those of the whole system.</summary>
public sealed class RowEffectsTests
{
    public static TheoryData<string> Formulas => new(
        "count ~ 1 + (1 | olre)",
        "count ~ x + (1 + x | g) + (1 | olre)",
        "count ~ x + (1 | olre) + (1 + x | g) + ar1(0 + week | g)",
        "count ~ x + mm(1 | a, b) + (1 | olre) + rr(0 + t | g, d = 2)",
        "count ~ x + (1 | g) + (1 | olre) + diag(0 + t | h) + pedigree(1 | animal)");

    [Theory]
    [MemberData(nameof(Formulas))]
    public void EliminatedEffectsGiveTheNumbersOfTheWholeSystem(string formula)
    {
        var model = Model(formula);
        var (n, random) = (model.ObservationCount, new RandomStream(3));
        var theta = StartingValues.Find(model)[model.FixedCount..];
        for (var j = 0; j < theta.Length; j++) theta[j] += 0.2 * Math.Cos(j);
        double[] weights = [.. Enumerable.Range(0, n).Select(_ => random.NextDouble() < 0.1 ? 0 : Math.Exp(2 * random.NextNormal()))];
        var (whole, eliminated) = (Factored(model, theta, weights, false), Factored(model, theta, weights, true));
        Assert.True(eliminated.FactorNonZeros < whole.FactorNonZeros);
        Assert.Equal(whole.LogDeterminant, eliminated.LogDeterminant, 1e-9);

        double[] Vector(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextNormal())];
        var right = Vector(whole.EffectCount);
        Same(Changed(right, x => whole.Solve(x)), Changed(right, x => eliminated.Solve(x)));
        var (y, z) = (new double[right.Length], new double[right.Length]);
        whole.MultiplyCrossProducts(right, y);
        eliminated.MultiplyCrossProducts(right, z);
        Same(y, z);

        double[][] Traces() => [.. model.Terms.Select(t => new double[t.Width * t.LatentWidth])];
        var (expected, traces) = (Traces(), Traces());
        whole.SelectedInverse(expected);
        eliminated.SelectedInverse(traces);
        var (variances, others) = (new double[n], new double[n]);
        whole.PredictorCovariance(0, 0, variances);
        eliminated.PredictorCovariance(0, 0, others);
        Same(variances, others);
        for (var t = 0; t < model.Terms.Count; t++)
        {
            Same(expected[t], traces[t]);
            Same(whole.PrecisionAdjoint(t) ?? [], eliminated.PrecisionAdjoint(t) ?? []);
            for (var l = 0; l < model.Terms[t].Levels.Count; l++)
                Same([.. whole.LevelCovariance(t, l)], [.. eliminated.LevelCovariance(t, l)]);
        }
    }

    [Theory]
    [MemberData(nameof(Formulas))]
    public void DrawsHaveTheCovarianceOfTheEffects(string formula)
    {
        var model = Model(formula);
        var theta = StartingValues.Find(model)[model.FixedCount..];
        double[] weights = [.. Enumerable.Range(0, model.ObservationCount).Select(i => 0.1 + (i % 7))];
        var system = Factored(model, theta, weights, true);
        var order = system.LatentCount;
        double[] Unit(int j) => [.. Enumerable.Range(0, order).Select(i => i == j ? 1.0 : 0)];

        // z ↦ Mz with MMᵀ = H⁻¹.
        var columns = Enumerable.Range(0, order).Select(j => Changed(Unit(j), z => system.SolveFactorTransposed(z))).ToArray();
        for (var j = 0; j < order; j++)
        {
            var covariance = new double[order];
            foreach (var column in columns)
            {
                for (var i = 0; i < order; i++) covariance[i] += column[j] * column[i];
            }

            Same(Changed(Unit(j), x => system.Solve(x)), covariance);
        }
    }

    [Fact]
    public void WeightsThatLeaveNoPeakAreRefusedAndTheSystemCanBeMadeUsable()
    {
        var model = Model("count ~ x + (1 | g) + (1 | olre)");
        var theta = new double[model.ThetaCount];
        Array.Fill(theta, 1);
        var system = new RandomEffectsSystem(model.Terms, model.ObservationCount, 1, eliminatesRows: true);
        system.Lambda.Set(theta);
        var weights = new double[model.ObservationCount];
        Array.Fill(weights, -2);
        system.SetWeights((_, _) => weights);
        Assert.False(system.TryFactor());
        Assert.True(system.MakeUsable());
        Assert.False(system.MakeUsable());
        Assert.Equal(0, system.LogDeterminant);
    }

    [Fact]
    public void ATermOfWhichALevelHasTwoRowsIsNotEliminated()
    {
        var (model, psi) = SimulatedModel.Draw(Family.Poisson(),
        [
            SimulatedModel.Intercept("pairs", SimulatedModel.Rows - 1, i => Math.Max(i - 1, 0)),
            SimulatedModel.Intercept("g", 8, i => i % 8),
        ]);
        var (theta, weights) = (psi[model.FixedCount..], new double[model.ObservationCount]);
        Array.Fill(weights, 0.7);
        var (whole, asked) = (Factored(model, theta, weights, false), Factored(model, theta, weights, true));
        Assert.Equal(whole.FactorNonZeros, asked.FactorNonZeros);
        Assert.Equal(whole.LogDeterminant, asked.LogDeterminant);
    }

    private static MixedModel Model(string formula)
    {
        var options = StructureCatalogue.Options;
        var specification = ModelSpecification.Create(formula, "~ 0", "~ 1", null, null, null, StructureCatalogue.Data,
            relatedness: options.Relatedness, meshes: options.Meshes);
        var prepared = ResponseData.Prepare(specification, Family.Poisson(), options);
        return new MixedModel(Family.Poisson(), prepared.Y, prepared.Size, prepared.Multipliers, specification.Conditional.Training,
            specification.Dispersion.Training, null);
    }

    private static RandomEffectsSystem Factored(MixedModel model, double[] theta, double[] weights, bool eliminates)
    {
        var system = new RandomEffectsSystem(model.Terms, model.ObservationCount, 1, eliminatesRows: eliminates);
        system.Lambda.Set(theta);
        system.SetWeights((_, _) => weights);
        Assert.True(system.TryFactor());
        return system;
    }

    private static double[] Changed(double[] x, Action<double[]> change)
    {
        var copy = (double[])x.Clone();
        change(copy);
        return copy;
    }

    private static void Same(double[] expected, double[] actual)
    {
        var scale = 1 + expected.Select(Math.Abs).DefaultIfEmpty().Max();
        Assert.Equal(expected.Length, actual.Length);
        for (var j = 0; j < expected.Length; j++) Assert.Equal(expected[j], actual[j], 1e-10 * scale);
    }
}
