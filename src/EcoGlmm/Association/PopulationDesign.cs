namespace EcoGlmm;

/// <summary>A population to simulate genotypes and traits of, for teaching, tests and power.</summary>
public sealed record PopulationDesign
{
    /// <summary>How many individuals, over all generations.</summary>
    public int Individuals { get; init; } = 500;

    /// <summary>How many markers, spread evenly over the chromosomes.</summary>
    public int Markers { get; init; } = 5000;

    /// <summary>How many chromosomes, each one Morgan and 50 million base pairs long.</summary>
    public int Chromosomes { get; init; } = 5;

    /// <summary>How many populations, between which nobody migrates.</summary>
    public int Populations { get; init; } = 1;

    /// <summary>How far populations differ: Wright's F_ST, by which allele frequencies spread (Balding and Nichols 1995).</summary>
    public double Fst { get; init; } = 0.05;

    /// <summary>Generations that are sampled. 1 gives unrelated individuals; with more, each pair has <see cref="FamilySize"/>
    /// young.</summary>
    public int Generations { get; init; } = 1;

    /// <summary>Young of each pair.</summary>
    public int FamilySize { get; init; } = 4;

    /// <summary>Least frequency of the rarer allele among the ancestors.</summary>
    public double MinimumFrequency { get; init; } = 0.05;

    /// <summary>Chance that two neighbouring markers on a chromosome of an ancestor stem from one piece; sets linkage
    /// disequilibrium.</summary>
    public double Linkage { get; init; } = 0.8;

    /// <summary>Share of calls that are missing.</summary>
    public double Missing { get; init; }

    /// <summary>Share of the trait's variance by very many genes of small effect.</summary>
    public double Heritability { get; init; } = 0.3;

    /// <summary>Shares of the trait's variance by single causal markers, one for each.</summary>
    public IReadOnlyList<double> CausalShares { get; init; } = [];

    /// <summary>Difference of the trait between one population and the next, by environment alone, in standard deviations.</summary>
    public double PopulationDifference { get; init; }

    /// <summary>Share of individuals that have the yes-or-no trait.</summary>
    public double Prevalence { get; init; } = 0.3;
}

/// <summary>A simulated population.</summary>
/// <param name="Genotypes">The genotypes, in memory or in the files that were asked for.</param>
/// <param name="Data">
/// A row for each individual: id, sire, dam (missing for the first generation), generation, population, sex, trait (mean 10,
/// standard deviation about 1, females 0.5 more), ill (0 or 1, from the same genes) and parasites (a count of them).
/// </param>
/// <param name="Causal">The markers that have an effect of their own on the traits.</param>
/// <param name="Effects">Their effects on <c>trait</c> by one more copy of the effect allele.</param>
public sealed record SimulatedPopulation(Genotypes Genotypes, FieldData Data, IReadOnlyList<Marker> Causal, IReadOnlyList<double> Effects);
