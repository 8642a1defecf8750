using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Correlated errors of nlme's gls, which are structures without a residual (tests/reference/nlme.R).</summary>
public sealed class NlmeTests
{
    private static readonly NlmeFit[] Fits = JsonSerializer.Deserialize<NlmeFile>(File.ReadAllText(Path.Combine(
        ReferenceFit.RepositoryFolder, "tests", "reference", "nlme.json")),
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!.Fits;

    public static TheoryData<string> Names => [.. Fits.Select(fit => fit.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_structure_without_residual_is_a_correlation_of_errors(string name)
    {
        var reference = Fits.Single(f => f.Name == name);
        var fit = Glmm.Fit(reference.Formula, Data(reference.Dataset),
            options: new GlmmOptions { Reml = reference.Reml, Dispersion = "~ 0" });
        var check = new Comparison(name);
        check.Near("log-likelihood", reference.LogLik, fit.LogLikelihood, 1e-5 + (1e-7 * Math.Abs(reference.LogLik)));
        foreach (var row in reference.Fixed)
        {
            var mine = fit.FixedEffects.Single(c => c.Name.Replace("factor(Diet)", "Diet") == row.Name);
            check.Near(row.Name, row.Estimate!.Value, mine.Estimate, 2e-3 * row.StandardError!.Value);
            // By maximum likelihood nlme's are given the covariance parameters, and those of a model without residual here are not.
            if (!reference.Reml) continue;
            check.Near($"standard error of {row.Name}", row.StandardError.Value, mine.StandardError, 0.01 * row.StandardError.Value);
        }

        var structure = fit.CovarianceParameters.Where(p => p.Structure != "us").ToArray();
        check.Near("sd", reference.Sd, structure.Single(p => p.Name == "sd").Estimate, 3e-3 * reference.Sd);
        check.Near(reference.Quantity, reference.Value, structure.Single(p => p.Name == reference.Quantity).Estimate,
            3e-3 * reference.Value);
        check.Done();
    }

    private static FieldData Data(string dataset)
    {
        var data = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", dataset + ".csv"));
        return dataset switch
        {
            "ovary" => data.With("k", Ranks(data.Texts("Mare"), data.Numbers("Time"))),
            "orthodont" => data.With("k", row => (row.Number("age") - 6) / 2).AsFactor("Sex", ["Female", "Male"]),
            _ => data,
        };
    }

    /// <summary>The place of each row's time among those of its group.</summary>
    private static double[] Ranks(IReadOnlyList<string?> groups, double[] times) =>
        [.. times.Select((time, row) => 1.0 + times.Where((other, k) => groups[k] == groups[row] && other < time).Count())];

    private sealed record NlmeFile(NlmeFit[] Fits);

    private sealed record NlmeFit(string Name, string Dataset, string Formula, bool Reml, double LogLik, ReferenceCoefficient[] Fixed,
        double Sd,
        string Quantity, double Value);
}
