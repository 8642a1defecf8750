using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>Families with estimated shapes and thresholds against ordinal, glmmTMB, sn and R's own optimiser:
/// tests/reference/shapes.R.</summary>
public class ShapeReferenceTests
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllText(Families.ReferenceFiles.Path("shapes.json"))).RootElement;

    public static TheoryData<string> Names => [.. Root.GetProperty("fits").EnumerateObject().Select(fit => fit.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Likelihood_effects_and_shapes_agree(string name)
    {
        var reference = Root.GetProperty("fits").GetProperty(name);
        var fit = Glmm.Fit(reference.GetProperty("formula").GetString()!, Data(reference),
            Family.Parse(reference.GetProperty("family").GetString()!, reference.GetProperty("link").GetString()));
        Assert.True(fit.Convergence.IsConverged, fit.Convergence.ToString());
        var check = new Comparison(name);
        var logLik = reference.GetProperty("logLik").GetDouble();
        check.Near("log-likelihood", logLik, fit.LogLikelihood, 1e-5 + 1e-7 * Math.Abs(logLik));
        check.Near("parameters", reference.GetProperty("parameters").GetDouble(), fit.ParameterCount, 0);
        Table(check, reference.GetProperty("fixed"), fit.FixedEffects);
        Table(check, reference.GetProperty("shapes"), fit.FamilyParameters.Rows);
        if (reference.TryGetProperty("sigma", out var sigma))
            check.Near("sigma", sigma.GetDouble(), fit.Sigma, 2e-3 * sigma.GetDouble());
        if (reference.TryGetProperty("variances", out var variances) && variances.ValueKind == JsonValueKind.Object)
        {
            foreach (var expected in variances.EnumerateObject())
            {
                var sd = expected.Value.GetDouble();
                check.Near($"sd of {expected.Name}", sd, fit.VarianceComponents.Single(c => c.Group == expected.Name).StandardDeviation,
                    2e-3 * sd + 1e-3);
            }
        }
        check.Done();
    }

    private static void Table(Comparison check, JsonElement expected, CoefficientTable actual)
    {
        if (!expected.TryGetProperty("name", out var names))
        {
            Assert.Empty(actual);
            return;
        }
        string[] labels = names.ValueKind == JsonValueKind.Array ? [.. names.EnumerateArray().Select(n => n.GetString()!)]
            : [names.GetString()!];
        Assert.Equal(labels, actual.Names);
        var errors = expected.TryGetProperty("error", out var given) ? Numbers(given) : null;
        var estimates = Numbers(expected.GetProperty("estimate"));
        for (var i = 0; i < labels.Length; i++)
        {
            // Tolerances are the reference's: a standard error of ours that is far too large must not excuse an estimate.
            check.Near(labels[i], estimates[i], actual[i].Estimate, errors is null ? 2e-4 * Math.Abs(estimates[i]) : 1e-3 * errors[i]);
            if (errors is not null)
                check.Near($"standard error of {labels[i]}", errors[i], actual[i].StandardError, 1e-2 * errors[i]);
        }
    }

    private static double[] Numbers(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(v => v.GetDouble())] : [value.GetDouble()];

    private static FieldData Data(JsonElement reference)
    {
        if (reference.TryGetProperty("data", out var file))
        {
            var data = FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", file.GetString()!));
            return reference.GetProperty("levels") is { ValueKind: JsonValueKind.Array } levels
                ? data.AsFactor("resp", levels.EnumerateArray().Select(l => l.GetString()!)) : data;
        }
        return FieldData.From(Root.GetProperty("columns").EnumerateObject().ToDictionary(c => c.Name, c =>
            c.Value[0].ValueKind == JsonValueKind.String
                ? (object)c.Value.EnumerateArray().Select(v => v.GetString()!).ToArray()
                : c.Value.EnumerateArray().Select(v => v.GetDouble()).ToArray()));
    }
}
