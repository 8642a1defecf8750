namespace EcoGlmm.Families;

/// <summary>The links a family takes, and the one instance of the family for each.</summary>
internal sealed class FamilySet
{
    private readonly string _name;
    private readonly Link _defaultLink;
    private readonly Dictionary<Link, Family> _byLink = [];

    public FamilySet(string name, Func<Link, Family> create, params Link[] links)
    {
        this._name = name;
        _defaultLink = links[0];
        foreach (var link in links)
        {
            _byLink.Add(link, create(link));
        }
    }

    /// <summary>Links for positive means, in the order of preference; the first is the default.</summary>
    public static Link[] PositiveMean => [Link.Log, Link.Identity, Link.Sqrt, Link.Inverse];

    /// <summary>Links for probabilities.</summary>
    public static Link[] Probability => [.. LinkNames.Distributions, Link.Log, Link.Identity];

    public IEnumerable<Link> Links => _byLink.Keys;

    /// <summary>The family with that link, or with its default link.</summary>
    /// <exception cref="GlmmException">The link makes no sense with the family.</exception>
    public Family With(Link? link) => _byLink.TryGetValue(link ?? _defaultLink, out var family)
        ? family
        : throw new GlmmException(
            $"Family \"{_name}\" cannot have the link \"{link}\": its links are "
            + $"{string.Join(", ", _byLink.Keys.Select(l => l.Name))}.");
}
