using EcoGlmm.Model;

namespace EcoGlmm.Reporting;

/// <summary>Writes the sentences of a <see cref="ModelReport"/>.</summary>
internal sealed class ReportWriter(GlmmFit fit, ModelTableOptions options, bool checks)
{
    private const string Laplace =
        "Skaug, H. J. & Fournier, D. A. (2006) Automatic approximation of the marginal likelihood in non-Gaussian hierarchical models. "
        + "Computational Statistics & Data Analysis 51, 699-709.";

    private const string Residuals =
        "Hartig, F. (2024) DHARMa: residual diagnostics for hierarchical (multi-level/mixed) regression models. R package.";

    private const string Determination =
        "Nakagawa, S., Johnson, P. C. D. & Schielzeth, H. (2017) The coefficient of determination R² and intra-class correlation "
        + "coefficient from generalized linear mixed-effects models revisited and expanded. Journal of the Royal Society Interface 14, "
        + "20170213.";

    private readonly StyledNumbers _numbers = new(options.Numbers);
    private readonly IntervalTable _intervals = fit.ConfidenceIntervals(IntervalMethod.Wald, options.Level);

    public ModelReport Write()
    {
        List<string> references = [Citation.Text];
        List<string> methods = [Model(), Effects(), .. Parts(), Estimation()];
        if (fit.VarianceComponents.Count > 0 && !(fit.Estimate.IsProfiled || fit.Options.QuadraturePoints > 1))
            references.Add(Laplace);
        if (checks && Checks() is { } checkedBy)
        {
            methods.Add(checkedBy);
            references.Add(Residuals);
        }

        methods.Add($"Models were fitted with EcoGlmm {Citation.Version} on .NET {Environment.Version}.");
        List<string> results = [.. FitWords.Parts(fit).SelectMany(p => p.Table.Select(c => Result(p.Part, c)).OfType<string>()),
            .. Variances()];
        if (ModelRows.RSquaredOf(fit) is { } r)
        {
            var conditional = fit.VarianceComponents.Count > 0 ? $", with random effects {Share(r.Conditional)} (conditional R²)" : "";
            results.Add($"Fixed effects explained {Share(r.Marginal)} of the variance on the link scale (marginal R²){conditional}.");
            references.Add(Determination);
        }

        var warning = fit.Convergence.IsConverged ? "" : "THIS FIT DID NOT CONVERGE AND MUST NOT BE REPORTED. ";
        return new ModelReport(warning + string.Join(" ", methods), warning + string.Join(" ", results),
            [.. references.Order(StringComparer.Ordinal)]);
    }

    /// <summary>"a", "a and b", "a, b and c".</summary>
    private static string Listed(IReadOnlyList<string> names) =>
        names.Count <= 1 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private string Label(string name) => ModelRows.Label(options, name);

    private string Share(double share) => $"{_numbers.Fixed(100 * share, 1)} %";

    private string Model()
    {
        var kind = FitWords.Kind(fit);
        var sentence = $"We modelled {Label(fit.Specification.Response.Name)} ({FitWords.Size(fit)}) with a "
            + $"{char.ToLowerInvariant(kind[0])}{kind[1..]} with {fit.Family.Link.Name} link.";
        if (FitWords.HasSingleDispersion(fit))
        {
            var (symbol, meaning) = (fit.Family.Words.Dispersion!.Symbol, fit.Family.Words.Dispersion.Meaning);
            sentence = $"{sentence[..^1]} ({symbol}: {meaning}).";
        }

        return FitWords.LeftOut(fit) is { } leftOut ? $"{sentence} {leftOut}" : sentence;
    }

    private string Effects()
    {
        var terms = fit.Specification.Conditional.TermLabels;
        var fixedEffects = terms.Count == 0 ? "The model had no fixed effects but the intercept"
            : $"Fixed effects were {Listed([.. terms.Select(t => string.Join(" × ", t.Split(':').Select(Label)))])}";
        string[] offsets = [.. fit.Specification.Conditional.OffsetTexts];
        var offset = offsets.Length > 0 ? $", with {Listed(offsets)} as offset" : "";
        string[] random = [.. Random(ModelPart.Conditional)];
        return $"{fixedEffects}{offset}{(random.Length > 0 ? $"; random effects were {Listed(random)}" : "")}.";
    }

