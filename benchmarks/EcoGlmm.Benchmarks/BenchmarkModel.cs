namespace EcoGlmm.Benchmarks;

/// <summary>One model of the side-by-side run; names and settings are those of benchmarks/R/time_fits.R.</summary>
internal sealed record BenchmarkModel(string Name, string Data, string Formula, string Family = "gaussian", bool Reml = false,
    string ZeroInflation = "~ 0", int Points = 1)
{
    private const string Owls = "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)";

    public static readonly BenchmarkModel[] All =
    [
        new("sleepstudy", "sleepstudy", "Reaction ~ Days + (Days | Subject)", Reml: true),
        new("penicillin", "penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", Reml: true),
        new("cbpp", "cbpp", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", "binomial"),
        new("contraception", "contraception", "use ~ age + I(age^2) + urban + livch + (1 + urban | district)", "binomial"),
        new("grouseticks", "grouseticks", "TICKS ~ factor(YEAR) + cHEIGHT + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION)", "poisson"),
        new("owls poisson", "owls", Owls, "poisson"),
        new("owls nbinom2", "owls", Owls, "nbinom2"),
        new("owls zero-inflated nbinom2", "owls", Owls, "nbinom2", ZeroInflation: "~ 1"),
        new("salamanders zero-inflated nbinom2", "salamanders", "count ~ spp * mined + (1 | site)", "nbinom2",
            ZeroInflation: "~ spp * mined"),
        new("salamanders hurdle nbinom2", "salamanders", "count ~ spp * mined + (1 | site)", "truncated_nbinom2",
            ZeroInflation: "~ spp * mined"),
        new("verbagg", "verbagg", "r2 ~ (Anger + Gender + btype + situ)^2 + (1 | id) + (1 | item)", "binomial"),
        new("chem97", "chem97", "score ~ gcsecnt + (1 | school) + (1 | lea)"),
        new("chem97 slopes", "chem97", "score ~ gcsecnt + (gcsecnt | school) + (1 | lea)"),
        new("insteval", "insteval", "y ~ factor(service) + (1 | s) + (1 | d)"),
        new("insteval three terms", "insteval", "y ~ factor(service) + (1 | s) + (1 | d) + (1 | dept)"),
        new("insteval binomial", "insteval", "I(y > 3) ~ factor(service) + (1 | s) + (1 | d)", "binomial"),
        new("insteval binomial three terms", "insteval", "I(y > 3) ~ factor(service) + (1 | s) + (1 | d) + (1 | dept)", "binomial"),
        new("cbpp 25 points", "cbpp", "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)", "binomial", Points: 25),
        new("contraception 25 points", "contraception", "use ~ age + I(age^2) + urban + livch + (1 | district)", "binomial", Points: 25),
        new("epilepsy compois", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "compois"),
    ];

    /// <summary>The models named on the command line, after the command; all when none is.</summary>
    public static IEnumerable<BenchmarkModel> Chosen(Arguments arguments)
    {
        var names = arguments.Names.Intersect(All.Select(m => m.Name)).ToArray();
        return names.Length == 0 ? All : All.Where(m => names.Contains(m.Name));
    }

    public FieldData Read()
    {
        var path = Path.Combine(Repository.Folder, "datasets", Data + ".csv");
        return FieldData.ReadCsv(File.Exists(path) ? path : path + ".gz");
    }

    public GlmmFit Fit(FieldData data, int threads) => Glmm.Fit(Formula, data, EcoGlmm.Family.Parse(Family), new GlmmOptions
    {
        Reml = Reml,
        QuadraturePoints = Points,
        ZeroInflation = ZeroInflation,
        Control = new GlmmControl { MaxThreads = threads },
    });
}
