namespace EcoGlmm;

/// <summary>How the records of one subject are taken to be correlated in generalized estimating equations.</summary>
public enum WorkingCorrelation
{
    /// <summary>Not at all.</summary>
    Independence,

    /// <summary>All pairs alike: one correlation α.</summary>
    Exchangeable,

    /// <summary>
    /// α to the power of the number of occasions apart. Occasions are the distinct values of the order column in the whole table,
    /// so that one that a subject missed is a gap.
    /// </summary>
    Ar1,

    /// <summary>A correlation of its own for each pair of occasions.</summary>
    Unstructured,

    /// <summary>Given: a matrix for the occasions, or for the records of a subject in their order.</summary>
    Fixed,

    /// <summary>α to the power of the difference of the order column, as time itself (α above zero).</summary>
    ContinuousAr1,
}

/// <summary>Standard errors of generalized estimating equations.</summary>
public enum GeeStandardErrors
{
    /// <summary>
    /// Sandwich: right whatever the correlations are, with many subjects. K.-Y. Liang &amp; S. Zeger (1986), Biometrika 73, 13-22.
    /// Too small with fewer than about 40 subjects.
    /// </summary>
    Robust,

    /// <summary>
    /// Sandwich with residuals over their leverage, (I − H)⁻¹: bias reduced, a little large. L. Mancl &amp; T. DeRouen (2001),
    /// Biometrics 57, 126-134.
    /// </summary>
    ManclDeRouen,

    /// <summary>
    /// Sandwich with (I − H)^−½, unbiased where the working correlation is right. G. Kauermann &amp; R. Carroll (2001), J. Am. Stat.
    /// Assoc. 96, 1387-1396.
    /// </summary>
    KauermannCarroll,

    /// <summary>Right only if the working correlation and the variance function are.</summary>
    ModelBased,
}
