using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Fits by iterations against the same fits by a factorisation.</summary>
public class IterativeSolverTests
{
    private static readonly IReadOnlyDictionary<string, ReferenceFit> References = ReferenceFit.Read("fits.json")
        .Concat(ReferenceFit.Read("more.json")).ToDictionary(f => f.Key, f => f.Value);

    /// <summary>Reference fits whose systems are small enough for exact probes; every third keeps the test short.</summary>
    public static TheoryData<string> Names =>
    [
        .. References.Values.Where(f => f.Modes.Length is > 0 and <= EcoGlmm.Numerics.IterativeFactor.ExactOrder && !f.Singular
            && f.Only is null && f.Observations < 400)
            .Where((_, i) => i % 3 == 0).Select(f => f.Name),
    ];

    private static GlmmFit Fit(string formula, FieldData data, Family family, LinearSolver solver, int threads = 1,
        GlmmOptions? options = null) =>
        Glmm.Fit(formula, data, family, (options ?? new GlmmOptions()) with { Control = new GlmmControl { Solver = solver,
            MaxThreads = threads } });

    [Theory]
    [MemberData(nameof(Names))]
    public void Agrees_with_the_direct_method_over_reference_fits(string name)
    {
        var reference = References[name];
        var options = new GlmmOptions
        {
            Reml = reference.Reml,
            ZeroInflation = reference.ZeroInflationFormula ?? "~ 0",
            Dispersion = reference.DispersionFormula ?? "~ 1",
            Weights = reference.Weights,
        };
        var family = Family.Parse(reference.Family, reference.Link);
        Check(Fit(reference.Formula, reference.ReadData(), family, LinearSolver.Direct, options: options),
            Fit(reference.Formula, reference.ReadData(), family, LinearSolver.Iterative, options: options));
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("binomial")]
    [InlineData("poisson")]
    public void Agrees_with_the_direct_method_where_factors_are_crossed_at_random(string family)
    {
        var data = Crossed(4000);
        var response = family switch { "gaussian" => "y", "binomial" => "b", _ => "n" };
        var formula = $"{response} ~ x + (1 | g) + (1 | h)";
        var iterative = Fit(formula, data, Family.Parse(family), LinearSolver.Iterative);
        Check(Fit(formula, data, Family.Parse(family), LinearSolver.Direct), iterative);
        Assert.Contains("conjugate gradients", iterative.ToString());
        Assert.Contains("Monte Carlo error", iterative.ToString());
        Assert.True(iterative.LogLikelihoodError > 0);
        Assert.InRange(iterative.EstimateError, 1e-4, 0.5);
        for (var k = 0; k < 2; k++)
        {
            // A standard deviation of so many levels is known to about 1/√(2 levels) of itself.
            var expected = Fit(formula, data, Family.Parse(family), LinearSolver.Direct).VarianceComponents[k].StandardDeviation;
            Assert.InRange(Math.Abs(expected - iterative.VarianceComponents[k].StandardDeviation), 0, 4 * iterative.EstimateError * expected
                / Math.Sqrt(251));
        }
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        var data = Crossed(2500);
        var fits = new[] { 1, 2, 4 }.Select(threads => Fit("b ~ x + (1 | g) + (1 | h)", data, Family.Binomial(), LinearSolver.Iterative,
            threads)).ToArray();
        foreach (var fit in fits)
        {
            Assert.Equal(fits[0].LogLikelihood, fit.LogLikelihood);
            Assert.Equal(fits[0].FixedEffects.Estimates(), fit.FixedEffects.Estimates());
            Assert.Equal(fits[0].VarianceComponents.Select(v => v.StandardDeviation), fit.VarianceComponents.Select(v =>
                v.StandardDeviation));
        }
    }

    [Fact]
    public void Small_models_are_factorised_unless_iterations_are_asked_for()
    {
        var fit = Fit("y ~ x + (1 | g) + (1 | h)", Crossed(2500), Family.Gaussian(), LinearSolver.Automatic);
        Assert.Equal(0, fit.LogLikelihoodError);
        Assert.DoesNotContain("conjugate gradients", fit.ToString());
    }

    /// <summary>Within the Monte Carlo error of the log-likelihood, and estimates within a part of their standard errors.</summary>
    private static void Check(GlmmFit direct, GlmmFit iterative, double slack = 1e-3)
    {
        Assert.Equal(direct.Convergence.Status, iterative.Convergence.Status);
        Assert.InRange(Math.Abs(direct.LogLikelihood - iterative.LogLikelihood), 0, (4 * iterative.LogLikelihoodError) + 1e-6);
        for (var j = 0; j < direct.FixedEffects.Count; j++)
        {
            var (expected, actual) = (direct.FixedEffects[j], iterative.FixedEffects[j]);
            if (double.IsNaN(expected.Estimate)) continue;
            Assert.InRange(Math.Abs(expected.Estimate - actual.Estimate), 0, ((4 * iterative.EstimateError) + slack)
                * expected.StandardError);
        }
    }

    /// <summary>Levels enough that probes are random: 397 and 251.</summary>
    private static FieldData Crossed(int rows) => new TestData(rows, 7)
        .Factor("g", i => (int)((uint)i * 2654435761u % 397))
        .Factor("h", i => (int)((uint)i * 2246822519u % 251))
        .Number("x", i => ((i * 13 % 31) - 15) / 10.0)
        .Normal("y", i => (0.3 * ((i * 13 % 31) - 15) / 10) + Math.Sin((uint)i * 2654435761u % 397)
            + (0.7 * Math.Cos((uint)i * 2246822519u % 251)))
        .Count("n", i => Math.Exp(0.3 + (0.4 * Math.Sin((uint)i * 2654435761u % 397)) + (0.3 * Math.Cos((uint)i * 2246822519u % 251))))
        .Yes("b", i => 1 / (1 + Math.Exp(-Math.Sin((uint)i * 2654435761u % 397) - (0.7 * Math.Cos((uint)i * 2246822519u % 251)))))
        .Build();
}
