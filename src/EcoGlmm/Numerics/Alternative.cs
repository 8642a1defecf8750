namespace EcoGlmm;

/// <summary>Which departures from the null hypothesis a test looks for.</summary>
public enum Alternative
{
    /// <summary>Departures in either direction.</summary>
    TwoSided,

    /// <summary>Only values greater than the model expects (for example overdispersion, or too many zeros).</summary>
    Greater,

    /// <summary>Only values less than the model expects (for example underdispersion, or too few zeros).</summary>
    Less,
}

/// <summary>What <see cref="SimulatedResiduals.TestDispersion"/> compares.</summary>
public enum DispersionTestType
{
    /// <summary>
    /// The variance of observed − fitted with that of simulated − fitted; of residuals with refits, the sums of squared Pearson
    /// residuals of the model and of its refits.
    /// </summary>
    Simulated,

    /// <summary>
    /// The sum of squared Pearson residuals with the χ² distribution with rows − parameters degrees of freedom. Quick and well
    /// known, but in models with random effects, which take up part of the scatter, biased towards underdispersion: there only the
    /// alternative <see cref="Alternative.Greater"/> can be trusted. Rough where fitted means are small.
    /// </summary>
    PearsonChiSquared,
}

/// <summary>How <see cref="SimulatedResiduals.TestOutliers"/> finds the number of outliers to expect.</summary>
public enum OutlierTestType
{
    /// <summary><see cref="LeaveOneOut"/> for whole-number responses, <see cref="Binomial"/> for continuous ones.</summary>
    Default,

    /// <summary>
    /// Binomial test of the expected frequency, 1 / (simulations + 1) a side. Exact for continuous responses; for whole numbers,
    /// where ties make residuals near 0 and 1 more frequent than that, it calls correct models wrong when there are many rows.
    /// </summary>
    Binomial,

    /// <summary>
    /// DHARMa's test for whole numbers: simulations are taken in turn as if observed and compared with a resample, with
    /// replacement, of the others. A resample holds only about 63 % of the different simulations, so that more outliers are
    /// expected than should be.
    /// </summary>
    Bootstrap,

    /// <summary>
    /// Each simulation is taken as if observed and compared with all the others. The data of a correct model are one more such
    /// simulation, so that the test keeps its level for every kind of response and any number of rows.
    /// </summary>
    LeaveOneOut,
}

/// <summary>On which side of the simulations <see cref="SimulatedResiduals.TestOutliers"/> looks for outliers.</summary>
public enum OutlierMargin
{
    /// <summary>Below all simulations, or above all of them.</summary>
    Both,

    /// <summary>Above all simulations.</summary>
    Upper,

    /// <summary>Below all simulations.</summary>
    Lower,
}
