using EcoGlmm.Tests.Estimation;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Inference;

/// <summary>Cluster-robust covariances of models whose effects are related within clusters, by the definition of their
/// covariance.</summary>
public sealed class StructuredRobustTests
{
    private const int Groups = 20, Rows = 6 * Groups;

    private static readonly FieldData Design = FieldData.From(new Dictionary<string, object>
    {
        ["g"] = Enumerable.Range(0, Rows).Select(i => $"g{i / 6}").ToArray(),
        ["site"] = Enumerable.Range(0, Rows).Select(i => $"s{i / 12}").ToArray(),
        ["week"] = Enumerable.Range(0, Rows).Select(i => (double)(i % 6)).ToArray(),
        ["px"] = Enumerable.Range(0, Rows).Select(i => (double)(i * 7 % 5)).ToArray(),
        ["py"] = Enumerable.Range(0, Rows).Select(i => (double)(i % 6)).ToArray(),
        ["x"] = Enumerable.Range(0, Rows).Select(i => Math.Sin(1.7 * i) + (0.3 * (i / 6 % 3))).ToArray(),
    });

    [Theory]
    [InlineData("ar1(0 + week | g)", "correlation", 0.6, "g")]
    [InlineData("ar1(0 + week | g)", "correlation", 0.6, "site")]
    [InlineData("ou(0 + week | g)", "decay", 0.4, "g")]
    [InlineData("exp(0 + px + py | g)", "range", 3, "g")]
    public void By_definition(string term, string name, double value, string cluster)
    {
        var sd = term.StartsWith("exp", StringComparison.Ordinal) ? "sd_px, py|g" : "sd_week|g";
        var y = Glmm.Simulate($"y ~ x + {term}", Design, new Dictionary<string, double>
        {
            ["(Intercept)"] = 1, ["x"] = 0.5, [sd] = 1.5, [$"{name}|{term}"] = value, ["sigma"] = 0.7,
        })[0];
        var fit = Glmm.Fit($"y ~ x + {term}", Design.With("y", y));
        var (x, g, week, px) = (Design.Numbers("x"), Design.Texts("g"), Design.Numbers("week"), Design.Numbers("px"));
        var (deviation, other) = (fit.CovarianceParameters[0].Estimate, fit.CovarianceParameters[1].Estimate);
        double Correlation(int i, int j) => name switch
        {
            "correlation" => Math.Pow(other, Math.Abs(week[i] - week[j])),
            "decay" => Math.Exp(-other * Math.Abs(week[i] - week[j])),
            _ => Math.Exp(-Math.Sqrt(Math.Pow(px[i] - px[j], 2) + Math.Pow(week[i] - week[j], 2)) / other),
        };
        var v = Matrix<double>.Build.Dense(Rows, Rows, (i, j) => (g[i] == g[j] ? deviation * deviation * Correlation(i, j) : 0)
            + (i == j ? fit.Sigma * fit.Sigma : 0));
        var design = Matrix<double>.Build.Dense(Rows, 2, (i, j) => j == 0 ? 1 : x[i]);
        var weighted = v.Inverse() * design;
        var bread = (design.Transpose() * weighted).Inverse();
        var residuals = Vector<double>.Build.Dense(Rows, i => y[i] - fit.FixedEffects[0].Estimate - (fit.FixedEffects[1].Estimate * x[i]));
        var by = Design.Texts(cluster);
        var middle = Matrix<double>.Build.Dense(2, 2);
        foreach (var rows in Enumerable.Range(0, Rows).GroupBy(i => by[i]))
        {
            var score = rows.Aggregate(Vector<double>.Build.Dense(2), (sum, i) => sum + (weighted.Row(i) * residuals[i]));
            middle += score.OuterProduct(score);
        }

        var (expected, actual) = (bread * middle * bread, fit.RobustCovariance(ClusterRobust.CR0, cluster));

        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++) Assert.Equal(1, actual[i, j] / expected[i, j], 1e-6);
        }

        Assert.InRange(fit.CoefficientTests(ClusterRobust.CR2, cluster)[1].DegreesOfFreedom, 2, Groups);
    }

    [Fact]
    public void Counts_have_scores_of_clusters_and_relatives_have_none()
    {
        var poisson = Glmm.Fit("count ~ x + ar1(0 + week | g)", StructureCatalogue.Data, Family.Poisson());
        Assert.True(poisson.RobustCovariance(ClusterRobust.CR1)[1, 1] > 0);
        var animals = Glmm.Fit("y ~ x + pedigree(1 | animal)", StructureCatalogue.Data, options: StructureCatalogue.Options);
        Assert.Contains("the levels of pedigree(1 | animal) are related to each other", Assert.Throws<GlmmException>(() =>
            animals.RobustCovariance(ClusterRobust.CR1)).Message);
        var crossed = Glmm.Fit("y ~ x + ar1(0 + week | g)", StructureCatalogue.Data);
        Assert.Contains("reach over several clusters", Assert.Throws<GlmmException>(() =>
            crossed.RobustCovariance(ClusterRobust.CR1, "h")).Message);
    }
}
