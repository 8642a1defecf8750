using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>
/// Adaptive Gauss-Hermite quadrature against glmer's, and against a maximum found by brute-force integration: the fits of
/// tests/reference/aghq.json and quadrature.json.
/// </summary>
public sealed class QuadratureReferenceTests
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    private static readonly Dictionary<string, QuadratureFit> References = Read("aghq.json").Concat(Read("quadrature.json"))
        .ToDictionary(fit => fit.Name);

    public static TheoryData<string> Names => [.. References.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void FitAgrees(string name)
    {
        var reference = References[name];
        var fit = Fit(reference);
        var check = new Comparison(name);
        Assert.Equal(ConvergenceStatus.Converged, fit.Convergence.Status);
        // glmer leaves out the saturated model's part with several points; the reference has it in.
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, 1e-5 + (1e-7 * Math.Abs(reference.LogLik)));
        check.Near("observations", reference.Observations, fit.ObservationCount, 0);
        check.Near("parameters", reference.Parameters, fit.ParameterCount, 0);
        Compare(check, reference.Fixed, fit.FixedEffects);
        Compare(check, reference.ZeroInflation ?? [], fit.ZeroInflationEffects);
        if (reference.Sigma is { } sigma) check.Near("sigma", sigma, fit.Sigma, 2e-3 * sigma);

        foreach (var expected in reference.Variances)
        {
            var actual = fit.VarianceComponents.Single(c => c.Term1 == expected.Term1 && c.Term2 == expected.Term2);
            if (expected.Sd is { } sd) check.Near($"sd of {expected.Term1}", sd, actual.StandardDeviation, 2e-3 * sd);
            else check.Near($"correlation of {expected.Term1} and {expected.Term2}", expected.Correlation!.Value, actual.Correlation, 5e-3);
        }

        foreach (var expected in reference.Modes)
        {
            var actual = fit.RandomEffects[expected.Group][expected.Level, expected.Term];
            var slack = (2e-3 * Math.Abs(expected.Mode)) + 1e-5;
            check.Near($"mode of {expected.Level}", expected.Mode, actual.Mode, (1e-3 * expected.Sd) + slack);
            check.Near($"sd of {expected.Level}", expected.Sd, actual.StandardDeviation, 0.01 * expected.Sd);
        }

        check.Done();
    }

    private static void Compare(Comparison check, ReferenceCoefficient[] reference, CoefficientTable table)
    {
        foreach (var expected in reference)
        {
            var (estimate, error) = (expected.Estimate!.Value, expected.StandardError!.Value);
            check.Near(expected.Name, estimate, table[expected.Name].Estimate, 1e-3 * error);
            check.Near($"standard error of {expected.Name}", error, table[expected.Name].StandardError, 0.01 * error);
        }
    }

    private static GlmmFit Fit(QuadratureFit reference)
    {
        var path = Path.Combine(ReferenceFit.RepositoryFolder, "datasets", reference.Dataset + ".csv");
        var data = FieldData.ReadCsv(File.Exists(path) ? path : path + ".gz");
        foreach (var (column, levels) in reference.Factors ?? []) data = data.AsFactor(column, levels);
        return Glmm.Fit(reference.Formula, data, Family.Parse(reference.Family, reference.Link), new GlmmOptions
        {
            QuadraturePoints = reference.Points,
            ZeroInflation = reference.ZeroInflationFormula ?? "~ 0",
            Control = new GlmmControl { MaxThreads = 1 },
        });
    }

    private static QuadratureFit[] Read(string file)
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", file));
        return JsonSerializer.Deserialize<QuadratureFile>(stream, Options)!.Fits;
    }

    private sealed record QuadratureFile(QuadratureFit[] Fits);

    /// <summary>A fit of those files: <paramref name="LogLik"/> is complete, and <paramref name="Points"/> what EcoGlmm is to
    /// use.</summary>
    private sealed record QuadratureFit(string Name, string Dataset, string Formula, string Family, string Link, int Points,
        Dictionary<string, string[]>? Factors, string? ZeroInflationFormula, double LogLik, int Observations, int Parameters,
        ReferenceCoefficient[] Fixed, ReferenceCoefficient[]? ZeroInflation, double? Sigma, ReferenceVariance[] Variances,
        ReferenceMode[] Modes);
}
