namespace EcoGlmm;

/// <summary>The change of the population's mean performance from one age to the next, taken apart.</summary>
/// <param name="FromAge">The earlier age.</param>
/// <param name="ToAge">The later age.</param>
/// <param name="Before">Individuals recorded at the earlier age.</param>
/// <param name="After">Individuals recorded at the later age.</param>
/// <param name="Both">Individuals recorded at both.</param>
/// <param name="Lost">Individuals recorded at the earlier age for the last time.</param>
/// <param name="New">Individuals recorded at the later age for the first time.</param>
/// <param name="Total">Change of the population mean: the sum of the four parts.</param>
/// <param name="Within">Mean change of the individuals recorded at both ages.</param>
/// <param name="Disappearance">What the loss of individuals for good does to the mean.</param>
/// <param name="Appearance">What individuals seen for the first time do to the mean.</param>
/// <param name="Gaps">What individuals do that were missed at one of the two ages, but seen before and after.</param>
public sealed record AgeStep(double FromAge, double ToAge, int Before, int After, int Both, int Lost, int New, double Total, double Within,
    double Disappearance, double Appearance, double Gaps);

/// <summary>A sum over ages with its bootstrap interval.</summary>
/// <param name="Estimate">The sum.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
public sealed record BootstrapInterval(double Estimate, double Lower, double Upper);

/// <summary>
/// The exact decomposition of the change of the population's mean with age into the change within individuals and the selective
/// disappearance and appearance of individuals. In the units of the response: of a rate where the model has an offset on a log link, of a
/// proportion for binomial kinds.
/// </summary>
/// <remarks>
/// Rebke, Coulson, Becker &amp; Vaupel (2010), PNAS 107, 7841–7846: with S the individuals recorded at both ages,
/// m(a+1) − m(a) = [m_S(a+1) − m_S(a)] + [m_S(a) − m(a)] + [m(a+1) − m_S(a+1)]. The last two are divided exactly by kind of individual, so
/// that those merely missed are kept apart from those gone or new. Nothing is adjusted for covariates. Intervals by resampling individuals.
/// </remarks>
public sealed class PopulationChange
{
    internal PopulationChange(IReadOnlyList<AgeStep> steps, BootstrapInterval total, BootstrapInterval within,
        BootstrapInterval disappearance,
        BootstrapInterval appearance, BootstrapInterval gaps, BootstrapInterval withinSlope, double level)
    {
        Steps = steps;
        (Total, Within, Disappearance, Appearance, Gaps) = (total, within, disappearance, appearance, gaps);
        WithinSlope = withinSlope;
        Level = level;
    }

    /// <summary>One entry for each step of age that enough individuals were followed through; without a hole.</summary>
    public IReadOnlyList<AgeStep> Steps { get; }

    /// <summary>Change of the population mean from the first to the last age.</summary>
    public BootstrapInterval Total { get; }

    /// <summary>The part of it that is change within individuals.</summary>
    public BootstrapInterval Within { get; }

    /// <summary>The part of it that is selective disappearance.</summary>
    public BootstrapInterval Disappearance { get; }

    /// <summary>The part of it that is selective appearance.</summary>
    public BootstrapInterval Appearance { get; }

    /// <summary>The part of it that is due to individuals missed in between.</summary>
    public BootstrapInterval Gaps { get; }

    /// <summary>Change within individuals per unit of age.</summary>
    public BootstrapInterval WithinSlope { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>The steps as data.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(Steps);
}
