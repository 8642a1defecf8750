namespace EcoGlmm.Decomposition;

/// <summary>What each method is called, where it comes from and what it takes for granted.</summary>
internal static class AgeMethodText
{
    public static string Name(AgeMethod method) => method switch
    {
        AgeMethod.Naive => "Naive: age alone",
        AgeMethod.MeanCentring => "Mean-centring",
        AgeMethod.AgeAtLast => "Age at last record",
        AgeMethod.AgeAtLastByAge => "Age at last record × age",
        AgeMethod.AgeAtFirstAndLast => "Ages at first and last record",
        AgeMethod.TerminalYear => "Terminal year",
        AgeMethod.RandomSlopes => "Mean-centring, random slopes",
        AgeMethod.MeanCentringByLongevity => "Mean-centring × longevity, random slopes",
        AgeMethod.NaiveQuadratic => "Naive, quadratic",
        AgeMethod.AgeAtLastQuadratic => "Age at last record, quadratic",
        AgeMethod.QuadraticSquaredDeviation => "Mean-centring, squared deviation",
        AgeMethod.NaiveSmooth => "Naive, smooth",
        AgeMethod.SmoothCentring => "Mean-centring, smooth",
        _ => "Mean-centring, deviation of the square",
    };

    /// <summary>A name that fits beside a chart.</summary>
    public static string ShortName(AgeMethod method) => method switch
    {
        AgeMethod.Naive => "Naive",
        AgeMethod.AgeAtLast => "Age at last",
        AgeMethod.AgeAtLastByAge => "Age at last × age",
        AgeMethod.AgeAtFirstAndLast => "Ages first and last",
        AgeMethod.RandomSlopes => "Random slopes",
        AgeMethod.MeanCentringByLongevity => "Centring × longevity",
        AgeMethod.AgeAtLastQuadratic => "Quadratic, at last",
        AgeMethod.QuadraticSquaredDeviation => "Quadratic, relative",
        AgeMethod.QuadraticDeviationOfSquare => "Quadratic, absolute",
        _ => Name(method),
    };

    public static string Source(AgeMethod method) => method switch
    {
        AgeMethod.Naive or AgeMethod.NaiveQuadratic or AgeMethod.NaiveSmooth => "–",
        AgeMethod.SmoothCentring => "after Mundlak (1978) Econometrica 46, 69–85 and van de Pol & Wright (2009), "
            + "with Wood's (2017) smooths",
        AgeMethod.MeanCentring => "van de Pol & Wright (2009) Animal Behaviour 77, 753–758",
        AgeMethod.RandomSlopes => "van de Pol & Wright (2009); Schielzeth & Forstmeier (2009) Behavioral Ecology 20, 416–420",
        AgeMethod.MeanCentringByLongevity => "after van de Pol & Verhulst (2006) and van de Pol & Wright (2009)",
        AgeMethod.QuadraticSquaredDeviation or AgeMethod.QuadraticDeviationOfSquare =>
            "Fay, Martin & Plard (2022) Journal of Animal Ecology 91, 8–19",
        _ => "van de Pol & Verhulst (2006) American Naturalist 167, 766–773",
    };

    public static string Assumption(AgeMethod method) => method switch
    {
        AgeMethod.Naive or AgeMethod.NaiveQuadratic or AgeMethod.NaiveSmooth =>
            "Individuals differ in nothing that goes with the ages at which they are seen. If good ones live longer, its slope is a "
            + "mixture of ageing and of who is left.",
        AgeMethod.MeanCentring =>
            "All individuals age alike. Then its slope within individuals is right whatever selects among them. If those who age faster "
            + "vanish sooner, long-lived individuals, who give most records, pull it towards their slope.",
        AgeMethod.AgeAtLast =>
            "Quality changes linearly with longevity, all individuals age alike, and the last record is near the end of life: no long gaps "
            + "in the records, few individuals still alive at the end.",
        AgeMethod.AgeAtLastByAge =>
            "As age at last record, but the rate of ageing may change linearly with longevity. The slope shown is that at the mean "
            + "longevity of individuals, each counted once. If quality does not change linearly with longevity, the interaction takes up "
            + "some of the curve.",
        AgeMethod.AgeAtFirstAndLast =>
            "As age at last record, with individuals who are first seen later allowed to differ too (selective appearance).",
        AgeMethod.TerminalYear =>
            "As age at last record; and the last record was made in the last year of life. Individuals alive at the end of the study, or "
            + "missed in their last years, water the terminal effect down.",
        AgeMethod.MeanCentringByLongevity =>
            "The rate of ageing changes linearly with longevity, as the last records show it; quality may differ between individuals in "
            + "any way. The slope shown is that at the mean longevity of individuals, each counted once.",
        AgeMethod.RandomSlopes =>
            "Slopes of individuals are normal and do not depend on longevity. Its standard errors allow for individual differences in "
            + "ageing; those of plain mean-centring do not.",
        AgeMethod.SmoothCentring => "The curve is absolute: its shape is free, and lies at the same ages for all, whenever they were "
            + "sampled. Individuals may differ in any way that is smooth in the ages at which they were seen.",
        AgeMethod.AgeAtLastQuadratic => "As age at last record, with a curve in age that is the same for all.",
        AgeMethod.QuadraticSquaredDeviation =>
            "The curve is relative: each individual peaks at the same distance from its own mean age. Wrong, and biased, if the peak lies "
            + "at the same age for all.",
        _ => "The curve is absolute: the peak lies at the same age for all, whenever they were sampled. Wrong if the peak is relative to "
            + "the individual.",
    };
}
