using EcoGlmm.Text;

namespace EcoGlmm.Families;

/// <summary>Links by the names that R and other packages give them.</summary>
internal static class LinkNames
{
    /// <summary>Every link; a new one is added here.</summary>
    public static IReadOnlyList<Link> All { get; } =
    [
        Link.Identity, Link.Log, Link.Logit, Link.Probit, Link.Cloglog, Link.Loglog, Link.Cauchit, Link.Inverse, Link.Sqrt,
        Link.InverseSquare, Link.LambertW,
    ];

    /// <summary>Those whose inverse is a distribution function, so that means are probabilities whatever η.</summary>
    public static Link[] Distributions { get; } = [.. All.Where(link => link.IsDistribution)];

    /// <exception cref="GlmmException">There is no link of that name.</exception>
    public static Link Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = name.Trim();
        string[] names = [.. All.Select(link => link.Name)];
        return All.FirstOrDefault(link => string.Equals(link.Name, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new GlmmException(
                $"There is no link \"{name}\"{NearestName.Suggestion(name, names)} The links are {string.Join(", ", names)}.");
    }
}
