using EcoGlmm.Estimation;
using EcoGlmm.Families;

namespace EcoGlmm.Diagnostics;

/// <summary>A change of a model that may cure it: terms, another family, zero inflation, a dispersion formula.</summary>
/// <param name="Words">What it is, within a sentence: "zero inflation", "a curve of age".</param>
internal sealed record ModelChange(string Words)
{
    /// <summary>Another response: "log(y)"; null to keep it.</summary>
    public string? Response { get; init; }

    /// <summary>Whether that is the logarithm of the response; else the response is its logarithm.</summary>
    public bool TakesLogarithm { get; init; }

    /// <summary>What is added to the formula, with its sign: " + I(age^2)"; empty for nothing.</summary>
    public string Terms { get; init; } = "";

    /// <summary>Another family; null to keep it.</summary>
    public FamilyAlternative? Family { get; init; }

    /// <summary>Another formula for zero inflation; null to keep it.</summary>
    public string? ZeroInflation { get; init; }

    /// <summary>Another formula for the dispersion; null to keep it.</summary>
    public string? Dispersion { get; init; }

    /// <summary>Of how many changes it consists.</summary>
    public int Size => new[] { Terms.Length > 0, Family is not null, ZeroInflation is not null, Dispersion is not null }.Count(has => has);

    /// <summary>This change and then another.</summary>
    public ModelChange Then(ModelChange next) => new($"{Words} and {next.Words}")
    {
        Response = next.Response ?? Response,
        TakesLogarithm = next.Response is null ? TakesLogarithm : next.TakesLogarithm,
        Terms = Terms + next.Terms,
        Family = next.Family ?? Family,
        ZeroInflation = next.ZeroInflation ?? ZeroInflation,
        Dispersion = next.Dispersion ?? Dispersion,
    };

    /// <summary>A simpler or coarser change that this one is a shape of; null for none.</summary>
    public ModelChange? Shapes { get; init; }

    /// <summary>What tells the changed model from others of the same data.</summary>
    public string ModelOf(GlmmFit fit) => string.Join('\n', fit.Specification.Formula.Update(Formula),
        (Family?.Family ?? fit.Family).ToString(), ZeroInflation ?? fit.Options.ZeroInflation, Dispersion ?? fit.Options.Dispersion);

    /// <summary>The changed model, fitted to the same data; the search begins from the estimates of one that is like it, where it is
    /// given.</summary>
    /// <exception cref="GlmmException">The changed model cannot be fitted to these data.</exception>
    public GlmmFit Fit(GlmmFit fit, GlmmFit? like) => fit.UpdateFrom(like, Formula, Family?.Family, Options(fit));

    /// <summary>The changed model for its likelihood alone, searched from the estimates of one that is like it.</summary>
    /// <exception cref="GlmmException">The changed model cannot be fitted to these data.</exception>
    public GlmmFit FitRoughly(GlmmFit fit, GlmmFit like) => fit.UpdateFrom(like, Formula, Family?.Family, Options(fit),
        SearchGoal.Likelihood);

    /// <summary>What is added to the AIC of the changed model to compare it with the model's: of another response the densities differ by
    /// the derivative of one by the other.</summary>
    public double AicShift(GlmmFit fit) => Response is null ? 0
        : 2 * Enumerable.Range(0, fit.ObservationCount).Sum(row => TakesLogarithm ? Math.Log(fit.Observed(row)) : -fit.Observed(row));

    private string Formula => $"{Response ?? "."} ~ .{Terms}";

    /// <summary>The C# expression that fits the changed model.</summary>
    public string Call
    {
        get
        {
            List<string> arguments = [$"\"{Formula}\""];
            if (Family is not null)
                arguments.Add(Family.Code);
            List<string> options = [];
            if (ZeroInflation is not null)
                options.Add($"ZeroInflation = \"{ZeroInflation}\"");
            if (Dispersion is not null)
                options.Add($"Dispersion = \"{Dispersion}\"");
            if (options.Count > 0)
                arguments.Add($"options: fit.Options with {{ {string.Join(", ", options)} }}");
            return $"fit.Update({string.Join(", ", arguments)})";
        }
    }

    private GlmmOptions? Options(GlmmFit fit) => ZeroInflation is null && Dispersion is null ? null : fit.Options with
    {
        ZeroInflation = ZeroInflation ?? fit.Options.ZeroInflation,
        Dispersion = Dispersion ?? fit.Options.Dispersion,
    };
}
