namespace EcoGlmm;

/// <summary>
/// Contrasts of contrasts: with a method for each variable, all products of their coefficients.
/// Source: R. J. Boik (1979), Interactions, partial interactions, and interaction contrasts in the analysis of variance, Psychological
/// Bulletin 86, 1084-1089.
/// </summary>
/// <param name="methods">One for each variable; all pairs of each when empty.</param>
internal sealed class InteractionContrasts(ContrastMethod[] methods) : ContrastMethod
{
    internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string> means) =>
        Of([.. means.Select(m => new[] { m })]);

    internal override IReadOnlyList<(string Name, double[] Coefficients)> Of(IReadOnlyList<string[]> levels)
    {
        var variables = levels[0].Length;
        if (variables < 2)
        {
            throw new GlmmException("Contrasts of contrasts need means over two variables or more before the bar: "
                + "MarginalMeans(\"a * b\").");
        }

        if (methods.Length != 0 && methods.Length != variables)
        {
            throw new GlmmException($"There are {variables} variables before the bar and {methods.Length} methods. Give one for each, "
                + "or none for all pairs.");
        }

        (string Name, double[] Coefficients)[] result = [("", [.. levels.Select(_ => 1.0)])];
        for (var v = 0; v < variables; v++)
        {
            var (k, own) = (v, levels.Select(l => l[v]).Distinct().ToList());
            var contrasts = (methods.Length == 0 ? Pairwise : methods[v]).Of(own);
            result = [.. from before in result
                         from contrast in contrasts
                         select (before.Name.Length == 0 ? contrast.Name : $"{before.Name} : {contrast.Name}",
                            before.Coefficients.Select((c, i) => c * contrast.Coefficients[own.IndexOf(levels[i][k])]).ToArray())];
        }

        return result;
    }
}
