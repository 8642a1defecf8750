using EcoGlmm.Syntheses;

namespace EcoGlmm;

/// <summary>Puts the results of studies together.</summary>
public static class MetaAnalysis
{
    /// <summary>
    /// Meta-analysis of effect sizes with known sampling variances, by a formula: moderators, random effects of studies, of
    /// outcomes within studies, of species.
    /// </summary>
    /// <param name="formula">"effect ~ 1 + (1 | study)", "effect ~ dose + (1 | district/school)".</param>
    /// <param name="data">A row for each effect size.</param>
    /// <param name="variance">The column of sampling variances.</param>
    /// <param name="options">Restricted maximum likelihood, Knapp and Hartung's test and more; defaults when null.</param>
    /// <returns>The synthesis; its estimate is that of the intercept, or of the first coefficient where there is none.</returns>
    /// <exception cref="GlmmException">The formula or a column cannot be used, or a variance is not positive.</exception>
    /// <example>
    /// <code>
    /// MetaAnalysis.Fit("effect ~ latitude + (1 | trial)", trials, "variance")
    /// </code>
    /// </example>
    public static Synthesis Fit(string formula, object data, string variance, MetaAnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(variance);
        options ??= new MetaAnalysisOptions();
        var table = FieldData.From(data);
        var v = table.Numbers(variance);
        int bad = Array.FindIndex(v, value => !(value > 0) && !double.IsNaN(value));
        if (bad >= 0)
        {
            throw new GlmmException($"The sampling variance in row {bad + 1} (column \"{variance}\") is {v[bad]}; sampling variances are positive. "
                + "A study of such a variance has no information of its own: leave it out, or correct it.");
        }

        var glmm = (options.Glmm ?? new GlmmOptions()) with { Dispersion = $"~ 0 + offset(log({Quoted(variance)}) / 2)", Reml = options.Reml };
        return EffectSizeSynthesis.Of(Glmm.Fit(formula, table, Family.Gaussian(), glmm), v, options);
    }

    /// <summary>
    /// Meta-analysis in one stage, from the counts themselves: no effect sizes, no corrections for zeros. Each study has a row
    /// for each arm.
    /// </summary>
    /// <param name="data">A row for each arm of each study.</param>
    /// <param name="study">The column of the studies' names.</param>
    /// <param name="treated">The column that tells the arms apart: 0 and 1, or two names of which the second is the treated one.</param>
    /// <param name="events">The column of numbers of events.</param>
    /// <param name="size">The column of numbers of individuals, or of exposure (such as catheter days) for rate ratios.</param>
    /// <param name="measure">Odds or rate ratio; estimates are its logarithm.</param>
    /// <param name="model">How studies' baselines are treated.</param>
    /// <param name="options">Level of intervals and more; defaults when null.</param>
    /// <returns>The synthesis; its estimate is the mean log ratio.</returns>
    /// <exception cref="GlmmException">A column is missing, a study does not have its two arms, or there are more events than individuals.</exception>
    /// <example>
    /// <code>
    /// MetaAnalysis.OneStage(arms, "study", "treated", "events", "size")
    /// </code>
    /// </example>
    public static Synthesis OneStage(object data, string study, string treated, string events, string size,
        SynthesisMeasure measure = SynthesisMeasure.OddsRatio, OneStageModel model = OneStageModel.FixedStudies, MetaAnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(treated);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(size);
        ArgumentNullException.ThrowIfNull(data);
        var arms = StudyArms.Read(FieldData.From(data), study, treated, events, size, measure);
        return OneStageSynthesis.Of(arms, measure, model, options ?? new MetaAnalysisOptions());
    }

    private static string Quoted(string column) => column.All(c => char.IsLetterOrDigit(c) || c is '_' or '.') ? column : $"`{column}`";
}

/// <summary>What is put together from counts.</summary>
public enum SynthesisMeasure
{
    /// <summary>The ratio of the odds of an event with and without treatment.</summary>
    OddsRatio,

    /// <summary>The ratio of the rates of events by exposure.</summary>
    RateRatio,
}

/// <summary>How a synthesis in one stage treats the studies' baselines (metafor's <c>rma.glmm</c> has the same models).</summary>
public enum OneStageModel
{
    /// <summary>Each study has a baseline of its own, as a fixed effect (UM.FS).</summary>
    FixedStudies,

    /// <summary>The studies' baselines vary at random (UM.RS).</summary>
    RandomStudies,

    /// <summary>
    /// The baselines are conditioned away: given all events of a study, those of the treated are non-central hypergeometric, for
    /// rates binomial (CM.EL).
    /// </summary>
    Conditional,

    /// <summary>The same with a binomial in place of the hypergeometric distribution, near enough where events are rare (CM.AL).</summary>
    ConditionalApproximate,
}

/// <summary>What a meta-analysis may be asked for.</summary>
public sealed record MetaAnalysisOptions
{
    /// <summary>Restricted maximum likelihood of effect sizes; counts are always by maximum likelihood.</summary>
    public bool Reml { get; init; } = true;

    /// <summary>
    /// Knapp and Hartung's test and interval: with t instead of normal quantiles, and a standard error that follows how
    /// effect sizes scatter. For effect sizes with at most one random effect for each.
    /// </summary>
    public bool KnappHartung { get; init; }

    /// <summary>Coverage of intervals.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Other options of the fit beneath; its dispersion and restricted likelihood are set here.</summary>
    public GlmmOptions? Glmm { get; init; }
}
