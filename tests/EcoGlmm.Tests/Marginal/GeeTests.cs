using System.Text.Json;
using EcoGlmm.Tests.Inference;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Marginal;

/// <summary>Estimating equations against geepack, and bias-reduced sandwiches against their formulas with whole matrices.</summary>
public sealed class GeeTests
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "gee.json"))).RootElement;

    public static TheoryData<string> Names => [.. Root.GetProperty("fits").EnumerateArray().Select(f => f.Text("name"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Estimates_standard_errors_correlations_and_QIC_are_geepacks(string name)
    {
        var expected = Root.GetProperty("fits").EnumerateArray().Single(f => f.Text("name") == name);
        var gee = Fit(expected);
        var comparison = new Comparison(name);
        Assert.Equal(expected.GetProperty("names").EnumerateArray().Select(v => v.GetString()), gee.FixedEffects.Names);
        var (estimate, robust) = (expected.Numbers("estimate"), expected.Numbers("robust"));
        for (var j = 0; j < estimate.Length; j++)
        {
            comparison.Near("estimate", estimate[j], gee.FixedEffects[j].Estimate, 1e-5 * robust[j]);
            comparison.Near("robust", robust[j], gee.FixedEffects[j].StandardError, 1e-5 * robust[j]);
            comparison.Near("model", expected.Numbers("model")[j], gee.ModelStandardErrors[j], 1e-5 * robust[j]);
            comparison.Near("Mancl", expected.Numbers("mancl")[j], gee.StandardErrors(GeeStandardErrors.ManclDeRouen)[j], 1e-5 * robust[j]);
            comparison.Near("Kauermann", expected.Numbers("kauermann")[j], gee.StandardErrors(GeeStandardErrors.KauermannCarroll)[j],
                1e-5 * robust[j]);
        }

        comparison.Near("scale", expected.Number("scale"), gee.Scale, 1e-6 * expected.Number("scale"));
        var matrix = expected.GetProperty("matrix").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())
            .ToArray();
        for (var i = 0; i < matrix.Length; i++)
        {
            for (var j = 0; j < matrix.Length; j++) comparison.Near("correlation", matrix[i][j], gee.Correlation[i, j], 1e-6);
        }

        // geepack 1.3.9 leaves trials out of the quasi-likelihood, and for the Gamma it has Σ −y/(μ − log μ), a bracket too late, where
        // ∫ (y − t)/t² dt is −y/μ − log μ: its numbers are compared with its formulas, ours with the definition.
        var (mu, y) = (gee.Fitted(), Observed(expected));
        double Sum(Func<double, double, double> term) => mu.Zip(y, term).Sum();
        double Logit(double m, double v) => (v * Math.Log(m / (1 - m))) + Math.Log(1 - m);
        var (isGamma, hasTrials) = (expected.Text("family") == "Gamma", expected.Text("dataset") == "cbpp");
        var theirs = isGamma ? Sum((m, v) => -v / (m - Math.Log(m))) : hasTrials ? Sum(Logit) : gee.QuasiLogLikelihood;
        comparison.Near("quasi", expected.Number("quasi"), theirs, 1e-6 * Math.Abs(expected.Number("quasi")));
        comparison.Near("QIC", expected.Number("qic"), (-2 * theirs) + (2 * gee.Cic), 1e-6 * Math.Abs(expected.Number("qic")));
        comparison.Near("QICu", expected.Number("qicu"), (-2 * theirs) + (2 * estimate.Length), 1e-6 * Math.Abs(expected.Number("qicu")));
        if (isGamma) comparison.Near("Gamma", Sum((m, v) => -(v / m) - Math.Log(m)), gee.QuasiLogLikelihood, 1e-9);
        if (hasTrials)
        {
            var size = InferenceReference.Data("cbpp").Numbers("size");
            comparison.Near("trials", size.Select((n, i) => n * Logit(mu[i], y[i])).Sum(), gee.QuasiLogLikelihood, 1e-9);
        }

        comparison.Near("ours", (-2 * gee.QuasiLogLikelihood) + (2 * gee.Cic), gee.Qic, 1e-9);

        comparison.Near("CIC", expected.Number("cic"), gee.Cic, 1e-5 * expected.Number("cic"));
        comparison.Done();
    }

    [Fact]
    public void Rows_need_not_be_sorted_and_correlation_in_time_is_that_of_occasions_a_unit_apart()
    {
        var data = InferenceReference.Data("epilepsy");
        var reversed = data.Take([.. Enumerable.Range(0, data.RowCount).Reverse()]);
        const string formula = "y ~ trt + log(base)";
        var ar1 = Gee.Fit(formula, data, "subject", Family.Poisson(), WorkingCorrelation.Ar1, "period");
        var other = Gee.Fit(formula, reversed, "subject", Family.Poisson(), WorkingCorrelation.Ar1, "period");
        var inTime = Gee.Fit(formula, data, "subject", Family.Poisson(), WorkingCorrelation.ContinuousAr1, "period");
        Assert.Equal(ar1.FixedEffects["trtprogabide"].Estimate, other.FixedEffects["trtprogabide"].Estimate, 1e-9);
        Assert.Equal(ar1.FixedEffects["trtprogabide"].StandardError, inTime.FixedEffects["trtprogabide"].StandardError, 1e-8);
        var predicted = ar1.Predict();
        Assert.Equal(ar1.Fitted()[7], predicted.Estimate[7], 1e-12);
        Assert.True(predicted.Lower[7] < predicted.Estimate[7] && predicted.Estimate[7] < predicted.Upper[7]);
    }

    [Fact]
    public void Few_subjects_are_said()
    {
        var gee = Gee.Fit("cbind(incidence, size - incidence) ~ period", InferenceReference.Data("cbpp").AsFactor("period"), "herd",
            Family.Binomial());
        Assert.Equal(15, gee.SubjectCount);
        Assert.Contains("With 15 subjects the robust standard errors are too small", gee.ToString());
        Assert.Contains("Mancl-DeRouen", gee.ToHtml());
        Assert.True(gee.ConfidenceIntervals()["period2"].Upper > gee.FixedEffects["period2"].Estimate
            + (2.1 * gee.FixedEffects["period2"].StandardError));
    }

    [Fact]
    public void What_cannot_be_is_refused_in_words()
    {
        var data = InferenceReference.Data("epilepsy");
        Refused("have none", () => Gee.Fit("y ~ trt + (1 | subject)", data, "subject", Family.Poisson()));
        Refused("Family.Poisson()", () => Gee.Fit("y ~ trt", data, "subject", Family.NegativeBinomial2()));
        Refused("needs its matrix", () => Gee.Fit("y ~ trt", data, "subject", Family.Poisson(), WorkingCorrelation.Fixed));
        Refused("same \"trt\"", () => Gee.Fit("y ~ base", data, "subject", Family.Poisson(), WorkingCorrelation.Ar1, "trt"));
        Refused("column of time", () => Gee.Fit("y ~ trt", data, "subject", Family.Poisson(), WorkingCorrelation.ContinuousAr1));
    }

    /// <summary>The response in the rows of the data: proportions of binomial ones.</summary>
    private static double[] Observed(JsonElement expected)
    {
        var data = InferenceReference.Data(expected.Text("dataset"));
        return expected.Text("dataset") switch
        {
            "bacteria" => [.. data.Texts("y").Select(t => t == "n" ? 1.0 : 0.0)],
            "cbpp" => [.. data.Numbers("incidence").Zip(data.Numbers("size"), (k, n) => k / n)],
            "sitka" => data.Numbers("size"),
            _ => data.Numbers("y"),
        };
    }

    private static void Refused(string why, Func<GeeFit> fit) => Assert.Contains(why, Assert.Throws<GlmmException>(fit).Message);

    private static GeeFit Fit(JsonElement expected)
    {
        var data = InferenceReference.Data(expected.Text("dataset"));
        data = expected.Text("dataset") switch
        {
            "bacteria" => data.With("cured", data.Texts("y").Select(t => t == "n" ? 1.0 : 0.0)),
            "cbpp" => data.AsFactor("period"),
            "sitka" => data.With("year", data.Numbers("Time").Select(t => t / 365)),
            _ => data,
        };
        var family = expected.Text("family") switch
        {
            "poisson" => Family.Poisson(),
            "binomial" => Family.Binomial(),
            "Gamma" => Family.Gamma(Link.Log),
            _ => Family.Gaussian(),
        };
        var correlation = expected.Text("correlation") switch
        {
            "independence" => WorkingCorrelation.Independence,
            "exchangeable" => WorkingCorrelation.Exchangeable,
            "ar1" => WorkingCorrelation.Ar1,
            "unstructured" => WorkingCorrelation.Unstructured,
            _ => WorkingCorrelation.Fixed,
        };
        var fixedMatrix = new double[4, 4];
        for (var i = 0; i < 4; i++)
        {
            for (var j = 0; j < 4; j++) fixedMatrix[i, j] = Math.Pow(0.6, Math.Abs(i - j));
        }

        return Gee.Fit(expected.Text("formula"), data, expected.Text("id"), family, correlation,
            expected.GetProperty("order").ValueKind == JsonValueKind.String ? expected.Text("order") : null,
            correlation == WorkingCorrelation.Fixed ? fixedMatrix : null);
    }
}
