using EcoGlmm.Estimation;
using EcoGlmm.Formulas;

namespace EcoGlmm.Tests.Estimation;

/// <summary>The exact gradient by the parameters of every covariance structure against differences.</summary>
public class StructureGradientTests
{
    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var term in StructureCatalogue.Terms)
        {
            foreach (var family in new[] { "gaussian", "poisson", "binomial", "nbinom2" }) cases.Add(family, term);
        }

        return cases;
    }

    public static TheoryData<string> AllTerms => [.. StructureCatalogue.Terms];

    [Theory]
    [MemberData(nameof(Cases))]
    public void In_the_mean_beside_another_term(string family, string term) => Check(family, $"{{0}} ~ x + (1 | h) + {term}", "~ 0", "~ 1");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void In_the_zero_inflation(string term) => Check("nbinom2", "{0} ~ x + (1 | g)", $"~ 1 + {term}", "~ 1");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void In_the_dispersion(string term) => Check("nbinom2", "{0} ~ x + (1 | g)", "~ 0", $"~ 1 + {term}");

    [Theory]
    [MemberData(nameof(AllTerms))]
    public void Of_a_Gaussian_with_its_residual_variance_profiled_out(string term)
    {
        var model = Model("gaussian", $"{{0}} ~ x + (1 | h) + {term}", "~ 0", "~ 1");
        foreach (var reml in new[] { false, true })
        {
            var criterion = new PenalizedLeastSquares(model, reml, 1, CancellationToken.None);
            var theta = Point(model)[model.FixedCount..];
            var gradient = new double[theta.Length];
            Assert.True(double.IsFinite(criterion.Evaluate(theta, gradient)));
            for (var j = 0; j < theta.Length; j++)
            {
                var difference = LaplaceGradientTests.Richardson(h =>
                {
                    var point = (double[])theta.Clone();
                    point[j] += h;
                    return criterion.Evaluate(point, []);
                });
                Assert.Equal(difference, gradient[j], 1e-6 * (1 + gradient.Max(Math.Abs)));
            }
        }
    }

    private static void Check(string family, string formula, string zeros, string dispersion)
    {
        var model = Model(family, formula, zeros, dispersion);
        LaplaceGradientTests.Check(model, Point(model));
    }

    /// <summary>A point off the start in every direction.</summary>
    private static double[] Point(MixedModel model)
    {
        var psi = StartingValues.Find(model);
        for (var j = 0; j < psi.Length; j++) psi[j] += 0.07 * Math.Cos(1.3 * (j + 1));
        return psi;
    }

    private static MixedModel Model(string family, string formula, string zeros, string dispersion)
    {
        var response = family switch { "gaussian" => "y", "binomial" => "hit", _ => "count" };
        var specification = ModelSpecification.Create(string.Format(formula, response), zeros, dispersion, null, null, null,
            StructureCatalogue.Data, relatedness: StructureCatalogue.Options.Relatedness, meshes: StructureCatalogue.Options.Meshes);
        var kind = Family.Parse(family);
        var prepared = ResponseData.Prepare(specification, kind, StructureCatalogue.Options);
        return new MixedModel(kind, prepared.Y, prepared.Size, prepared.Multipliers, specification.Conditional.Training,
            specification.Dispersion.Training, specification.ZeroInflation?.Training);
    }
}
