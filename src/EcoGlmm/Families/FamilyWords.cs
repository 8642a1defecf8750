namespace EcoGlmm.Families;

/// <summary>What is said of a family in summaries.</summary>
/// <param name="Title">Its name at the beginning of a sentence: "Negative binomial".</param>
internal sealed record FamilyWords(string Title)
{
    /// <summary>Whether the title begins with a person's name, which keeps its capital within a sentence.</summary>
    public bool BeginsWithName { get; init; }

    /// <summary>The dispersion; null for a family without one.</summary>
    public DispersionWords? Dispersion { get; init; }

    /// <summary>The name within a sentence: "negative binomial", "Poisson".</summary>
    public string InSentence => BeginsWithName ? Title : char.ToLowerInvariant(Title[0]) + Title[1..];
}

/// <summary>What is said of a family's dispersion.</summary>
/// <param name="Symbol">The symbol of what a fit as its Sigma reports.</param>
/// <param name="Definition">What it is: mostly, the variance in terms of it.</param>
/// <param name="Modelled">The parameter whose logarithm a dispersion formula models.</param>
internal sealed record DispersionWords(string Symbol, string Definition, string Modelled)
{
    /// <summary>What to add to the definition, so that a reader knows which values are large.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Whether it is a residual standard deviation, which stands among those of the random effects.</summary>
    public bool IsResidual { get; init; }

    /// <summary>Definition and remark.</summary>
    public string Meaning => Definition + Remark;
}
