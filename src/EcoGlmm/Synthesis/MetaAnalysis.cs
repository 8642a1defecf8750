using EcoGlmm.Model;
using EcoGlmm.Syntheses;

namespace EcoGlmm;

/// <summary>Puts the results of studies together.</summary>
public static class MetaAnalysis
{
    /// <summary>
    /// Meta-analysis of effect sizes with known sampling variances, by a formula: moderators, random effects of studies, of
    /// outcomes within studies, of species and their phylogeny.
    /// </summary>
    /// <param name="formula">"effect ~ 1 + (1 | study)", "effect ~ dose + (1 | district/school)", "effect ~ 1 + (1 | study) + phylo(1 |
    /// species)".</param>
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
        var table = FieldData.From(data);
        RefuseWhatIsForCounts(options);
        return new EffectSizeModel(formula, table, SamplingErrors.Of(table, variance), options ?? new MetaAnalysisOptions()).Fit();
    }

    /// <summary>
    /// The same with the whole covariance matrix of the sampling errors, which hang together where effect sizes share individuals
    /// or a control group (<see cref="SamplingCovariance"/> makes such matrices).
    /// </summary>
    /// <param name="formula">As above.</param>
    /// <param name="data">A row for each effect size.</param>
    /// <param name="covariance">A row and a column for each row of the data.</param>
    /// <param name="options">Restricted maximum likelihood, Knapp and Hartung's test and more; defaults when null.</param>
    /// <exception cref="GlmmException">The formula or a column cannot be used, or the matrix is not a covariance matrix of the
    /// rows.</exception>
    public static Synthesis Fit(string formula, object data, double[,] covariance, MetaAnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(covariance);
        var table = FieldData.From(data);
        RefuseWhatIsForCounts(options);
        return new EffectSizeModel(formula, table, SamplingErrors.Of(table, covariance), options ?? new MetaAnalysisOptions()).Fit();
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
    /// <param name="measure">Odds, risk or rate ratio, of which estimates are the logarithm, or the risk difference.</param>
    /// <param name="model">How studies' baselines are treated.</param>
    /// <param name="options">Level of intervals and more; defaults when null.</param>
    /// <returns>The synthesis; its estimate is the mean log ratio, or the standardised difference.</returns>
    /// <exception cref="GlmmException">A column is missing, a study does not have its two arms, or there are more events than
    /// individuals.</exception>
    /// <example>
    /// <code>
    /// MetaAnalysis.OneStage(arms, "study", "treated", "events", "size")
    /// </code>
    /// </example>
    public static Synthesis OneStage(object data, string study, string treated, string events, string size,
        SynthesisMeasure measure = SynthesisMeasure.OddsRatio, OneStageModel model = OneStageModel.FixedStudies,
        MetaAnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(treated);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(size);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new MetaAnalysisOptions();
        RefuseWhatIsForEffectSizes(options);
        var arms = StudyArms.Read(FieldData.From(data), study, treated, events, size, measure, options.Moderators);
        return OneStageSynthesis.Of(arms, measure, model, options);
    }

    private static void RefuseWhatIsForEffectSizes(MetaAnalysisOptions options)
    {
        CoverageLevel.Checked(options.Level);
        if (options.KnappHartung)
        {
            throw new GlmmException("Knapp and Hartung's test is for effect sizes. For counts ask for Interval = "
                + "SynthesisInterval.ProfileLikelihood, or StudentT, which know how few the studies are.");
        }

        if (options.Scale is not null)
        {
            throw new GlmmException("MetaAnalysisOptions.Scale is for effect sizes: the variance of ratios of counts between studies is "
                + "the same for all. What the ratio itself changes with goes into Moderators.");
        }
    }

    private static void RefuseWhatIsForCounts(MetaAnalysisOptions? options)
    {
        CoverageLevel.Checked(options?.Level ?? 0.95);
        if (options is { Interval: not SynthesisInterval.Normal })
        {
            throw new GlmmException("MetaAnalysisOptions.Interval is for counts. For effect sizes ask for KnappHartung = true, or for "
                + "CoefficientTests(SynthesisTest.Satterthwaite) where there are several levels.");
        }

        if (options?.Moderators is { } moderators)
        {
            throw new GlmmException($"MetaAnalysisOptions.Moderators is for counts; those of effect sizes stand in the formula: effect "
                + $"{moderators} + (1 | study).");
        }
    }
}

/// <summary>What is put together from counts.</summary>
public enum SynthesisMeasure
{
    /// <summary>The ratio of the odds of an event with and without treatment.</summary>
    OddsRatio,

    /// <summary>The ratio of the rates of events by exposure.</summary>
    RateRatio,

    /// <summary>The ratio of the risks of an event: binomial counts with a logarithmic link.</summary>
    RiskRatio,

    /// <summary>
    /// The difference of the risks, standardised: risks by the model of the odds ratio, with and without treatment, averaged over
    /// the studies as they are.
    /// </summary>
    RiskDifference,
}

/// <summary>How a synthesis in one stage treats the studies' baselines (metafor's <c>rma.glmm</c> has the first four).</summary>
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

    /// <summary>
    /// Risks vary between arms by a beta distribution about a mean with and one without treatment; for rates by a gamma
    /// distribution. The variation is that of arms, so that there is no τ. O. Kuss, Stat. Med. 34 (2015) 1097-1116.
    /// </summary>
    BetaBinomial,
}

/// <summary>How a synthesis of counts makes the interval of its mean effect.</summary>
public enum SynthesisInterval
{
    /// <summary>By the normal distribution, as if the variance between studies were known: metafor's default.</summary>
    Normal,

    /// <summary>
    /// By Student's t with as many degrees of freedom as there are studies that tell of the effect, less coefficients of it (metafor's
    /// test = "t").
    /// </summary>
    StudentT,

    /// <summary>
    /// By the profile likelihood, cut where the signed root is a quantile of that t: it takes the variance between studies as uncertain
    /// as it is, and is as wide to each side as the likelihood is. benchmarks/rare-events.md has how often it holds the truth.
    /// </summary>
    ProfileLikelihood,
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

    /// <summary>
    /// For counts: how the interval and the p-value of the mean effect are made. Where effects differ and studies are few, those by the
    /// normal distribution, which are R's, are too narrow: <see cref="SynthesisInterval.ProfileLikelihood"/> holds the truth as often as it
    /// says.
    /// </summary>
    public SynthesisInterval Interval { get; init; }

    /// <summary>
    /// Right-hand side for the log of the variance of true effects, "~ dose": a location-scale model. It stands for the random effect of
    /// single effect sizes, which the formula then must not have.
    /// </summary>
    public string? Scale { get; init; }

    /// <summary>
    /// For counts: right-hand side of what the effect of treatment changes with from study to study, "~ latitude": a meta-regression. Both
    /// rows of a study have the same values. Coefficients are named treatment (all moderators at zero) and treatment:latitude. With random
    /// baselines, and with beta-binomial arms, the mean baseline is that of controls and does not change with moderators.
    /// </summary>
    public string? Moderators { get; init; }

    /// <summary>Coverage of intervals.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Other options of the fit beneath, such as <see cref="GlmmOptions.Relatedness"/>; its dispersion and restricted likelihood
    /// are set here.</summary>
    public GlmmOptions? Glmm { get; init; }

    /// <summary>Whether the sampling errors' covariances were given.</summary>
    internal bool IsCovarianceKnown { get; init; }
}
