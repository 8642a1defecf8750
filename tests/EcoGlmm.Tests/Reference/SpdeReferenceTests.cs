using System.Collections.Concurrent;
using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Fields on a mesh against tests/reference/spde.R, code of its own on the same mesh.</summary>
public sealed class SpdeReferenceTests
{
    private static readonly Lazy<SpdeFile> File = new(() => JsonSerializer.Deserialize<SpdeFile>(
        System.IO.File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "spde.json")),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!);

    private static readonly ConcurrentDictionary<string, Lazy<GlmmFit>> Fits = new();

    /// <summary>Its likelihood has two maxima, 0.07 apart, the higher of which one start alone leads to.</summary>
    private const string TwoMaxima = "following, poisson";

    public static TheoryData<string> Names => [.. File.Value.Fits.Select(f => f.Name)];

    [Fact]
    public void Likelihood_agrees_at_parameters_that_are_held()
    {
        var reference = File.Value.Fits.Single(f => f.Name == TwoMaxima);
        var fit = Fit(reference, [EcoGlmm.Parameter.Covariance("year", "range", reference.Range), EcoGlmm.Parameter.Covariance("year", "sd",
            reference.Sd),
            EcoGlmm.Parameter.Covariance("year", "correlation", reference.Correlation!.Value)]);
        var check = new Comparison(TwoMaxima);
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, 1e-6);
        for (var j = 0; j < reference.Fixed.Length; j++)
            check.Near($"coefficient {j}", reference.Fixed[j], fit.FixedEffects[j].Estimate, 2e-3 * fit.FixedEffects[j].StandardError);
        check.Done();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Likelihood_and_estimates_agree(string name)
    {
        var reference = File.Value.Fits.Single(f => f.Name == name);
        var fit = FitOf(reference);
        var check = new Comparison(name);
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, 1e-6);
        for (var j = 0; j < reference.Fixed.Length; j++)
            check.Near($"coefficient {j}", reference.Fixed[j], fit.FixedEffects[j].Estimate, 2e-3 * fit.FixedEffects[j].StandardError);
        Compare("range", reference.Range);
        Compare("sd", reference.Sd);
        if (reference.Correlation is { } correlation) Compare("correlation", correlation);
        if (reference.Sigma is { } sigma) check.Near("sigma", sigma, fit.Sigma, 1e-3 * sigma);
        check.Done();

        void Compare(string what, double expected)
        {
            var parameter = fit.CovarianceParameters.Single(p => p.Name == what);
            check.Near(what, expected, parameter.Estimate, 2e-3 * parameter.StandardError);
            check.Near($"standard error of {what} is there", 1, parameter.StandardError > 0 ? 1 : 0, 0);
        }
    }

    private static GlmmFit FitOf(SpdeFit reference) => Fits.GetOrAdd(reference.Name, _ => new Lazy<GlmmFit>(() =>
        Fit(reference, []))).Value;

    private static GlmmFit Fit(SpdeFit reference, Parameter[] held) => Glmm.Fit(reference.Formula, FieldData.From(File.Value.Data),
        Family.Parse(reference.Family),
        new GlmmOptions { Meshes = new Dictionary<string, Mesh> { ["lattice"] = File.Value.Mesh() }, Fixed = held });

    private sealed record SpdeFile(double[][] Nodes, int[][] Triangles, Dictionary<string, double[]> Data, SpdeFit[] Fits)
    {
        public Mesh Mesh() => EcoGlmm.Mesh.Of([.. Nodes.Select(n => (n[0], n[1]))], [.. Triangles.Select(t => (t[0], t[1], t[2]))]);
    }

    private sealed record SpdeFit(string Name, string Formula, string Family, double LogLik, double[] Fixed, double? Sigma, double Range,
        double Sd, double? Correlation);
}
