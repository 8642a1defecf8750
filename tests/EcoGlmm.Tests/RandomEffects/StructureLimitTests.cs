using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Tests.Estimation;

/// <summary>Structures at the end of what they can be are said to be there, and nothing that is not determined has a standard
/// error.</summary>
public sealed class StructureLimitTests
{
    private static readonly double[] Loadings = [1, 0.8, -0.6, 0.5, 0.3, -0.9];

    /// <summary>Counts of six species at eighty sites, which one latent variable determines but for rounding.</summary>
    private static readonly FieldData Community = Draw(() =>
    {
        var random = new RandomStream(9);
        return Enumerable.Range(0, 80).SelectMany(site =>
        {
            var z = random.NextNormal();
            return Loadings.Select((l, k) => new
            {
                y = Math.Round(Math.Exp(1 + (0.8 * l * z))), site = $"s{site}", sp = $"p{k}",
            }).ToArray();
        });
    });

    /// <summary>Nothing but noise: occasions of groups, and places.</summary>
    private static readonly FieldData Noise = Draw(() =>
    {
        var random = new RandomStream(5);
        return Enumerable.Range(0, 200).Select(i => new
        {
            y = random.NextNormal(), count = random.NextDouble() < 0.5 ? 1.0 : 2, g = $"g{i / 10}", f = $"f{i % 10}", t = (double)(i % 10),
            px = Math.Round(10 * random.NextDouble(), 2), py = Math.Round(10 * random.NextDouble(), 2),
        });
    });

    [Theory]
    [InlineData("rr(0 + f | g, d = 2)", "All variances of rr(0 + f | g, d = 2) are estimated as zero")]
    [InlineData("homcs(0 + f | g)", "All variances of homcs(0 + f | g) are estimated as zero")]
    [InlineData("exp(0 + px + py | 1)", "is estimated as zero")]
    [InlineData("ar1(0 + t | g)", "is estimated as zero")]
    public void Without_variance_nothing_else_of_a_term_has_a_standard_error(string term, string message)
    {
        var fit = Glmm.Fit($"count ~ 1 + {term}", Noise, Family.Poisson());
        Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
        Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains(message));
        Assert.All(fit.CovarianceParameters, p => Assert.True(double.IsNaN(p.StandardError), $"{p}"));
    }

    [Fact]
    public void A_residual_that_is_within_the_effects_is_told()
    {
        const string term = "homtoep(0 + f | g)";
        var fit = Glmm.Fit($"y ~ 1 + {term}", Noise);
        Assert.Equal(ConvergenceStatus.Singular, fit.Convergence.Status);
        Assert.Contains(fit.Convergence.Problems, p => p.Message.Contains("its variances take up the residual variance"));
        Assert.All(fit.CovarianceParameters, p => Assert.True(double.IsNaN(p.StandardError), $"{p}"));
        var whole = Glmm.Fit($"y ~ 1 + {term}", Noise, options: new GlmmOptions { Dispersion = "~ 0" });
        Assert.Equal(whole.LogLikelihood, fit.LogLikelihood, 1e-5);
    }

    [Theory]
    [InlineData("p2", 0.7)]
    [InlineData("p2", -0.7)]
    [InlineData("p0", 0.5)]
    public void A_held_loading_is_shown_as_it_is_held(string species, double value)
    {
        var fit = Glmm.Fit("y ~ sp + rr(0 + sp | site, d = 1)", Community, Family.Poisson(), new GlmmOptions
        {
            Fixed = [Parameter.Covariance("site", "loading", value, $"sp{species}")],
        });
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        var row = fit.CovarianceParameters.Single(p => p.Name == "loading" && p.Effect1 == $"sp{species}");
        Assert.Equal(value, row.Estimate, 1e-10);
        Assert.True(double.IsNaN(row.StandardError));
    }

    [Fact]
    public void Fields_of_many_times_have_a_mesh_that_can_be_worked_with()
    {
        var data = Noise.With("year", Enumerable.Range(0, Noise.RowCount).Select(i => $"year {i % 20}"));
        int Nodes(string term) => ModelSpecification.Create($"count ~ 1 + {term}", "~ 0", "~ 1", null, null, null, data)
            .Conditional.Training.RandomTerms[0].Levels.Length;
        Assert.InRange(Nodes("spde(0 + px + py | year, follow = ar1)"), 20 * 50, 5000);
        Assert.Equal(Mesh.From(data.Numbers("px").Zip(data.Numbers("py"))).NodeCount, Nodes("spde(0 + px + py | 1)"));
    }

    [Fact]
    public void A_field_has_profile_and_bootstrap_intervals()
    {
        var random = new RandomStream(3);
        var data = Draw(() => Enumerable.Range(0, 120).Select(_ =>
        {
            var (x, y) = (10 * random.NextDouble(), 10 * random.NextDouble());
            return new { height = Math.Sin(0.8 * x) + Math.Cos(0.7 * y) + (0.4 * random.NextNormal()), x, y };
        }));
        var mesh = Mesh.From(data, "x", "y", new MeshOptions { MaxEdge = 1.6, Cutoff = 0.8, Extension = 3 });
        var fit = Glmm.Fit("height ~ 1 + spde(0 + x + y | 1, m)", data, options: new GlmmOptions
        {
            Meshes = new Dictionary<string, Mesh> { ["m"] = mesh },
        });
        foreach (var method in new[] { IntervalMethod.Profile, IntervalMethod.Bootstrap })
        {
            var intervals = fit.ConfidenceIntervals(method, simulations: 40);
            foreach (var name in new[] { "range", "sd" })
            {
                var row = intervals.Single(i => i.Name.StartsWith(name, StringComparison.Ordinal));
                // A profile begins by going up to the maximum once more: the same to a thousandth of a standard error.
                var parameter = fit.CovarianceParameters.Single(p => p.Name == name);
                var estimate = parameter.Estimate;
                Assert.Equal(estimate, row.Estimate, 1e-3 * parameter.StandardError);
                Assert.InRange(row.Lower, 0.1 * estimate, row.Upper);
                Assert.InRange(row.Upper, row.Lower, 10 * estimate);
            }

            if (method == IntervalMethod.Bootstrap) continue;
            // At the end of an interval the likelihood, all else estimated again, is 1.92 lower.
            var range = intervals.Single(i => i.Name.StartsWith("range", StringComparison.Ordinal));
            var held = Glmm.Fit("height ~ 1 + spde(0 + x + y | 1, m)", data, options: fit.Options with
            {
                Fixed = [Parameter.Covariance("all", "range", range.Lower)],
            });
            Assert.Equal(0.5 * 3.841459, fit.LogLikelihood - held.LogLikelihood, 2e-3);
        }
    }

    private static FieldData Draw<T>(Func<IEnumerable<T>> rows) => FieldData.From(rows().ToArray());
}
