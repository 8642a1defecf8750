using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Display;

/// <summary>Fits that the tests of the displays share.</summary>
internal static class Fits
{
    public const string OwlsFormula =
        "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)";

    private static readonly Lazy<GlmmFit> LazyOwls = new(() => Glmm.Fit(OwlsFormula, Data("owls"), Family.NegativeBinomial2()));
    private static readonly Lazy<GlmmFit> LazyOwlsPoisson = new(() => Glmm.Fit(OwlsFormula, Data("owls"), Family.Poisson()));
    private static readonly Lazy<GlmmFit> LazySleep = new(() =>
        Glmm.Fit("Reaction ~ Days + (Days | Subject)", Data("sleepstudy"), null, new GlmmOptions { Reml = true }));
    private static readonly Lazy<GlmmFit> LazySingular = new(() => Glmm.Fit("Yield ~ 1 + (1 | Batch)", Data("dyestuff2")));

    public static GlmmFit Owls => LazyOwls.Value;

    public static GlmmFit OwlsPoisson => LazyOwlsPoisson.Value;

    public static GlmmFit Sleep => LazySleep.Value;

    public static GlmmFit Singular => LazySingular.Value;

    /// <summary>The response is 1 exactly where x is 30 or more.</summary>
    public static GlmmFit Separated { get; } = Glmm.Fit("y ~ x + (1 | g)",
        Enumerable.Range(0, 60).Select(i => new { y = i >= 30 ? 1 : 0, x = (double)i, g = "g" + (i % 6) }).ToArray(), Family.Binomial());

    /// <summary>Names that would do harm if they were not encoded; a missing value and a column that depends on another.</summary>
    public static GlmmFit Hostile { get; } = MakeHostile();

    public static FieldData Data(string name) =>
        FieldData.ReadCsv(Path.Combine(ReferenceFit.RepositoryFolder, "datasets", name + ".csv"));

    private static GlmmFit MakeHostile()
    {
        var x = Enumerable.Range(0, 40).Select(i => (double)(i % 7)).ToArray();
        var missing = (double[])x.Clone();
        missing[3] = double.NaN;
        var data = FieldData.From(new Dictionary<string, object>
        {
            ["count"] = Enumerable.Range(0, 40).Select(i => (double)(2 + (i * 5 % 9) + (i % 4 * 3))).ToArray(),
            ["<script>alert(1)</script>"] = missing,
            ["twice"] = x.Select(v => 2 * v).ToArray(),
            ["</td><img src=x>"] = Enumerable.Range(0, 40).Select(i => "<b>" + (i % 4)).ToArray(),
        });
        return Glmm.Fit("count ~ `<script>alert(1)</script>` + twice + (1 | `</td><img src=x>`)", data, Family.Poisson());
    }
}
