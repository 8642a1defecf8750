namespace EcoGlmm.Families;

/// <summary>A family to take in the place of another.</summary>
/// <param name="Family">The family.</param>
/// <param name="Code">How it is written in C#: "Family.NegativeBinomial2()".</param>
/// <param name="Words">What it is, within a sentence: "a negative binomial".</param>
internal sealed record FamilyAlternative(Family Family, string Code, string Words)
{
    /// <summary>The family with the link of the one that it replaces, or with its own default where it has no such link.</summary>
    /// <param name="set">The family with its links.</param>
    /// <param name="link">The link to keep if possible.</param>
    /// <param name="method">The method of <see cref="EcoGlmm.Family"/> that makes it.</param>
    /// <param name="words">What it is, within a sentence.</param>
    public static FamilyAlternative Of(FamilySet set, Link link, string method, string words)
    {
        var own = set.With(null);
        var keeps = set.Links.Contains(link) && link != own.Link;
        return new FamilyAlternative(keeps ? set.With(link) : own,
            keeps ? $"Family.{method}({link.Code})" : $"Family.{method}()", words);
    }

    /// <summary>A Gaussian of the logarithm of the response.</summary>
    public static FamilyAlternative LogGaussian { get; } = new(GaussianFamily.Set.With(null), "Family.Gaussian()",
        "the logarithm as Gaussian");

    /// <summary>Whether every response can be of the family.</summary>
    /// <param name="y">The response; successes for a binomial.</param>
    /// <param name="size">Trials; empty when all are one.</param>
    public bool Suits(ReadOnlySpan<double> y, ReadOnlySpan<double> size)
    {
        for (var i = 0; i < y.Length; i++)
        {
            if (Family.CheckResponse(y[i], size.IsEmpty ? 1 : size[i]) is not null)
                return false;
        }

        return true;
    }
}

/// <summary>What to take in a family's place where the data do not look like it.</summary>
internal sealed record FamilyAlternatives
{
    public static FamilyAlternatives None { get; } = new();

    /// <summary>Families of the same responses that scatter more.</summary>
    public IReadOnlyList<FamilyAlternative> MoreScatter { get; init; } = [];

    /// <summary>The family given that a count is not zero; null where there is none.</summary>
    public FamilyAlternative? WithoutZeros { get; init; }

    /// <summary>The family of amounts of which some are exactly zero; null where there is none.</summary>
    public FamilyAlternative? WithZeros { get; init; }

    /// <summary>Families that scatter less, or both less and more; the quickest to fit comes last.</summary>
    public IReadOnlyList<FamilyAlternative> LessScatter { get; init; } = [];

    /// <summary>Families of heavier tails of which this one is the limit.</summary>
    public IReadOnlyList<FamilyAlternative> HeavierTails { get; init; } = [];

    /// <summary>The family with other links, for effects that come together in another way.</summary>
    public IReadOnlyList<FamilyAlternative> OtherLinks { get; init; } = [];

    /// <summary>What the logarithm of the response may be, with effects that multiply it as they do here; null where there is nothing
    /// such.</summary>
    public FamilyAlternative? OfLogarithm { get; init; }

    /// <summary>Families of another shape: heavier tails, skewness, another growth of the variance with the mean.</summary>
    public IReadOnlyList<FamilyAlternative> OtherShape { get; init; } = [];
}
