using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Tests.Inference;

/// <summary>
/// Kenward and Roger's method where levels are related: by its definition with a dense V and first differences of V by its parameters,
/// and by models that are the same with and without a structure.
/// </summary>
public sealed class StructuredKenwardRogerTests
{
    private const int Rows = 48;

    private static readonly FieldData Design = FieldData.From(new Dictionary<string, object>
    {
        ["g"] = Enumerable.Range(0, Rows).Select(i => $"g{i / 6}").ToArray(),
        ["animal"] = Enumerable.Range(0, Rows).Select(i => $"a{i / 6}").ToArray(),
        ["week"] = Enumerable.Range(0, Rows).Select(i => (double)(i % 6)).ToArray(),
        ["px"] = Enumerable.Range(0, Rows).Select(i => (double)(i * 7 % 5)).ToArray(),
        ["x"] = Enumerable.Range(0, Rows).Select(i => Math.Sin(1.7 * i) + (0.3 * (i / 6 % 3))).ToArray(),
        ["treated"] = Enumerable.Range(0, Rows).Select(i => (double)(i / 6 % 2)).ToArray(),
    });

    [Theory]
    [InlineData("ar1(0 + week | g)", "correlation", 0.6)]
    [InlineData("ou(0 + week | g)", "decay", 0.4)]
    [InlineData("exp(0 + px + week | g)", "range", 3)]
    public void By_definition(string term, string name, double value)
    {
        var sd = term.StartsWith("exp", StringComparison.Ordinal) ? "sd_px, week|g" : "sd_week|g";
        var y = Glmm.Simulate($"y ~ x + treated + {term}", Design, new Dictionary<string, double>
        {
            ["(Intercept)"] = 1, ["x"] = 0.5, ["treated"] = 0.4, [sd] = 1.5, [$"{name}|{term}"] = value, ["sigma"] = 0.7,
        }, seed: 3)[0];
        var fit = Glmm.Fit($"y ~ x + treated + {term}", Design.With("y", y), Family.Gaussian(), new GlmmOptions { Reml = true });
        var (x, treated, g) = (Design.Numbers("x"), Design.Numbers("treated"), Design.Texts("g"));
        var (week, px) = (Design.Numbers("week"), Design.Numbers("px"));
        var (deviation, other) = (fit.CovarianceParameters[0].Estimate, fit.CovarianceParameters[1].Estimate);
        double[] at = [deviation * deviation, name == "correlation" ? Math.Atanh(other) : Math.Log(other), fit.Sigma * fit.Sigma];
        Matrix<double> V(double[] p)
        {
            double Correlation(int i, int j) => name switch
            {
                "correlation" => Math.Pow(Math.Tanh(p[1]), Math.Abs(week[i] - week[j])),
                "decay" => Math.Exp(-Math.Exp(p[1]) * Math.Abs(week[i] - week[j])),
                _ => Math.Exp(-Math.Sqrt(Math.Pow(px[i] - px[j], 2) + Math.Pow(week[i] - week[j], 2)) / Math.Exp(p[1])),
            };
            return Matrix<double>.Build.Dense(Rows, Rows, (i, j) => (g[i] == g[j] ? p[0] * Correlation(i, j) : 0) + (i == j ? p[2] : 0));
        }

        Matrix<double> Moved(int parameter, double by)
        {
            var p = (double[])at.Clone();
            p[parameter] += by;
            return V(p);
        }

        const double h = 1e-3;
        var first = Enumerable.Range(0, 3).Select(i => (Moved(i, h) - Moved(i, -h)) / (2 * h)).ToArray();
        var design = Matrix<double>.Build.Dense(Rows, 3, (i, j) => j switch { 0 => 1, 1 => x[i], _ => treated[i] });
        var inverse = V(at).Inverse();
        var phi = (design.Transpose() * inverse * design).Inverse();
        var p = first.Select(v => -(design.Transpose() * inverse * v * inverse * design)).ToArray();
        Matrix<double> Q(int i, int j) => design.Transpose() * inverse * first[i] * inverse * first[j] * inverse * design;
        var w = Matrix<double>.Build.Dense(3, 3, (i, j) => 0.5 * ((inverse * first[i] * inverse * first[j]).Trace()
            - (2 * (phi * Q(i, j)).Trace()) + (phi * p[i] * phi * p[j]).Trace())).Inverse();
        var inner = Matrix<double>.Build.Dense(3, 3);
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
                inner += w[i, j] * (Q(i, j) - (p[i] * phi * p[j]));
        }

        var adjusted = phi + (2 * phi * inner * phi);
        var tests = fit.CoefficientTests(DenominatorDegrees.KenwardRoger);
        for (var j = 0; j < 3; j++)
        {
            Assert.Equal(Math.Sqrt(adjusted[j, j]), tests[j].StandardError, 1e-4 * Math.Sqrt(adjusted[j, j]));
            // One contrast: 2 / variance of its variance, relative to its square.
            var gradient = Vector<double>.Build.Dense(3, k => (phi * p[k] * phi)[j, j]);
            var degrees = 2 * phi[j, j] * phi[j, j] / (gradient * w * gradient);
            Assert.Equal(degrees, tests[j].DegreesOfFreedom, 1e-3 * degrees);
        }
    }

    /// <summary>Animals without known parents are strangers.</summary>
    [Fact]
    public void Unrelated_animals_are_levels()
    {
        var y = Glmm.Simulate("y ~ x + treated + (1 | g)", Design, new Dictionary<string, double>
        {
            ["(Intercept)"] = 1, ["x"] = 0.5, ["treated"] = 0.4, ["sd_(Intercept)|g"] = 1, ["sigma"] = 0.7,
        }, seed: 5)[0];
        var animals = Enumerable.Range(0, 8).Select(k => $"a{k}").ToArray();
        var strangers = Pedigree.From(new Dictionary<string, object>
        {
            ["animal"] = animals,
            ["sire"] = new string?[8],
            ["dam"] = new string?[8],
        }, "animal", "sire", "dam");
        var data = Design.With("y", y);
        var plain = Glmm.Fit("y ~ x + treated + (1 | g)", data, Family.Gaussian(), new GlmmOptions { Reml = true });
        var related = Glmm.Fit("y ~ x + treated + pedigree(1 | animal)", data, Family.Gaussian(), new GlmmOptions
        {
            Reml = true,
            Relatedness = new Dictionary<string, Relatedness> { ["animal"] = strangers },
        });
        foreach (var (expected, actual) in plain.CoefficientTests(DenominatorDegrees.KenwardRoger)
            .Zip(related.CoefficientTests(DenominatorDegrees.KenwardRoger)))
        {
            Assert.Equal(expected.StandardError, actual.StandardError, 1e-6);
            Assert.Equal(expected.DegreesOfFreedom, actual.DegreesOfFreedom, 1e-4 * expected.DegreesOfFreedom);
        }
    }
}
