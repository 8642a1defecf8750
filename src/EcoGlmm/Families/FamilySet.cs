namespace EcoGlmm.Families;

/// <summary>The links a family takes, and the one instance of the family for each.</summary>
internal sealed class FamilySet
{
    private readonly string name;
    private readonly Link defaultLink;
    private readonly Dictionary<Link, Family> byLink = [];

    public FamilySet(string name, Func<Link, Family> create, params Link[] links)
    {
        this.name = name;
        defaultLink = links[0];
        foreach (Link link in links)
        {
            byLink.Add(link, create(link));
        }
    }

    /// <summary>Links for positive means, in the order of preference; the first is the default.</summary>
    public static Link[] PositiveMean => [Link.Log, Link.Identity, Link.Sqrt, Link.Inverse];

    /// <summary>Links for probabilities.</summary>
    public static Link[] Probability => [.. LinkNames.Distributions, Link.Log, Link.Identity];

    public IEnumerable<Link> Links => byLink.Keys;

    /// <summary>The family with that link, or with its default link.</summary>
    /// <exception cref="GlmmException">The link makes no sense with the family.</exception>
    public Family With(Link? link) => byLink.TryGetValue(link ?? defaultLink, out Family? family)
        ? family
        : throw new GlmmException(
            $"Family \"{name}\" cannot have the link \"{link}\": its links are "
            + $"{string.Join(", ", byLink.Keys.Select(l => l.Name))}.");
}
