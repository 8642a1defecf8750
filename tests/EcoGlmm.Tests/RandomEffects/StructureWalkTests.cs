using System.Text.Json;
using EcoGlmm.Inference;

namespace EcoGlmm.Tests.Estimation;

/// <summary>
/// Every structure through everything that a fit offers, in the mean, zero inflation and dispersion: a new structure is in it by its line
/// in StructureKind.All. Numbers are checked elsewhere; here nothing may be missing, endless or empty.
/// </summary>
public sealed class StructureWalkTests
{
    private const int Draws = 20;

    /// <summary>The parts that a structure stands in, with the family, the formula, zero inflation and dispersion.</summary>
    private static readonly Dictionary<string, (Family Family, string Formula, string Zeros, string Dispersion)> Parts = new()
    {
        ["Gaussian mean"] = (Family.Gaussian(), "y ~ x + {0}", "~ 0", "~ 1"),
        ["Poisson mean"] = (Family.Poisson(), "count ~ x + {0}", "~ 0", "~ 1"),
        ["zero inflation"] = (Family.Poisson(), "count ~ x", "~ 1 + {0}", "~ 1"),
        ["dispersion"] = (Family.Gaussian(), "y ~ x", "~ 0", "~ 1 + {0}"),
    };

    private static readonly FieldData Data = Effective();

    /// <summary>Every term in every part.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var term in StructureCatalogue.Terms)
            {
                foreach (var part in Parts.Keys) cases.Add(term, part);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Everything_follows(string term, string part)
    {
        var fit = Fit(term, part);
        // Few groups say little of many variances of zero inflation, or of fields of eight weeks that are not there: then the fit says so,
        // and all else still answers.
        var isField = term.StartsWith("spde", StringComparison.Ordinal);
        Assert.True(fit.Convergence.IsConverged || ((isField || !part.EndsWith("mean", StringComparison.Ordinal))
            && fit.Convergence.Problems.Count > 0),
            $"{fit.Convergence} {fit.CovarianceParameters}");
        Told(fit);
        Compared(fit, part);
        Simulated(fit);
        Predicted(fit);
        if (!fit.Convergence.IsConverged) return;
        if (part == "Gaussian mean" || (part == "Poisson mean" && !isField)) Intervals(fit);
        if (part == "Poisson mean" && !isField) Assert.NotEmpty(fit.Check(new CheckOptions { Count = 50, TryCures = false }).Findings);
    }

    private static GlmmFit Fit(string term, string part, bool without = false)
    {
        var (family, formula, zeros, dispersion) = Parts[part];
        string Of(string text) => without ? text.Replace(" + {0}", "") : string.Format(text, term);
        return Glmm.Fit(Of(formula), Data, family, StructureCatalogue.Options with
        {
            ZeroInflation = Of(zeros),
            Dispersion = Of(dispersion),
        });
    }

    /// <summary>Card, text and JSON, with the covariance parameters in the order of the table.</summary>
    private static void Told(GlmmFit fit)
    {
        Assert.Equal(fit.Estimate.Model.Terms[0].ThetaCount == 0, fit.CovarianceParameters.Count == 0);
        Assert.All(fit.CovarianceParameters, p => Assert.True(double.IsFinite(p.Estimate), $"{p.Name} {p.Estimate}"));
        Assert.Contains("</table>", fit.ToHtml());
        using var json = JsonDocument.Parse(fit.ToJson());
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
    }

    /// <summary>The likelihood ratio against the model without it has as many degrees of freedom as the term has parameters.</summary>
    private static void Compared(GlmmFit fit, string part)
    {
        var term = fit.Estimate.Model.Terms[0];
        var smaller = Fit("", part, without: true);
        Assert.Equal(term.ThetaCount, fit.ParameterCount - smaller.ParameterCount);
        Assert.True(fit.LogLikelihood > smaller.LogLikelihood - 1e-6 || !term.Loadings.IsScaleFree,
            $"{fit.LogLikelihood} {smaller.LogLikelihood}");
        if (term.ThetaCount == 0 || !fit.Convergence.IsConverged) return;
        var test = Assert.Single(Glmm.Compare(("smaller", smaller), ("larger", fit)).LikelihoodRatioTests);
        Assert.Equal(term.ThetaCount, test.Df);
        Assert.InRange(test.PValue, 0, 1);
    }

    private static void Simulated(GlmmFit fit)
    {
        foreach (var mode in new[] { SimulationMode.Conditional, SimulationMode.Unconditional })
        {
            var draws = fit.Simulate(2, 1, mode);
            Assert.All(draws, d => Assert.All(d, v => Assert.True(double.IsFinite(v))));
            Assert.NotEqual(draws[0], draws[1]);
            var residuals = fit.SimulatedResiduals(Draws, 1, mode);
            Assert.All(residuals.Scaled, r => Assert.InRange(r, 0, 1));
        }
    }

    /// <summary>At the data, and at levels, times and places that they do not have.</summary>
    private static void Predicted(GlmmFit fit)
    {
        string[] Renamed(string column) => [.. Data.Texts(column).Select(t => t + "new")];
        var elsewhere = Data.With("g", Renamed("g")).With("h", Renamed("h")).With("a", Renamed("a"))
            .With("animal", Data.Texts("animal").Select(_ => "a1")).With("time", Data.Numbers("time").Select(t => t + 0.03))
            .With("px", Data.Numbers("px").Select(v => 0.3 + (0.9 * v)));
        foreach (var predictions in new[] { fit.Predict(), fit.Predict(elsewhere), fit.Predict(elsewhere, randomEffects:
            RandomEffectsUse.Population) })
        {
            Assert.All(predictions.Estimate, v => Assert.True(double.IsFinite(v), $"{v}"));
            Assert.All(predictions.StandardError, v => Assert.True(v >= 0, $"{v}"));
        }
    }

    /// <summary>A profile of the first parameter of the term, and intervals by the bootstrap.</summary>
    private static void Intervals(GlmmFit fit)
    {
        var parameter = FitParameter.Of(fit).FirstOrDefault(p => p.Kind is ParameterKind.StandardDeviation or ParameterKind.Covariance);
        if (parameter is not null)
        {
            try
            {
                var interval = fit.Profile(parameter.Name, parameter.Part).Interval;
                Assert.InRange(interval.Estimate, interval.Lower - 1e-6, interval.Upper + 1e-6);
            }
            catch (GlmmException flat)
            {
                Assert.Contains("its likelihood is flat there", flat.Message);
            }
        }

        var refits = fit.Bootstrap(f => [f.FixedEffects["x"].Estimate], 2);
        Assert.All(refits, r => Assert.True(double.IsFinite(r[0])));
    }

    /// <summary>The catalogue's data with effects of groups and places, so that most terms have something to find.</summary>
    private static FieldData Effective()
    {
        var data = StructureCatalogue.Data;
        var random = new EcoGlmm.Numerics.RandomStream(5);
        double[] eta = [.. Enumerable.Range(0, data.RowCount).Select(i => (0.6 * Math.Sin(i % 9 * 2.1)) + (0.5 * Math.Cos(i / 9 * 1.3))
            + (0.4 * Math.Sin(i % 11)))];
        return data.With("y", eta.Select(e => 3 + e + (0.5 * random.NextNormal())))
            .With("count", eta.Select(e => random.NextDouble() < 0.15 ? 0 : random.NextPoisson(Math.Exp(1 + e))));
    }
}
