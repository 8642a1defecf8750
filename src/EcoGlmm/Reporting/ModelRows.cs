using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Reporting;

/// <summary>What tables of one model and of several have in common: their parts, names and rows of one value.</summary>
internal static class ModelRows
{
    /// <summary>The meaning of a dispersion that is a standard deviation beside those of random effects.</summary>
    private const string ResidualDeviation = "residual standard deviation";

    /// <summary>The coefficients of each part, thresholds between ordered categories with the conditional part.</summary>
    public static IEnumerable<(ModelPart Part, IReadOnlyList<Coefficient> Coefficients)> Parts(GlmmFit fit) =>
        FitWords.Parts(fit).Select(p => (p.Part, (IReadOnlyList<Coefficient>)p.Table));

    /// <summary>"Fixed effects", "Zero inflation (logit of the probability of a structural zero)".</summary>
    public static string PartTitle(GlmmFit fit, ModelPart part)
    {
        var name = ModelPartNames.InSentence(part);
        var title = Names.Capitalised(name);
        return part == ModelPart.Conditional ? title : $"{title} ({FitWords.Scale(fit.Family, part)})";
    }

    /// <summary>What the exponential of a coefficient is; null where it has no plain meaning.</summary>
    public static string? Ratio(GlmmFit fit, ModelPart part) => FitWords.RatioName(fit.Family, part);

    /// <summary>The user's name of a coefficient, or its parts' names around the colons of an interaction, or R's name.</summary>
    public static string Label(ModelTableOptions options, string name)
    {
        if (options.Labels.TryGetValue(name, out var label))
            return label;
        if (name == Intercept.Name)
            return "Intercept";
        var parts = name.Split(':');
        return parts.Length > 1
            ? string.Join(" × ", parts.Select(p => options.Labels.GetValueOrDefault(p, p)))
            : name;
    }

    /// <summary>Standard deviations, correlations and dispersion.</summary>
    public static IEnumerable<(string Name, string Value)> Variances(GlmmFit fit, ModelTableOptions options)
    {
        foreach (var c in fit.VarianceComponents)
        {
            var part = c.Part == ModelPart.Conditional ? "" : $", {ModelPartNames.InTable(c.Part)}";
            string group = Label(options, c.Group), first = Label(options, c.Term1);
            yield return c.Term2 is null
                ? ($"SD ({group}{(c.Term1 == Intercept.Name ? "" : $", {first}")}{part})", NumberFormat.Significant(c.StandardDeviation, 3))
                : ($"Correlation ({group}: {first}, {Label(options, c.Term2)}{part})", NumberFormat.Fixed(c.Correlation, 2));
        }

        if (FitWords.HasSingleDispersion(fit))
        {
            var (symbol, meaning) = (fit.Family.Words.Dispersion!.Symbol, fit.Family.Words.Dispersion.Meaning);
            yield return (meaning == ResidualDeviation ? "SD (residual)" : $"Dispersion {symbol}", NumberFormat.Significant(fit.Sigma, 3));
        }

        foreach (var c in fit.FamilyParameters.Rows)
            yield return (Label(options, c.Name), NumberFormat.Significant(c.Estimate, 3));
    }

    /// <summary>Rows, groups, R², log-likelihood, AIC.</summary>
    public static IEnumerable<(string Name, string Value)> Summary(GlmmFit fit, ModelTableOptions options)
    {
        yield return ("Observations", NumberFormat.Count(fit.ObservationCount));
        foreach (var (group, levels) in fit.Groups)
            yield return ($"Levels of {Label(options, group)}", NumberFormat.Count(levels));
        if (RSquaredOf(fit) is { } r)
        {
            yield return ("Marginal R²", NumberFormat.Fixed(r.Marginal, 3));
            if (fit.VarianceComponents.Count > 0)
                yield return ("Conditional R²", NumberFormat.Fixed(r.Conditional, 3));
        }

        yield return (fit.Options.Reml ? "REML log-likelihood" : "Log-likelihood", NumberFormat.Fixed(fit.LogLikelihood, 1));
        yield return ("AIC", NumberFormat.Fixed(fit.Aic, 1));
    }

    /// <summary>R², or null for a family that has none.</summary>
    public static RSquared? RSquaredOf(GlmmFit fit)
    {
        try
        {
            return fit.RSquared();
        }
        catch (GlmmException)
        {
            return null;
        }
    }
}
