using System.Text.Json;

namespace EcoGlmm.Tests.Reference;

/// <summary>
/// New times, places and relatives with all covariance parameters held, against the conditional Gaussian in plain R
/// (tests/reference/kriging.R).
/// </summary>
public sealed class KrigingTests
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllText(Path.Combine(ReferenceFit.RepositoryFolder, "tests",
        "reference", "kriging.json"))).RootElement;

    public static TheoryData<string> Names => [.. Root.GetProperty("cases").EnumerateArray().Select(c =>
        c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_new_is_predicted_by_what_is_known(string name)
    {
        var reference = Root.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var isGaussian = reference.GetProperty("family").GetString() == "gaussian";
        var held = reference.GetProperty("held").EnumerateArray().Select(p => Parameter.Covariance(p.GetProperty("group").GetString()!,
            p.GetProperty("name").GetString()!, p.GetProperty("value").GetDouble()));
        var fit = Glmm.Fit(reference.GetProperty("formula").GetString()!, Table(Root.GetProperty("data")),
            isGaussian ? Family.Gaussian() : Family.Poisson(), new GlmmOptions
            {
                Relatedness = Relatives,
                Fixed = isGaussian ? [.. held, Parameter.Dispersion(reference.GetProperty("sigma").GetDouble())] : [.. held],
            });
        var predicted = fit.Predict(Table(reference.GetProperty("new")), PredictionScale.Link, RandomEffectsUse.Conditional);
        var check = new Comparison(name);
        if (!isGaussian) check.Near("log-likelihood", reference.GetProperty("logLik").GetDouble(), fit.LogLikelihood, 2e-5);
        var (means, errors) = (Numbers("link"), Numbers("error"));
        for (var i = 0; i < means.Length; i++)
        {
            // The Hessians by the fixed effects are differences of gradients here, of values in R.
            check.Near($"row {i}", means[i], predicted.Estimate[i], isGaussian ? 1e-6 : 2e-5);
            check.Near($"standard error of row {i}", errors[i], predicted.StandardError[i], (isGaussian ? 1e-4 : 1e-3) * errors[i]);
        }

        check.Done();

        double[] Numbers(string key) => [.. reference.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];
    }

    private static Dictionary<string, Relatedness> Relatives
    {
        get
        {
            var pedigree = Root.GetProperty("pedigree");
            var kinship = Root.GetProperty("kinship");
            string[] names = [.. kinship.GetProperty("names").EnumerateArray().Select(v => v.GetString()!)];
            var matrix = new double[names.Length, names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                for (var j = 0; j < names.Length; j++) matrix[i, j] = kinship.GetProperty("values")[i][j].GetDouble();
            }

            return new Dictionary<string, Relatedness>
            {
                ["animal"] = Pedigree.From(pedigree.EnumerateObject().ToDictionary(c => c.Name, c => Column(c.Value)), "id", "sire", "dam",
                    hermaphrodites: true),
                ["species"] = PhylogeneticTree.Parse(Root.GetProperty("tree").GetString()!),
                ["line"] = RelationshipMatrix.From(matrix, names),
            };
        }
    }

    private static FieldData Table(JsonElement columns) => FieldData.From(columns.EnumerateObject().ToDictionary(c => c.Name, c =>
        Column(c.Value)));

    private static object Column(JsonElement values) => values.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number)
        ? values.EnumerateArray().Select(v => v.GetDouble()).ToArray()
        : values.EnumerateArray().Select(v => v.GetString()).ToArray();
}
