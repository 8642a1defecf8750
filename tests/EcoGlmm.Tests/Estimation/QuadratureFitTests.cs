using System.Text.Json;
using EcoGlmm.Numerics;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Whole fits by adaptive Gauss-Hermite quadrature: what is taken, what is refused, what is said, and hostile data.</summary>
public sealed class QuadratureFitTests
{
    private static GlmmOptions Points(int points, int threads = 1) =>
        new() { QuadraturePoints = points, Control = new GlmmControl { MaxThreads = threads } };

    private static FieldData Counts() => new TestData(300).Normal("x").Factor("g", i => i / 10).Factor("h", i => i % 12)
        .Count("n", i => Math.Exp(0.3 + (0.4 * (i / 10 % 4)) - (0.2 * (i % 3)))).Normal("y", i => i / 10 % 3).Build();

    [Theory]
    [InlineData("n ~ x + (1 | g) + (1 | h)", 5, "several (g, h)")]
    [InlineData("n ~ x + (1 | g/h)", 5, "several")]
    [InlineData("n ~ x + (1 | g) + (1 | olre)", 5, "several")]
    [InlineData("n ~ x + (x + I(x^2) + I(x^3) | g)", 25, "Use at most 10 points")]
    [InlineData("n ~ x + (1 | g)", 101, "between 1 (the Laplace approximation) and 100")]
    public void What_quadrature_cannot_do_is_refused_in_a_sentence(string formula, int points, string part)
    {
        var error = Assert.Throws<GlmmException>(() => Glmm.Fit(formula, Counts(), Family.Poisson(), Points(points)));
        Assert.Contains(part, error.Message);
    }

    [Fact]
    public void Zero_inflation_with_another_grouping_factor_is_refused()
    {
        var error = Assert.Throws<GlmmException>(() => Glmm.Fit("n ~ x + (1 | g)", Counts(), Family.Poisson(),
            Points(5) with { ZeroInflation = "~ 1 + (1 | h)" }));
        Assert.Contains("several (g, h)", error.Message);
    }

    [Fact]
    public void Several_terms_of_one_factor_are_taken()
    {
        var together = Glmm.Fit("n ~ x + (x || g)", Counts(), Family.Poisson(), Points(7));
        var apart = Glmm.Fit("n ~ x + (1 | g) + (0 + x | g)", Counts(), Family.Poisson(), Points(7));
        Assert.Equal(together.LogLikelihood, apart.LogLikelihood, 1e-7);
        Assert.True(together.Convergence.IsConverged);
    }

    [Fact]
    public void Where_Laplace_is_exact_points_change_nothing()
    {
        var exact = Glmm.Fit("y ~ x + (1 | g) + (1 | h)", Counts());
        Assert.Equal(exact.LogLikelihood, Glmm.Fit("y ~ x + (1 | g) + (1 | h)", Counts(), null, Points(25)).LogLikelihood);
        Assert.Equal(Glmm.Fit("n ~ x", Counts(), Family.Poisson()).LogLikelihood, Glmm.Fit("n ~ x", Counts(), Family.Poisson(),
            Points(25)).LogLikelihood);
        Assert.DoesNotContain("Gauss-Hermite", Glmm.Fit("y ~ x + (1 | g)", Counts(), null, Points(25) with { Dispersion = "~ x" })
            .ToString());
    }

    [Fact]
    public void Displays_name_the_quadrature()
    {
        var fit = Glmm.Fit("n ~ x + (1 | g)", Counts(), Family.Poisson(), Points(9));
        Assert.Contains("maximum likelihood (adaptive Gauss-Hermite quadrature, 9 points)", fit.ToString());
        Assert.Contains("adaptive Gauss-Hermite quadrature, 9 points", fit.ToHtml());
        using var json = JsonDocument.Parse(fit.ToJson());
        Assert.False(json.RootElement.GetProperty("isLaplaceApproximation").GetBoolean());
        Assert.Equal(9, json.RootElement.GetProperty("options").GetProperty("quadraturePoints").GetInt32());
    }

    [Fact]
    public void A_comparison_tells_numbers_of_points_apart()
    {
        var fits = new[] { 1, 9 }.Select(points => Glmm.Fit("n ~ x + (1 | g)", Counts(), Family.Poisson(), Points(points))).ToArray();
        var table = Glmm.Compare(fits).ToString();
        Assert.Contains("9 quadrature points", table);
        Assert.Contains("use the same number for all", table);
    }

