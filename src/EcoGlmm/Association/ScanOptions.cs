namespace EcoGlmm;

/// <summary>What an association scan may be asked for beyond its formula, data and markers.</summary>
public sealed record ScanOptions
{
    /// <summary>
    /// The column of the data with the individuals' names; if null, the one column whose values are names of individuals
    /// among the markers.
    /// </summary>
    public string? Individual { get; init; }

    /// <summary>
    /// Relationships of the individuals, found by their names; if null, the centred relationship matrix of all the
    /// markers that are scanned.
    /// </summary>
    public RelationshipMatrix? Relationship { get; init; }

    /// <summary>
    /// Whether each chromosome is tested against relationships by the markers of the other chromosomes alone, so that a
    /// marker's effect is not taken for its relatives'. Needs no <see cref="Relationship"/>.
    /// </summary>
    public bool LeaveOneChromosomeOut { get; init; }

    /// <summary>Whether variances are estimated anew at each marker, or held at those without markers.</summary>
    public ScanMethod Method { get; init; }

    /// <summary>
    /// The distribution of the trait: <c>Family.Binomial()</c> for yes-or-no traits, <c>Family.Poisson()</c> for counts,
    /// <c>Family.Cumulative()</c> for ordered categories; null for quantities. Other than for quantities, markers have score tests of the
    /// model without them, corrected by saddlepoint
    /// where the statistic is large, so that rare alleles and few cases do not feign associations.
    /// </summary>
    public Family? Family { get; init; }

    /// <summary>
    /// A covariate of the formula, a number or a factor of two levels: each marker is tested for whether its effect changes with it
    /// (gene by environment), its own effect being in the model. <c>beta</c>, <c>se</c> and the p-values are those of the product
    /// of marker and covariate. Null to test the markers themselves. For quantities.
    /// </summary>
    public string? Interaction { get; init; }

    /// <summary>
    /// A CSV file to which results are written block by block. A scan that was interrupted goes on where it stood when it is
    /// called again with the same file, and gives the same numbers. Null to keep results in memory alone.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>Whether results of another scan in <see cref="Output"/> may be overwritten.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Which part of the scan to do, from 1 to <see cref="Parts"/>, when it is divided among jobs.</summary>
    public int Part { get; init; } = 1;

    /// <summary>
    /// Into how many parts the scan is divided. <see cref="AssociationScan.ReadCsv"/> puts their outputs together; the numbers
    /// are those of the undivided scan.
    /// </summary>
    public int Parts { get; init; } = 1;

    /// <summary>Most threads to work with; results do not depend on it.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;
}

/// <summary>How variances are treated by a scan.</summary>
public enum ScanMethod
{
    /// <summary>
    /// Both variances are estimated anew at each marker, by restricted maximum likelihood for the effect and by maximum
    /// likelihood for the ratio test (GEMMA's: Zhou and Stephens 2012).
    /// </summary>
    Exact,

    /// <summary>
    /// The ratio of the variances is that of the model without markers (EMMAX: Kang and others 2010). Faster, and much the
    /// same while each marker explains little.
    /// </summary>
    Held,

    /// <summary>
    /// Score tests with the variances of the model without markers, and the variance of the score by a ratio that is calibrated
    /// on a thousand markers (fastGWA: Jiang and others 2019); where the test statistic is beyond two standard deviations it is
    /// computed as it is. With sparse relationships linear in the number of individuals: for tens of thousands of them.
    /// </summary>
    Calibrated,
}

/// <summary>How far a scan has come.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Done">Markers that are done with, in this stage.</param>
/// <param name="Total">Markers of this stage.</param>
public sealed record ScanProgress(string Stage, int Done, int Total);
