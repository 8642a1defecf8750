using EcoGlmm.Model;

namespace EcoGlmm.Reporting;

/// <summary>The table of one model, a row for each parameter.</summary>
internal sealed class ModelTable
{
    private readonly GlmmFit _fit;
    private readonly ModelTableOptions _options;
    private readonly StyledNumbers _numbers;
    private readonly IntervalTable _intervals;
    private readonly IReadOnlyList<PublicationColumn> _columns;

    private ModelTable(GlmmFit fit, ModelTableOptions options)
    {
        _fit = fit;
        _options = options;
        _numbers = new StyledNumbers(options.Numbers);
        _intervals = fit.ConfidenceIntervals(IntervalMethod.Wald, options.Level);
        _columns = [.. Headers()];
    }

    public static PublicationTable Of(GlmmFit fit, ModelTableOptions options)
    {
        CoverageLevel.Checked(options.Level);
        var table = new ModelTable(fit, options);
        return new PublicationTable(options.Caption ?? Caption(fit), table._columns, [.. table.Sections()], [.. table.Notes()]);
    }

    private bool Has(ModelTableColumns column) => _options.Columns.HasFlag(column);

    private bool HasRatio => ModelRows.Parts(_fit).Any(p => ModelRows.Ratio(_fit, p.Part) is not null);

    private string Percent => FormattableString.Invariant($"{100 * _options.Level:0.##}\u00A0%");

    private IEnumerable<PublicationColumn> Headers()
    {
        yield return new PublicationColumn("", false);
        var exponentiate = _options.Exponentiate && HasRatio;
        var estimate = exponentiate ? ModelRows.Ratio(_fit, ModelPart.Conditional) ?? "Ratio" : "Estimate";
        if (Has(ModelTableColumns.Estimate)) yield return new PublicationColumn(estimate, true);
        if (Has(ModelTableColumns.StandardError) && !exponentiate) yield return new PublicationColumn("SE", true);
        if (Has(ModelTableColumns.Interval)) yield return new PublicationColumn($"{Percent} CI", true);
        if (HasRatioColumn)
            yield return new PublicationColumn($"{ModelRows.Ratio(_fit, ModelPart.Conditional) ?? "Ratio"} ({Percent} CI)", true);
        if (Has(ModelTableColumns.Statistic)) yield return new PublicationColumn("z", true);
        if (Has(ModelTableColumns.PValue)) yield return new PublicationColumn("p", true);
    }

    private bool HasRatioColumn => Has(ModelTableColumns.Ratio) && HasRatio && !_options.Exponentiate;

    private IEnumerable<PublicationSection> Sections()
    {
        foreach (var (part, coefficients) in ModelRows.Parts(_fit))
        {
            if (coefficients.Count == 0)
                continue;
            yield return new PublicationSection(ModelRows.PartTitle(_fit, part), [.. coefficients.Select(c => Row(part, c))]);
        }

        if (_options.RandomEffects)
        {
            IReadOnlyList<string>[] rows = [.. ModelRows.Variances(_fit, _options).Select(r => Value(r.Name, _numbers.Restyle(r.Value)))];
            if (rows.Length > 0)
                yield return new PublicationSection(_fit.VarianceComponents.Count > 0 ? "Random effects" : "Dispersion", rows);
        }

        if (_options.Summary)
            yield return new PublicationSection("Model", [.. ModelRows.Summary(_fit, _options)
                .Select(r => Value(r.Name, _numbers.Restyle(r.Value)))]);
    }

    private IReadOnlyList<string> Row(ModelPart part, Coefficient c)
    {
        var ratio = ModelRows.Ratio(_fit, part);
        var interval = _intervals[part, c.Name];
        List<string> cells = [ModelRows.Label(_options, c.Name)];
        bool dropped = double.IsNaN(c.Estimate), plain = dropped || c.IsFixed;
        var exponentiate = _options.Exponentiate && HasRatio;
        var decimals = _numbers.Decimals(c.StandardError);
        var (shown, ends) = exponentiate && ratio is not null
            ? _numbers.Ratio(Math.Exp(c.Estimate), Math.Exp(interval.Lower), Math.Exp(interval.Upper))
            : (_numbers.Fixed(c.Estimate, decimals), plain ? "" : _numbers.Interval(interval.Lower, interval.Upper, decimals));
        if (Has(ModelTableColumns.Estimate))
            cells.Add(dropped ? "dropped" : c.IsFixed ? $"{_numbers.Significant(c.Estimate, 4)} (fixed)" : shown);
        if (Has(ModelTableColumns.StandardError) && !exponentiate) cells.Add(plain ? "" : _numbers.Fixed(c.StandardError, decimals));
        if (Has(ModelTableColumns.Interval)) cells.Add(plain ? "" : ends);
        if (HasRatioColumn)
        {
            // The exponential of an intercept is a mean or odds, not a ratio of two.
            if (plain || ratio is null || c.Name == Intercept.Name)
            {
                cells.Add("");
            }
            else
            {
                var (r, e) = _numbers.Ratio(Math.Exp(c.Estimate), Math.Exp(interval.Lower), Math.Exp(interval.Upper));
                cells.Add($"{r} ({e})");
            }
        }

        if (Has(ModelTableColumns.Statistic)) cells.Add(plain ? "" : _numbers.Fixed(c.Statistic, 2));
        if (Has(ModelTableColumns.PValue)) cells.Add(plain ? "" : _numbers.PValue(c.PValue));
        return cells;
    }

    /// <summary>A row with one value, under the estimates.</summary>
    private IReadOnlyList<string> Value(string name, string value) => [name, value, .. Enumerable.Repeat("", _columns.Count - 2)];

    private IEnumerable<string> Notes()
    {
        if (!_fit.Convergence.IsConverged)
            yield return "THE FIT DID NOT CONVERGE: these numbers must not be reported.";
        var exponentiate = _options.Exponentiate && HasRatio;
        var scale = exponentiate
            ? $"Estimates are exponentiated: {ModelRows.Ratio(_fit, ModelPart.Conditional)?.ToLowerInvariant() ?? "ratio"}s; of the "
                + "intercept, the value at the reference."
            : $"Estimates on the {_fit.Family.Link.Name} scale.";
        yield return $"{scale} CI, confidence interval and p, p-value by the normal approximation (Wald).";
    }

    private static string Caption(GlmmFit fit) => $"{FitWords.Kind(fit)} of {fit.Specification.Response.Name}";
}
