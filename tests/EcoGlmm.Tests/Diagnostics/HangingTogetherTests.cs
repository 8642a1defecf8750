using EcoGlmm.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Diagnostics;

/// <summary>Residuals that are alike in time within groups, or in space: found, cured, and gone once the model knows of it.</summary>
public class HangingTogetherTests
{
    private static FieldData Series(double correlation, bool isCount)
    {
        var random = new RandomStream(8);
        return FieldData.From(Enumerable.Range(0, 40).SelectMany(s =>
        {
            var (level, state) = (0.4 * random.NextNormal(), random.NextNormal());
            return Enumerable.Range(0, 15).Select(year =>
            {
                state = (correlation * state) + (Math.Sqrt(1 - (correlation * correlation)) * random.NextNormal());
                var x = random.NextNormal();
                var eta = 1 + (0.3 * x) + level + (0.7 * state);
                return new { y = isCount ? random.NextPoisson(Math.Exp(eta)) : eta + (0.4 * random.NextNormal()), x, site = $"s{s}",
                    year = 2001.0 + year };
            }).ToArray();
        }).ToArray());
    }

    [Fact]
    public void Series_within_groups_are_cured_by_the_call_that_is_shown()
    {
        var data = Series(0.75, isCount: true);
        var check = Glmm.Fit("y ~ x + (1 | site)", data, Family.NegativeBinomial2()).Check();
        var finding = check.Findings.Single(f => f.Name == "Autocorrelation along year within site");
        Assert.Equal(CheckStatus.Problem, finding.Status);
        Assert.Contains("ar1(0 + year | site)", finding.Advice);
        Assert.Contains("are alike", finding.Message);
        var cure = Assert.IsType<CheckCure>(check.Cure);
        Assert.StartsWith("fit.Update(\". ~ . + ar1(0 + year | site)\"", cure.Call);
        Assert.Equal(check.Fit.Update(". ~ . + ar1(0 + year | site)").LogLikelihood, cure.Fit.LogLikelihood, 1e-6);
    }

    [Fact]
    public void Series_that_do_not_hang_together_are_left_alone()
    {
        var check = Glmm.Fit("y ~ x + (1 | site)", Series(0, isCount: false)).Check();
        Assert.Equal(CheckStatus.Good, check.Findings.Single(f => f.Name == "Autocorrelation along year within site").Status);
    }

    [Fact]
    public void Places_are_cured_by_a_structure_in_space_and_degrees_are_turned_into_lengths_first()
    {
        var random = new RandomStream(12);
        var rows = Enumerable.Range(0, 150).Select(_ =>
        {
            var (a, b, x) = (random.NextDouble() * 10, random.NextDouble() * 10, random.NextNormal());
            return (a, b, x, y: 2 + (0.5 * x) + (1.2 * Math.Sin(0.9 * a) * Math.Cos(0.7 * b)) + (0.5 * random.NextNormal()));
        }).ToArray();
        var fit = Glmm.Fit("size ~ slope", rows.Select(r => new { size = r.y, slope = r.x, easting = r.a, northing = r.b }).ToArray());
        var check = fit.Check();
        var finding = check.Findings.Single(f => f.Name == "Autocorrelation in space along easting and northing");
        Assert.Equal(CheckStatus.Problem, finding.Status);
        Assert.Contains(Assert.IsType<CheckCure>(check.Cure).Call, finding.Advice);
        var cure = Assert.IsType<CheckCure>(check.Cure);
        Assert.Matches(@"fit\.Update\("". ~ \. \+ (exp|mat)\(0 \+ easting \+ northing \| 1\)""\)", cure.Call);
        Assert.Empty(cure.Remaining);

        var degrees = Glmm.Fit("size ~ slope", rows.Select(r => new { size = r.y, slope = r.x, lon = r.a + 5, lat = r.b + 45 }).ToArray())
            .Check();
        finding = degrees.Findings.Single(f => f.Name == "Autocorrelation in space along lon and lat");
        Assert.Equal(CheckStatus.Problem, finding.Status);
        Assert.Contains("WithKilometres(\"lon\", \"lat\")", finding.Advice);
        var told = Glmm.Fit("size ~ slope + exp(0 + lon + lat | 1)", degrees.Fit.Data).ToString();
        Assert.Contains("which are no lengths", told.ReplaceLineEndings(" "));
    }

    [Fact]
    public void A_response_called_y_is_no_coordinate()
    {
        var check = Glmm.Fit("y ~ x + (1 | site)", Series(0, isCount: false)).Check();
        Assert.DoesNotContain(check.Findings, f => f.Name.StartsWith("Autocorrelation in space", StringComparison.Ordinal));
    }

    [Fact]
    public void Residuals_rotated_by_the_fitted_covariance_are_those_of_the_dense_matrix()
    {
        var fit = Glmm.Fit("y ~ x + (1 | site) + ar1(0 + year | site)", Series(0.75, isCount: false));
        const int count = 4000;
        var rotated = fit.SimulatedResiduals(new ResidualOptions { Count = count, Rotate = true });
        Assert.True(rotated.IsRotated);

        double One(string group, string name, string structure) => fit.CovarianceParameters.Single(p => p.Group == group && p.Name == name
            && p.Structure == structure).Estimate;
        var (level, sd, correlation) = (One("site", "sd", "us"), One("site", "sd", "ar1"), One("site", "correlation", "ar1"));
        var (sites, years, y) = (fit.Data.Texts("site"), fit.Data.Numbers("year"), fit.Data.Numbers("y"));
        var v = Matrix<double>.Build.Dense(y.Length, y.Length, (i, j) => sites[i] != sites[j] ? 0
            : (level * level) + (sd * sd * Math.Pow(correlation, Math.Abs(years[i] - years[j]))) + (i == j ? fit.Sigma * fit.Sigma : 0));
        var mean = fit.Predict(null, PredictionScale.Link, RandomEffectsUse.Population).Estimate;
        var z = v.Cholesky().Factor.Solve(Vector<double>.Build.DenseOfEnumerable(y.Zip(mean, (a, b) => a - b)));
        // Five standard errors of a share of that many simulations.
        var scaled = rotated.Scaled;
        for (var i = 0; i < z.Count; i++) Assert.Equal(Normal.CDF(0, 1, z[i]), scaled[i], 5 * 0.5 / Math.Sqrt(count));
        Assert.False(rotated.TestUniformity().IsSignificant);

        Assert.Contains("leave out Refit and Redraw", Assert.Throws<GlmmException>(() =>
            fit.SimulatedResiduals(new ResidualOptions { Rotate = true, Refit = true })).Message);
    }
}
