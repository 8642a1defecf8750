using EcoGlmm.Diagnostics;

namespace EcoGlmm;

/// <summary>How grave a finding of <see cref="DiagnosticsExtensions.Check"/> is.</summary>
public enum CheckStatus
{
    /// <summary>Nothing wrong was found.</summary>
    Good,

    /// <summary>Worth a look, but the model may stand.</summary>
    Caution,

    /// <summary>The model should not be believed as it is.</summary>
    Problem,

    /// <summary>Could not be checked; the message says why.</summary>
    NotChecked,
}

/// <summary>What was looked at, what was found, and what to try.</summary>
/// <param name="Name">What was looked at: "Overdispersion", "Pattern against Age".</param>
/// <param name="Status">How grave it is.</param>
/// <param name="Message">What was found, in plain words.</param>
/// <param name="Advice">What to try; empty when nothing is wrong.</param>
public sealed record CheckFinding(string Name, CheckStatus Status, string Message, string Advice)
{
    /// <summary>The advice where the verdict, with the call of the cure, stands above it; null for the same.</summary>
    internal string? AdviceInList { get; init; }

    /// <summary>What is worth following first has the smallest.</summary>
    internal int Rank { get; init; } = int.MaxValue;

    /// <summary>The test behind the finding, adjusted for all tests of the check; null where there is none.</summary>
    public TestResult? Test { get; init; }
}

/// <summary>What a model may be checked with beyond the defaults.</summary>
public sealed record CheckOptions
{
    /// <summary>Number of simulations.</summary>
    public int Count { get; init; } = 250;

    /// <summary>Seed of the simulations.</summary>
    public long Seed { get; init; } = SimulatedResiduals.DefaultSeed;

    /// <summary>
    /// Whether a model that is sick is fitted again with what may cure it, up to a dozen changes (about six above 5,000 rows), to say which
    /// helps; models of more than 20,000 rows are not. Up to 3,000 rows also whether the likelihood prefers slopes that vary, a
    /// dispersion that changes with a predictor or heavier tails, of which residuals say little.
    /// </summary>
    public bool TryCures { get; init; } = true;

    /// <summary>
    /// Whether the model is fitted once more to see if covariates go with the same within groups as between them
    /// (<see cref="MarginalExtensions.ContextualEffects"/>); models of more than 20,000 rows are not.
    /// </summary>
    public bool TestsContextualEffects { get; init; } = true;

    /// <summary>Whether influential groups are found by fitting the model again without each, not by one step from the estimates.</summary>
    public bool ExactInfluence { get; init; }
}

/// <summary>
/// The checks that a cautious reader would make of a fitted model: a verdict in words, what to try next, and the evidence.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class ModelCheck : IResultTable
{
    private const int NamesShown = 4;

    private readonly Lazy<IReadOnlyList<Figure>> _figures;

    internal ModelCheck(GlmmFit fit, SimulatedResiduals? residuals, IReadOnlyList<CheckFinding> findings, CheckCure? cure,
        IReadOnlyList<TermCollinearity> collinearity, IReadOnlyList<GroupInfluences> influences, IReadOnlyList<Func<Figure>> figures)
    {
        Fit = fit;
        Residuals = residuals;
        Findings = findings;
        Cure = cure;
        Collinearity = collinearity;
        Influences = influences;
        _figures = new(() => Array.AsReadOnly([.. figures.Select(draw => draw())]));
        Status = findings.Any(f => f.Status == CheckStatus.Problem) ? CheckStatus.Problem
            : findings.Any(f => f.Status == CheckStatus.Caution) ? CheckStatus.Caution : CheckStatus.Good;
    }

    /// <summary>The model.</summary>
    public GlmmFit Fit { get; }

    /// <summary>The simulated residuals that were tested; null for a model that could not be simulated from.</summary>
    public SimulatedResiduals? Residuals { get; }

    /// <summary>The gravest of the findings.</summary>
    public CheckStatus Status { get; }

    /// <summary>Everything that was looked at, problems first.</summary>
    public IReadOnlyList<CheckFinding> Findings { get; }

    /// <summary>A changed model that was fitted and is better; null where nothing was wrong, or nothing that was tried helps.</summary>
    public CheckCure? Cure { get; }

    /// <summary>Collinearity of the fixed effects.</summary>
    public IReadOnlyList<TermCollinearity> Collinearity { get; }

    /// <summary>The influence of the levels of each grouping factor.</summary>
    public IReadOnlyList<GroupInfluences> Influences { get; }

    /// <summary>The figures of the evidence: residuals, patterns, random effects, influence; drawn when first asked for.</summary>
    public IReadOnlyList<Figure> Figures => _figures.Value;

    /// <summary>The verdict in a sentence or two, with what to try first.</summary>
    public string Verdict
    {
        get
        {
            CheckFinding[] problems = [.. Findings.Where(f => f.Status == CheckStatus.Problem)];
            CheckFinding[] cautions = [.. Findings.Where(f => f.Status == CheckStatus.Caution)];
            if (problems.Length == 0 && cautions.Length == 0)
                return "Nothing speaks against this model: its simulated data look like the real ones in every respect that was checked.";
            string Named(CheckFinding[] findings) => string.Join(", ", findings.Take(NamesShown)
                .Select(f => char.ToLowerInvariant(f.Name[0]) + f.Name[1..]))
                + (findings.Length > NamesShown ? $" and {findings.Length - NamesShown} more" : "");
            var verdict = problems.Length > 0
                ? $"Do not believe this model as it is: {Named(problems)}."
                : $"The model may stand, but look at: {Named(cautions)}.";
            if (Cure is not null)
                return $"{verdict} {Cure} {Cure.Call} fits it.";
            var advice = problems.Concat(cautions).OrderBy(f => f.Rank).Select(f => f.Advice).FirstOrDefault(a => a.Length > 0);
            return advice is null ? verdict : $"{verdict} What to try first: {char.ToLowerInvariant(advice[0])}{advice[1..]}";
        }
    }

    /// <summary>The findings as data, one row each, with the statistic and the p-values of the test behind it where there is one.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(Findings.Select(f => new
    {
        f.Name, Status = f.Status.ToString(), f.Test?.Statistic, f.Test?.PValue, f.Test?.AdjustedPValue, f.Message, f.Advice,
    }));

    /// <summary>Verdict and findings in plain text.</summary>
    public override string ToString() => ModelCheckText.Plain(this);

    /// <summary>The check as a card: verdict, findings with advice, and the evidence to fold out.</summary>
    public string ToHtml() => ModelCheckText.Html(this);

    /// <summary>The check as a JSON object with names in camel case.</summary>
    /// <param name="indented">Whether to break and indent lines for reading.</param>
    public string ToJson(bool indented = false) => ModelCheckText.Json(this, indented);
}
