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

/// <summary>How <see cref="SimulatedResiduals.TestOutliers"/> finds the number of outliers to expect.</summary>
public enum OutlierTestType
{
    /// <summary>Bootstrap for integer responses of up to 500 rows, binomial otherwise.</summary>
    Default,

    /// <summary>Binomial test of the expected frequency 2 / (simulations + 1). Exact for continuous responses.</summary>
    Binomial,

    /// <summary>
    /// Expected frequency from the simulations themselves: some are taken in turn as if observed and compared with
    /// a resample, with replacement, of the others. For integer responses.
    /// </summary>
    Bootstrap,

    /// <summary>
    /// As <see cref="Bootstrap"/>, but each simulation is compared with all the others, once each. The resample of the
    /// bootstrap holds only about 63 % of the different simulations, so that it expects more outliers than it should;
    /// this variant does not.
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
