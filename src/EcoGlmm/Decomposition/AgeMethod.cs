namespace EcoGlmm;

/// <summary>A published way to separate ageing within individuals from differences between them.</summary>
public enum AgeMethod
{
    /// <summary>Age alone.</summary>
    Naive,

    /// <summary>Within-subject mean-centring: van de Pol &amp; Wright (2009).</summary>
    MeanCentring,

    /// <summary>Age, and age at the last record: van de Pol &amp; Verhulst (2006).</summary>
    AgeAtLast,

    /// <summary>Age in interaction with age at the last record: ageing differs with longevity.</summary>
    AgeAtLastByAge,

    /// <summary>Age, and ages at the first and the last record: appearance and disappearance, van de Pol &amp; Verhulst (2006).</summary>
    AgeAtFirstAndLast,

    /// <summary>Age, age at the last record, and an effect of the last record itself.</summary>
    TerminalYear,

    /// <summary>Mean-centring with a slope of its own for each individual.</summary>
    RandomSlopes,

    /// <summary>
    /// Mean-centring with random slopes, the slope within individuals changing with age at the last record: van de Pol &amp; Wright's
    /// (2009)
    /// within-subject interaction with van de Pol &amp; Verhulst's (2006) covariate.
    /// </summary>
    MeanCentringByLongevity,

    /// <summary>Age and its square.</summary>
    NaiveQuadratic,

    /// <summary>Age, its square, and age at the last record.</summary>
    AgeAtLastQuadratic,

    /// <summary>Mean-centring with the squared deviation, (x − x̄)²: a process relative to the individual. Fay, Martin &amp; Plard
    /// (2022).</summary>
    QuadraticSquaredDeviation,

    /// <summary>
    /// Mean-centring with the deviation of the square, x² minus its mean: a process in absolute age. Fay, Martin &amp; Plard (2022).
    /// </summary>
    QuadraticDeviationOfSquare,

    /// <summary>A smooth of age alone. Applied where it is asked for, or where the formula has a smooth of age.</summary>
    NaiveSmooth,

    /// <summary>
    /// A smooth of age, and its mean over the records of each individual, which takes up how individuals differ: mean-centring of each
    /// function of the smooth's basis, a curve in absolute age. Applied where it is asked for, or where the formula has a smooth of age.
    /// </summary>
    SmoothCentring,
}
