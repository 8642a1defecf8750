namespace EcoGlmm;

/// <summary>How p-values and intervals allow for the number of comparisons made together.</summary>
public enum Adjustment
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>
    /// Tukey's for all pairs of k means, by the studentized range; exact for means that are independent with one variance, a
    /// little conservative otherwise.
    /// </summary>
    Tukey,

    /// <summary>Holm's (1979) step-down for p-values; intervals by Bonferroni.</summary>
    Holm,

    /// <summary>Bonferroni's.</summary>
    Bonferroni,

    /// <summary>
    /// By the joint distribution of all the statistics, the multivariate t with their own correlations: exact for any set of
    /// comparisons and unequal variances. A. Genz &amp; F. Bretz (2009), Lecture Notes in Statistics 195.
    /// </summary>
    MultivariateT,

    /// <summary>
    /// Dunnett's (1955) for comparisons with one control, with the correlations that these have here (the multivariate t), where R's
    /// emmeans
    /// takes an approximation unless asked for "mvt".
    /// </summary>
    Dunnett,

    /// <summary>Scheffé's (1953): right for every combination that one may think of afterwards, and so the most cautious.</summary>
    Scheffe,

    /// <summary>Šidák's (1967): Bonferroni's a little sharpened, 1 − (1 − p)ᵐ.</summary>
    Sidak,

    /// <summary>Benjamini and Hochberg's (1995) false discovery rate for p-values; intervals are not adjusted.</summary>
    BenjaminiHochberg,
}
