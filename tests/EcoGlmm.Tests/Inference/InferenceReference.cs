using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Inference;

/// <summary>What tests/reference/inference.R found, and the same fits by EcoGlmm.</summary>
internal static class InferenceReference
{
    private static readonly Dictionary<string, Lazy<GlmmFit>> Fits = new()
    {
        ["owls"] = new(() => Glmm.Fit("SiblingNegotiation ~ FoodTreatment * SexParent + ArrivalTime + offset(log(BroodSize)) + (1 | Nest)",
            Data("owls"), Family.NegativeBinomial2())),
        ["salamanders"] = new(() => Glmm.Fit("count ~ mined * spp + poly(DOY, 2) + (1 | site)", Data("salamanders"), Family.Poisson(),
            new GlmmOptions { ZeroInflation = "~ mined + (1 | site)" })),
        ["cbpp"] = new(() => Glmm.Fit("cbind(incidence, size - incidence) ~ period + (1 | herd)", Data("cbpp").AsFactor("period"),
            Family.Binomial())),
        ["slopes"] = new(() => Glmm.Fit("count ~ mined + DOY + (DOY | spp)", Data("salamanders"), Family.Poisson())),
        ["oats"] = new(() => Glmm.Fit("Y ~ V * N + (1 | B/V)", Data("oats"), null, new GlmmOptions { Reml = true })),
        ["sleep"] = new(() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Data("sleepstudy"), null, new GlmmOptions { Reml = true })),
        ["gapped"] = new(() => Glmm.Fit("count ~ mined * spp + (1 | site)",
            Data("salamanders").Where(row => row.Text("mined") != "yes" || row.Text("spp") != "PR"), Family.Poisson())),
        ["ticks"] = new(() => Glmm.Fit("TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD) + (1 | INDEX)", Data("grouseticks"),
            Family.Poisson())),
        ["oats additive"] = new(() => Glmm.Fit("Y ~ V + N + (1 | B/V)", Data("oats"), null, new GlmmOptions { Reml = true })),
        ["owls food"] = new(() => Glmm.Fit("SiblingNegotiation ~ FoodTreatment + offset(log(BroodSize)) + (1 | Nest)", Data("owls"),
            Family.NegativeBinomial2())),
        ["sleep ML"] = new(() => Glmm.Fit("Reaction ~ Days + (Days | Subject)", Data("sleepstudy"))),
    };

    public static JsonElement Root { get; } = Read();

    public static GlmmFit Fit(string name) => Fits[name].Value;

    public static FieldData Data(string name) =>
        FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", name + ".csv"));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>A number; NaN where R has none.</summary>
    public static double Number(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;

    public static double[] Numbers(this JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray()
        .Select(v => v.GetDouble())];

    public static IReadOnlyDictionary<string, double[]>? At(this JsonElement element) => !element.TryGetProperty("at", out var at) ? null
        : at.EnumerateObject().ToDictionary(p => p.Name, p => new[] { p.Value.GetDouble() });

    private static JsonElement Read()
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "inference.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