    /// <summary>"intercepts and slopes of Days for each Subject, with their correlation".</summary>
    private IEnumerable<string> Random(ModelPart part)
    {
        foreach (var group in fit.VarianceComponents.Where(c => c.Part == part).GroupBy(c => c.Group))
        {
            string[] effects = [.. group.Where(c => c.Term2 is null).Select(c => c.Term1)];
            string[] slopes = [.. effects.Where(e => e != Intercept.Name).Select(Label)];
            var what = (effects.Contains(Intercept.Name), slopes.Length) switch
            {
                (true, 0) => "intercepts",
                (true, _) => $"intercepts and effects of {Listed(slopes)}",
                _ => $"effects of {Listed(slopes)}",
            };
            var correlated = group.Any(c => c.Term2 is not null) ? ", with their correlations" : "";
            yield return $"{what} for each {Label(group.Key)}{correlated}";
        }
    }

    private IEnumerable<string> Parts()
    {
        foreach (var (part, formula, what) in new[]
        {
            (ModelPart.ZeroInflation, fit.Options.ZeroInflation, FitWords.Scale(fit.Family, ModelPart.ZeroInflation)),
            (ModelPart.Dispersion, fit.Options.Dispersion, FitWords.Scale(fit.Family, ModelPart.Dispersion)),
        })
        {
            var isThere = part == ModelPart.ZeroInflation ? fit.ZeroInflationEffects.Count > 0 : FitWords.HasDispersionModel(fit);
            if (isThere)
                yield return $"The {what} was modelled by {formula.Trim()}.";
        }
    }

    private string Estimation() =>
        $"Parameters were estimated by {FitWords.Estimator(fit)}; intervals are "
        + $"{_numbers.Restyle(FormattableString.Invariant($"{100 * options.Level:0.##}"))} % confidence intervals and p-values two-sided, "
        + $"by the normal approximation (Wald).";

    private string? Checks()
    {
        SimulatedResiduals residuals;
        try
        {
            residuals = fit.SimulatedResiduals();
        }
        catch (GlmmException)
        {
            return null;
        }

        List<string> found = [$"dispersion {_numbers.PEquals(residuals.TestDispersion().PValue)}", $"uniformity "
            + $"{_numbers.PEquals(residuals.TestUniformity().PValue)}"];
        if (residuals.IntegerResponse && residuals.ObservedValues.Contains(0))
            found.Add($"number of zeros {_numbers.PEquals(residuals.TestZeroInflation().PValue)}");
        return $"We checked the model by simulated (quantile) residuals of {residuals.Count} simulated data sets (Hartig 2024): "
            + $"{Listed(found)}.";
    }

    private string? Result(ModelPart part, Coefficient c)
    {
        if (double.IsNaN(c.Estimate) || c.IsFixed)
            return null;
        var interval = _intervals[part, c.Name];
        var where = part == ModelPart.Conditional ? "" : $" ({ModelPartNames.InTable(part)})";
        var test = $"z = {_numbers.Fixed(c.Statistic, 2)}, {_numbers.PEquals(c.PValue)}";
        if (ModelRows.Ratio(fit, part) is { } ratio && c.Name != Intercept.Name)
        {
            var (estimate, ends) = _numbers.Ratio(Math.Exp(c.Estimate), Math.Exp(interval.Lower), Math.Exp(interval.Upper));
            return $"{Label(c.Name)}{where}: {ratio.ToLowerInvariant()} {estimate} (CI {ends}; {test}).";
        }

        var decimals = _numbers.Decimals(c.StandardError);
        return $"{Label(c.Name)}{where}: {_numbers.Fixed(c.Estimate, decimals)} (CI "
            + $"{_numbers.Interval(interval.Lower, interval.Upper, decimals)}; {test}).";
    }

    private IEnumerable<string> Variances()
    {
        (string Name, string Value)[] rows = [.. ModelRows.Variances(fit, options)];
        if (rows.Length > 0)
            yield return $"Random effects and dispersion: {string.Join("; ", rows.Select(r => $"{r.Name} {_numbers.Restyle(r.Value)}"))}.";
    }
}
