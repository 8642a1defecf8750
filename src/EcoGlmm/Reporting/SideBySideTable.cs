using EcoGlmm.Model;

namespace EcoGlmm.Reporting;

/// <summary>The table of several models side by side: a row for each parameter that any of them has, a column for each model.</summary>
internal static class SideBySideTable
{
    public static PublicationTable Of(IReadOnlyList<(string Name, GlmmFit Fit)> models, ModelTableOptions options)
    {
        CoverageLevel.Checked(options.Level);
        if (models.Count == 0)
            throw new GlmmException("A table needs at least one model.");
        if (models.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new GlmmException($"Two models of the table are called \"{twice.Key}\"; give each a name of its own.");
        var numbers = new StyledNumbers(options.Numbers);
        var intervals = models.Select(m => m.Fit.ConfidenceIntervals(IntervalMethod.Wald, options.Level)).ToList();
        List<PublicationSection> sections = [];
        foreach (var part in Enum.GetValues<ModelPart>())
        {
            var tables = models.Select(m => ModelRows.Parts(m.Fit).FirstOrDefault(p => p.Part == part).Coefficients ?? []).ToList();
            var names = InOrder(tables.Select(t => t.Select(c => c.Name)));
            if (names.Length == 0)
                continue;
            var first = models[tables.FindIndex(t => t.Count > 0)].Fit;
            sections.Add(new PublicationSection(ModelRows.PartTitle(first, part), [.. names.Select(name => (IReadOnlyList<string>)
                [ModelRows.Label(options, name), .. models.Select((m, i) => tables[i].FirstOrDefault(c => c.Name == name) is { } c
                    ? Cell(m.Fit, intervals[i], part, c) : "")])]));
        }

        if (options.RandomEffects)
            Values("Random effects and dispersion", f => ModelRows.Variances(f, options));
        if (options.Summary)
            Values("Model", f => ModelRows.Summary(f, options));
        IReadOnlyList<PublicationColumn> columns = [new("", false), .. models.Select(m => new PublicationColumn(m.Name, true))];
        return new PublicationTable(options.Caption ?? Caption(models), columns, sections, [.. Notes(models, options)]);

        void Values(string title, Func<GlmmFit, IEnumerable<(string Name, string Value)>> rows)
        {
            var values = models.Select(m => rows(m.Fit).GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.First().Value)).ToList();
            var names = InOrder(values.Select(v => v.Keys));
            if (names.Length > 0)
            {
                sections.Add(new PublicationSection(title, [.. names.Select(name => (IReadOnlyList<string>)
                    [name, .. values.Select(v => numbers.Restyle(v.GetValueOrDefault(name, "")))])]));
            }
        }

        string Cell(GlmmFit fit, IntervalTable own, ModelPart part, Coefficient c)
        {
            if (double.IsNaN(c.Estimate))
                return "dropped";
            if (c.IsFixed)
                return $"{numbers.Significant(c.Estimate, 4)} (fixed)";
            var decimals = numbers.Decimals(c.StandardError);
            var interval = own[part, c.Name];
            if (options.Exponentiate && ModelRows.Ratio(fit, part) is not null)
            {
                var (ratio, ends) = numbers.Ratio(Math.Exp(c.Estimate), Math.Exp(interval.Lower), Math.Exp(interval.Upper));
                return $"{ratio} ({ends})";
            }

            var behind = options.Beside.HasFlag(ModelTableColumns.Interval)
                ? numbers.Interval(interval.Lower, interval.Upper, decimals)
                : numbers.Fixed(c.StandardError, decimals);
            return $"{numbers.Fixed(c.Estimate, decimals)} ({behind})";
        }
    }

    /// <summary>Each name once, where the first list that has it puts it among the others.</summary>
    private static string[] InOrder(IEnumerable<IEnumerable<string>> lists)
    {
        List<string> all = [];
        foreach (var list in lists)
        {
            var at = 0;
            foreach (var name in list)
            {
                var known = all.IndexOf(name);
                if (known < 0)
                    all.Insert(Math.Min(at, all.Count), name);
                at = (known < 0 ? Math.Min(at, all.Count - 1) : known) + 1;
            }
        }

        return [.. all];
    }

    private static string Caption(IReadOnlyList<(string Name, GlmmFit Fit)> models)
    {
        string[] responses = [.. models.Select(m => m.Fit.Specification.Response.Name).Distinct()];
        return $"Models of {string.Join(", ", responses)}";
    }

    private static IEnumerable<string> Notes(IReadOnlyList<(string Name, GlmmFit Fit)> models, ModelTableOptions options)
    {
        foreach (var (name, fit) in models)
        {
            var converged = fit.Convergence.IsConverged ? "" : " IT DID NOT CONVERGE: its numbers must not be reported.";
            yield return $"{name}: {FitWords.Kind(fit)}, {fit.Family.Link.Name} link: {fit.Formula}.{converged}";
        }

        var percent = FormattableString.Invariant($"{100 * options.Level:0.##} %");
        yield return options.Exponentiate ? $"Exponentiated estimates with {percent} confidence intervals (Wald) in parentheses."
            : options.Beside.HasFlag(ModelTableColumns.Interval) ? $"Estimates with {percent} confidence intervals (Wald) in parentheses."
            : "Estimates with standard errors in parentheses.";
        if (models.Select(m => (m.Fit.ObservationCount, m.Fit.Options.Reml)).Distinct().Count() > 1)
            yield return "The models differ in their rows or in REML: their information criteria must not be compared.";
    }
}