    [Fact]
    public void Results_do_not_depend_on_the_number_of_threads()
    {
        var data = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", "contraception.csv"));
        const string formula = "use ~ age + urban + (1 | district)";
        var one = Glmm.Fit(formula, data, Family.Binomial(), Points(9));
        var four = Glmm.Fit(formula, data, Family.Binomial(), Points(9, threads: 4));
        Assert.Equal(one.LogLikelihood, four.LogLikelihood);
        Assert.Equal(one.FixedEffects["age"].Estimate, four.FixedEffects["age"].Estimate);
        Assert.Equal(one.FixedEffects["age"].StandardError, four.FixedEffects["age"].StandardError);
    }

    [Fact]
    public void A_variance_of_zero_is_singular_as_by_Laplace()
    {
        var data = new TestData(200).Normal("x").Factor("g", i => i % 40).Number("n", i => (i / 40) + 1).Build();
        var laplace = Glmm.Fit("n ~ x + (1 | g)", data, Family.Poisson());
        var fit = Glmm.Fit("n ~ x + (1 | g)", data, Family.Poisson(), Points(9));
        Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
        Assert.Equal(0, Assert.Single(fit.VarianceComponents).StandardDeviation, 1e-10);
        Assert.Equal(laplace.LogLikelihood, fit.LogLikelihood, 1e-7);
        Assert.Equal(laplace.FixedEffects["x"].StandardError, fit.FixedEffects["x"].StandardError, 1e-5);
    }

    /// <summary>Triples of yes and no answers, where the Laplace approximation is known to be badly off.</summary>
    [Fact]
    public void Binary_triples_recover_the_truth_that_Laplace_misses()
    {
        const int groups = 600;
        var random = new RandomStream(11);
        var effects = Enumerable.Range(0, groups).Select(_ => 2 * random.NextNormal()).ToArray();
        var data = new TestData(3 * groups, 12).Number("x", i => (i % 3) - 1).Factor("g", i => i / 3)
            .Yes("y", i => 1 / (1 + Math.Exp(-(0.5 + (i % 3) - 1 + effects[i / 3])))).Build();
        var laplace = Glmm.Fit("y ~ x + (1 | g)", data, Family.Binomial());
        var fit = Glmm.Fit("y ~ x + (1 | g)", data, Family.Binomial(), Points(25));
        Assert.InRange(fit.VarianceComponents[0].StandardDeviation, 1.6, 2.4);
        Assert.InRange(fit.FixedEffects["x"].Estimate, 1 - (3 * fit.FixedEffects["x"].StandardError), 1
            + (3 * fit.FixedEffects["x"].StandardError));
        Assert.True(laplace.VarianceComponents[0].StandardDeviation < fit.VarianceComponents[0].StandardDeviation - 0.15);
        Assert.Equal(fit.LogLikelihood, Glmm.Fit("y ~ x + (1 | g)", data, Family.Binomial(), Points(35)).LogLikelihood, 1e-4);
    }

    public static TheoryData<string> Hostile => ["separated", "one row a level", "huge offset", "all zeros", "one level",
        "separated slopes"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_models_end_in_a_fit_or_a_reason(string which)
    {
        var rows = new TestData(120).Normal("x").Factor("g", i => i / 6).Factor("each", i => i).Factor("same", _ => 1)
            .Yes("y", i => 0.3 + (0.04 * (i / 6 % 5))).Number("sep", i => i / 6 % 2).Number("zero", _ => 0).Number("big", i => i % 2 == 0
                ? 300 : -300)
            .Count("n", i => 1 + (i / 6 % 4)).Build();
        var (formula, family, options) = which switch
        {
            "separated" => ("sep ~ x + (1 | g)", Family.Binomial(), Points(15)),
            "one row a level" => ("y ~ x + (1 | each)", Family.Binomial(), Points(15)),
            "huge offset" => ("n ~ x + (1 | g)", Family.Poisson(), Points(15) with { Offset = "big" }),
            "all zeros" => ("zero ~ x + (1 | g)", Family.Poisson(), Points(15)),
            "one level" => ("y ~ x + (1 | same)", Family.Binomial(), Points(15)),
            _ => ("sep ~ x + (x | g)", Family.Binomial(), Points(7)),
        };
        var fit = Glmm.Fit(formula, rows, family, options);
        Assert.True(fit.Convergence.Status == ConvergenceStatus.Converged || fit.Convergence.Problems.Count > 0, $"{fit}");
    }

    [Fact]
    public async Task Cancellation_ends_a_fit_with_many_nodes()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var task = Glmm.FitAsync("n ~ x + (x + I(x^2) | g)", Counts(), Family.NegativeBinomial2(), Points(21), null, source.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
    }
}
