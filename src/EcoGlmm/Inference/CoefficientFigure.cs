using EcoGlmm.Charts;
using EcoGlmm.Model;
using EcoGlmm.Text;

namespace EcoGlmm.Inference;

/// <summary>Coefficients of one model or of several, a panel for each part of a model.</summary>
internal static class CoefficientFigure
{
    public static Figure Draw(IReadOnlyList<(string? Name, GlmmFit Fit)> models, bool exponentiate, bool intercept, double level)
    {
        CoverageLevel.Checked(level);
        var tables = models.Select(m => m.Fit.ConfidenceIntervals(IntervalMethod.Wald, level)).ToArray();
        ModelPart[] parts = [.. models.SelectMany(m => FitWords.Parts(m.Fit).Select(p => p.Part)).Distinct().Order()];
        var percent = NumberFormat.Significant(100 * level);
        var panels = new List<Panel>();
        var most = 0;
        foreach (var part in parts)
        {
            string[] rows = [.. tables.SelectMany(t => t.Where(i => i.Part == part && double.IsFinite(i.Lower)
                && (intercept || i.Name != Intercept.Name))
                .Select(i => i.Name)).Distinct()];
            if (rows.Length == 0)
                continue;
            most = Math.Max(most, rows.Length);
            string?[] ratio = [.. models.Select(m => FitWords.RatioName(m.Fit.Family, part)).Distinct()];
            if (exponentiate && ratio.Contains(null))
            {
                var family = models.First(m => FitWords.RatioName(m.Fit.Family, part) is null).Fit.Family.Link.Name;
                throw new GlmmException($"The exponential of a coefficient has no meaning with the {family} link. Leave exponentiate out.");
            }

            var series = models.Select((m, k) => Series(m.Name, rows, tables[k].Where(i => i.Part == part), exponentiate));
            var scale = part switch
            {
                ModelPart.Conditional => string.Join(" or ", models.Select(m => m.Fit.Family.Link.Name).Distinct()),
                ModelPart.ZeroInflation => Link.Logit.Name,
                _ => Link.Log.Name,
            };
            var title = ModelPartNames.InSentence(part);
            panels.Add(IntervalPanel.Of(parts.Length == 1 ? null : Names.Capitalised(title), rows, [.. series], exponentiate
                ? new Axis($"{string.Join(" or ", ratio)}, {percent} % interval") { Scale = AxisScale.Log }
                : new Axis($"Coefficient ({scale} scale), {percent} % interval"), exponentiate ? 1 : 0));
        }

        if (panels.Count == 0)
            throw new GlmmException($"There is no coefficient to draw{(intercept ? "" : " beside the intercept: take intercept: true")}.");
        var unsure = models.Where(m => !m.Fit.Convergence.IsConverged).Select(m => m.Name ?? "The fit").ToArray();
        return new Figure("Coefficients", panels)
        {
            Subtitle = unsure.Length > 0 ? $"{string.Join(", ", unsure)} DID NOT CONVERGE"
                : models.Count == 1 ? models[0].Fit.Specification.Formula.ToString() : "Standard errors as in each model's summary",
            PanelHeight = IntervalPanel.Height(most, models.Count),
            Columns = panels.Count > 1 ? 2 : 1,
        };
    }

    /// <summary>A chart of intervals that have been made already: a panel for the coefficients of each part and for each other
    /// kind.</summary>
    public static Figure Draw(IntervalTable intervals)
    {
        var groups = intervals.Where(i => double.IsFinite(i.Estimate) && i.Name != Intercept.Name)
            .GroupBy(i => Title(i)).OrderBy(g => g.First().Kind).ThenBy(g => g.First().Part).ToArray();
        if (groups.Length == 0)
            throw new GlmmException("There is no interval to draw beside the intercept's.");
        var axis = $"{NumberFormat.Significant(100 * intervals.Level)} % interval";
        return new Figure("Confidence intervals", [.. groups.Select(group => IntervalPanel.Of(groups.Length == 1 ? null : group.Key,
            [.. group.Select(i => i.Name)], [new IntervalSeries(null, [.. group.Select(i => i.Estimate)], [.. group.Select(i => i.Lower)],
                [.. group.Select(i => i.Upper)])],
            new Axis(axis), 0))])
        {
            Subtitle = intervals.Any(i => i.Name == Intercept.Name) ? "Intercepts, on another scale than effects, are left out" : null,
            PanelHeight = IntervalPanel.Height(groups.Max(p => p.Count()), 1),
            Columns = groups.Length > 1 ? 2 : 1,
        };
    }

    private static string Title(Interval interval) => interval.Kind switch
    {
        ParameterKind.StandardDeviation => "Standard deviations of random effects",
        ParameterKind.Correlation => "Correlations",
        ParameterKind.Dispersion => "Dispersion",
        ParameterKind.Covariance or ParameterKind.Family => "Other parameters",
        _ => Names.Capitalised(ModelPartNames.InSentence(interval.Part)),
    };

    private static IntervalSeries Series(string? name, string[] rows, IEnumerable<Interval> intervals, bool exponentiate)
    {
        var byName = intervals.ToDictionary(i => i.Name);
        double[] Column(Func<Interval, double> value) => Array.ConvertAll(rows, r => !byName.TryGetValue(r, out var interval) ? double.NaN
            : exponentiate ? Math.Exp(value(interval)) : value(interval));
        return new IntervalSeries(name, Column(i => i.Estimate), Column(i => i.Lower), Column(i => i.Upper));
    }
}
