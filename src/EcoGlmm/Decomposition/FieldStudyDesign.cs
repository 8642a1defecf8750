namespace EcoGlmm;

/// <summary>
/// What a long-term study of marked individuals is like: how they perform, age, live and die, and how they are watched.
/// Everything about performance is on the scale of the link: with a log link 0.1 is about 10 %.
/// </summary>
/// <remarks>
/// The linear predictor of individual i at age a in year t is
/// <c>Intercept + (AgeSlope + sᵢ)(a − FirstAge) + AgeQuadratic (a − FirstAge)² + qᵢ + TerminalEffect · [last year of life] + year + row +
/// log(effort)</c>,
/// with qᵢ and sᵢ normal, of standard deviations <see cref="QualitySd"/> and <see cref="AgeingSd"/>.
/// </remarks>
public sealed record FieldStudyDesign
{
    /// <summary>Years of field work.</summary>
    public int Years { get; init; } = 15;

    /// <summary>Individuals that reach <see cref="FirstAge"/> in each year.</summary>
    public int RecruitsPerYear { get; init; } = 30;

    /// <summary>
    /// The last year in which individuals come of age; null for all. An early one lets almost everybody die before the study ends.
    /// </summary>
    public int? LastCohort { get; init; }

    /// <summary>Age at which an individual can first be recorded.</summary>
    public int FirstAge { get; init; } = 1;

    /// <summary>Age that nobody outlives.</summary>
    public int MaximumAge { get; init; } = 40;

    /// <summary>Probability to survive a year at <see cref="FirstAge"/>, for an individual of average quality and ageing.</summary>
    public double Survival { get; init; } = 0.75;

    /// <summary>Change of the logit of survival per year of age; negative for actuarial senescence.</summary>
    public double SurvivalAge { get; init; }

    /// <summary>Change of the logit of survival per standard deviation of quality: selective disappearance.</summary>
    public double SurvivalQuality { get; init; }

    /// <summary>
    /// Change of the logit of survival per standard deviation of the individual slope: positive when those who decline faster die sooner.
    /// </summary>
    public double SurvivalAgeing { get; init; }

    /// <summary>Probability per year to begin to breed, and so to be recorded, at average quality; 1 for all at
    /// <see cref="FirstAge"/>.</summary>
    public double Recruitment { get; init; } = 1;

    /// <summary>Change of the logit of recruitment per standard deviation of quality: selective appearance.</summary>
    public double RecruitmentQuality { get; init; }

    /// <summary>Probability that a living recruit is recorded in a year.</summary>
    public double Detection { get; init; } = 1;

    /// <summary>Performance of the average individual at <see cref="FirstAge"/> and one unit of effort.</summary>
    public double Intercept { get; init; }

    /// <summary>Change per year of age within the average individual.</summary>
    public double AgeSlope { get; init; } = -0.05;

    /// <summary>Coefficient of (age − <see cref="FirstAge"/>)² within individuals.</summary>
    public double AgeQuadratic { get; init; }

    /// <summary>Standard deviation of quality among individuals.</summary>
    public double QualitySd { get; init; } = 0.5;

    /// <summary>Standard deviation among individuals of the slope in age.</summary>
    public double AgeingSd { get; init; }

    /// <summary>Change of performance in the last year of life.</summary>
    public double TerminalEffect { get; init; }

    /// <summary>Standard deviation among years.</summary>
    public double YearSd { get; init; }

    /// <summary>Standard deviation of an effect of each record alone: overdispersion.</summary>
    public double RecordSd { get; init; }

    /// <summary>Distribution of performance given its mean; Gaussian when null.</summary>
    public Family? Family { get; init; }

    /// <summary>The family's dispersion as <see cref="GlmmFit.Sigma"/> reports it; for a Gaussian the residual standard
    /// deviation.</summary>
    public double Sigma { get; init; } = 1;

    /// <summary>Trials of each record, for binomial kinds.</summary>
    public int Trials { get; init; } = 1;

    /// <summary>
    /// Coefficient of variation of effort among records (mean one, gamma distributed), an exposure that multiplies the mean; needs a
    /// log link. 0 for equal effort.
    /// </summary>
    public double EffortVariation { get; init; }

    internal void Check()
    {
        Require(Years >= 1, nameof(Years), Years, "at least 1");
        Require(RecruitsPerYear >= 1, nameof(RecruitsPerYear), RecruitsPerYear, "at least 1");
        Require(LastCohort is null or >= 1, nameof(LastCohort), LastCohort ?? 0, "at least 1");
        Require(MaximumAge >= FirstAge, nameof(MaximumAge), MaximumAge, "at least FirstAge");
        Require(Trials >= 1, nameof(Trials), Trials, "at least 1");
        Require(Survival is > 0 and < 1, nameof(Survival), Survival, "between 0 and 1");
        Require(Recruitment is > 0 and <= 1, nameof(Recruitment), Recruitment, "above 0 and at most 1");
        Require(Detection is > 0 and <= 1, nameof(Detection), Detection, "above 0 and at most 1");
        Require(Sigma > 0 && double.IsFinite(Sigma), nameof(Sigma), Sigma, "above 0");
        (string Name, double Value)[] spreads = [(nameof(QualitySd), QualitySd), (nameof(AgeingSd), AgeingSd), (nameof(YearSd), YearSd),
            (nameof(RecordSd), RecordSd), (nameof(EffortVariation), EffortVariation)];
        foreach (var (name, value) in spreads) Require(value >= 0 && double.IsFinite(value), name, value, "0 or more");
        (string Name, double Value)[] effects = [(nameof(SurvivalAge), SurvivalAge), (nameof(SurvivalQuality), SurvivalQuality),
            (nameof(SurvivalAgeing), SurvivalAgeing), (nameof(RecruitmentQuality), RecruitmentQuality), (nameof(Intercept), Intercept),
            (nameof(AgeSlope), AgeSlope), (nameof(AgeQuadratic), AgeQuadratic), (nameof(TerminalEffect), TerminalEffect)];
        foreach (var (name, value) in effects) Require(double.IsFinite(value), name, value, "a finite number");
        if (EffortVariation > 0 && (Family ?? Family.Gaussian()).Link != Link.Log)
        {
            throw new GlmmException("Effort multiplies the mean, so EffortVariation needs a family with a log link, such as Poisson(); "
                + $"the family is {Family ?? Family.Gaussian()}.");
        }
    }

    private static void Require(bool holds, string name, double value, string range)
    {
        if (!holds) throw new GlmmException($"{name} of a simulated study must be {range}, not {value}.");
    }
}
