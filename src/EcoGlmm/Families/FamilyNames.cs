using EcoGlmm.Text;

namespace EcoGlmm.Families;

/// <summary>Families by the names that R and other packages give them.</summary>
internal static class FamilyNames
{
    private static readonly (string Name, FamilySet Set, string[] Aliases)[] Families =
    [
        ("gaussian", GaussianFamily.Set, ["normal"]),
        ("poisson", PoissonFamily.Set, []),
        ("binomial", BinomialFamily.Set, ["bernoulli"]),
        ("nbinom2", NegativeBinomial2Family.Set, ["negativebinomial2", "negativebinomial", "negbinomial", "negbin", "nb2"]),
        ("nbinom1", NegativeBinomial1Family.Set, ["negativebinomial1", "nb1"]),
        ("nbinom12", NegativeBinomial12Family.Set, ["negativebinomial12", "nb12"]),
        ("Gamma", GammaFamily.Set, ["zigamma", "zeroinflatedgamma"]),
        ("inverse.gaussian", InverseGaussianFamily.Set, []),
        ("t", StudentTFamily.Set, ["studentt", "student", "tfamily"]),
        ("skewnormal", SkewNormalFamily.Set, ["skewednormal"]),
        ("tweedie", TweedieFamily.Set, []),
        ("lognormal", LogNormalFamily.Set, []),
        ("beta", BetaFamily.Set, ["betafamily"]),
        ("ordbeta", OrderedBetaFamily.Set, ["orderedbeta"]),
        ("betabinomial", BetaBinomialFamily.Set, []),
        ("combinomial", ConwayMaxwellBinomialFamily.Set, ["conwaymaxwellbinomial", "cmb"]),
        ("cumulative", CumulativeFamily.Set, ["clm", "clmm", "ordinal", "cumulativelogit", "proportionalodds"]),
        ("truncated_poisson", ZeroTruncatedFamily.PoissonSet, ["ztpoisson"]),
        ("truncated_nbinom2", ZeroTruncatedFamily.NegativeBinomial2Set, ["truncatednegativebinomial2"]),
        ("truncated_nbinom1", ZeroTruncatedFamily.NegativeBinomial1Set, ["truncatednegativebinomial1"]),
        ("truncated_genpois", TruncatedGeneralizedPoissonFamily.Set, ["truncatedgeneralizedpoisson", "truncatedgeneralisedpoisson"]),
        ("truncated_compois", TruncatedConwayMaxwellPoissonFamily.Set, ["truncatedconwaymaxwellpoisson"]),
        ("genpois", GeneralizedPoissonFamily.Set, ["generalizedpoisson", "generalisedpoisson"]),
        ("bell", BellFamily.Set, []),
        ("compois", ConwayMaxwellPoissonFamily.Set, ["conwaymaxwellpoisson", "cmp"]),
    ];

    /// <summary>Every family with every link it takes.</summary>
    public static IEnumerable<Family> All =>
        Families.SelectMany(entry => entry.Set.Links, (entry, link) => entry.Set.With(link));

    public static Family Family(string name, string? link)
    {
        var wanted = Plain(name);
        foreach (var (known, set, aliases) in Families)
        {
            if (wanted == Plain(known) || aliases.Contains(wanted))
            {
                return set.With(link is null ? null : LinkNames.Find(link));
            }
        }

        var names = Families.SelectMany(entry => entry.Aliases.Prepend(entry.Name));
        throw new GlmmException(
            $"There is no family \"{name}\"{NearestName.Suggestion(name, names)} The families are "
            + $"{string.Join(", ", Families.Select(entry => entry.Name))}.");
    }

    // "Negative.Binomial_2" and "negativebinomial2" are one name.
    private static string Plain(string name) =>
        new string([.. name.Where(char.IsLetterOrDigit)]).ToLowerInvariant();
}
