using EcoGlmm.Estimation;
using EcoGlmm.Formulas;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Tests.Estimation;

/// <summary>So many rows that threads share the passes: products by their definition, the same bits on any number of threads.</summary>
public sealed class ManyRowsTests
{
    private const int Rows = 300_000;

    private static readonly MixedModel Model = Draw();

    [Fact]
    public void ProductsWithZAreThoseOfEachRow()
    {
        var (random, system) = (new RandomStream(5), System(2));
        double[] b = [.. Enumerable.Range(0, system.EffectCount).Select(_ => random.NextNormal())];
        double[] x = [.. Enumerable.Range(0, Rows).Select(_ => random.NextNormal())];
        var (eta, sums) = ((double[])x.Clone(), (double[])b.Clone());
        system.AddZb(0, b, eta);
        system.AddZtx(0, x, sums);
        for (var i = 0; i < Rows; i++)
        {
            foreach (var term in Model.Terms)
            {
                for (var e = 0; e < term.Width; e++)
                {
                    var (at, z) = (term.EffectOffset + (term.Codes[i] * term.Width) + e, term.Z?[(i * term.Width) + e] ?? 1);
                    eta[i] -= z * b[at];
                    sums[at] -= z * x[i];
                }
            }
        }

        for (var i = 0; i < Rows; i++) Assert.Equal(x[i], eta[i], 1e-12);
        for (var j = 0; j < b.Length; j++) Assert.Equal(b[j], sums[j], 1e-8);
    }

    [Fact]
    public void AnEvaluationHasTheSameBitsOnAnyNumberOfThreads()
    {
        var psi = StartingValues.Find(Model);
        double[] Evaluated(int threads)
        {
            var objective = new LaplaceObjective(Model, threads, CancellationToken.None);
            var gradient = new double[psi.Length];
            return [objective.Evaluate(psi, gradient), .. gradient, .. objective.Modes];
        }

        var one = Evaluated(1);
        Assert.All(one, x => Assert.True(double.IsFinite(x)));
        foreach (var threads in new[] { 2, 4 }) Assert.Equal(one, Evaluated(threads));
    }

    /// <summary>Few levels, many levels, and an effect a row: terms that are added up in different numbers of parts.</summary>
    private static MixedModel Draw()
    {
        var random = new RandomStream(17);
        var (count, x, few, many) = (new double[Rows], new double[Rows], new double[Rows], new double[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            (x[i], few[i], many[i]) = (random.NextNormal(), random.NextInt(30), random.NextInt(40_000));
            count[i] = random.NextPoisson(Math.Exp(0.3 + (0.2 * x[i]) + (0.1 * (few[i] % 5))));
        }

        var data = FieldData.From(new Dictionary<string, double[]> { ["count"] = count, ["x"] = x, ["few"] = few, ["many"] = many })
            .AsFactor("few").AsFactor("many");
        var specification = ModelSpecification.Create("count ~ x + (1 + x | few) + (1 | many) + (1 | olre)", "~ 0", "~ 1", null, null, null,
            data);
        var prepared = ResponseData.Prepare(specification, Family.Poisson(), new GlmmOptions());
        return new MixedModel(Family.Poisson(), prepared.Y, prepared.Size, prepared.Multipliers, specification.Conditional.Training,
            specification.Dispersion.Training, null);
    }

    private static RandomEffectsSystem System(int threads) => new(Model.Terms, Rows, threads, eliminatesRows: true);
}
