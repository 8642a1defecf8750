using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The tables of a fit's summary and card.</summary>
internal static class FitTables
{
    /// <summary>A heading that a narrow table does not tear apart.</summary>
    private const string Interval = "95\u00A0%\u00A0interval";

    /// <summary>R's legend of the marks of significance.</summary>
    public const string StarLegend = "Signif. codes: 0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1";

    /// <summary>Coefficients as R's summary prints them.</summary>
    /// <param name="table">The coefficients.</param>
    /// <param name="caption">The table's heading; null for none.</param>
    /// <param name="marks">Whether to mark significance with stars.</param>
    public static TableContent Summary(CoefficientTable table, string? caption, bool marks)
    {
        var numbers = new CoefficientNumbers(table, digits: 4);
        var content = new TableContent(caption).Text("").Number("Estimate").Number("Std. Error").Number("z value")
            .Number("Pr(>|z|)").Text("");
        for (var i = 0; i < table.Count; i++)
        {
            var c = table[i];
            content.Row(double.IsNaN(c.Estimate)
                ? [c.Name, "dropped", "", "", "", ""]
                : c.IsFixed ? [c.Name, NumberFormat.Significant(c.Estimate), "fixed", "", "", ""]
                : [c.Name, numbers.Text(i, c.Estimate), numbers.Text(i, c.StandardError), NumberFormat.Fixed(c.Statistic, 3),
                    CoefficientNumbers.PValue(c.PValue), marks ? NumberFormat.Stars(c.PValue) : ""]);
        }

        return content;
    }

    /// <summary>Coefficients with intervals and, where it means something, their exponentials.</summary>
    /// <param name="table">The coefficients.</param>
    /// <param name="caption">The table's heading; null for none.</param>
    /// <param name="ratio">What the exponential of a coefficient is called; null to leave it out.</param>
    public static TableContent Intervals(CoefficientTable table, string? caption, string? ratio)
    {
        var numbers = new CoefficientNumbers(table, digits: 3);
        var z = SpecialFunctions.NormalQuantile(0.975);
        var content = new TableContent(caption).Text("").Number("Estimate").Number("Std.\u00A0error").Number(Interval);
        if (ratio is not null) content.Number($"{ratio.Replace(' ', '\u00A0')} ({Interval})");
        content.Number("z").Number("p");
        for (var i = 0; i < table.Count; i++)
        {
            var c = table[i];
            var dropped = double.IsNaN(c.Estimate);
            List<string> cells = dropped
                ? [c.Name, "dropped", "", ""]
                : c.IsFixed ? [c.Name, NumberFormat.Significant(c.Estimate), "fixed", ""]
                : [c.Name, numbers.Text(i, c.Estimate), numbers.Text(i, c.StandardError), numbers.Interval(i, z * c.StandardError)];
            if (ratio is not null)
            {
                // The exponential of an intercept is a mean or odds, not a ratio of two.
                cells.Add(dropped || c.IsFixed || c.Name == Intercept.Name ? "" : CoefficientNumbers.Ratio(Math.Exp(c.Estimate),
                    Math.Exp(c.Estimate - (z * c.StandardError)), Math.Exp(c.Estimate + (z * c.StandardError))));
            }

            cells.AddRange(dropped || c.IsFixed ? ["", ""] : [NumberFormat.Fixed(c.Statistic, 2), NumberFormat.PValue(c.PValue)]);
            content.Row(cells);
        }

        return content;
    }

    /// <summary>Thresholds between ordered categories and other parameters of a family; there is nothing to test them against.</summary>
    /// <param name="table">The parameters.</param>
    /// <param name="caption">The table's heading; null for none.</param>
    public static TableContent FamilyParameters(CoefficientTable table, string? caption)
    {
        var numbers = new CoefficientNumbers(table, digits: 4);
        var content = new TableContent(caption).Text("").Number("Estimate").Number("Std. error");
        for (var i = 0; i < table.Count; i++)
            content.Row([table[i].Name, numbers.Text(i, table[i].Estimate), numbers.Text(i, table[i].StandardError)]);
        return content;
    }

    /// <summary>
    /// Variances, standard deviations and correlations as lme4 prints them: each effect's correlations stand in the order
    /// of the effects before it.
    /// </summary>
    /// <param name="components">Standard deviations and correlations.</param>
    /// <param name="caption">The table's heading; null for none.</param>
    /// <param name="residual">The residual standard deviation, if it is to be shown.</param>
    /// <param name="levels">The number of levels of a grouping factor; null to leave it out.</param>
    public static TableContent RandomEffects(
        IReadOnlyList<VarianceComponent> components, string? caption, double? residual, Func<string, int>? levels = null)
    {
        var effects = components.Where(c => c.Term2 is null).ToArray();
        var correlations = components.Any(c => c.Term2 is not null);
        var parts = components.Any(c => c.Part != ModelPart.Conditional);
        var content = new TableContent(caption).Text("Group").Text("Effect");
        if (levels is not null) content.Number("Levels");
        if (parts) content.Text("Part");
        content.Number("Variance").Number("Std. dev.");
        if (correlations) content.Text("Correlation");
        var deviations = effects.Select(e => e.StandardDeviation).Concat(residual is { } r ? [r] : []).ToArray();
        var sd = Cells(deviations);
        var variance = Cells([.. deviations.Select(s => s * s)]);
        for (var i = 0; i < deviations.Length; i++)
        {
            var e = i < effects.Length ? effects[i] : null;
            var repeated = e is not null && i > 0 && effects[i - 1].Group == e.Group && effects[i - 1].Part == e.Part;
            List<string> cells = e is null ? ["Residual", ""] : [repeated ? "" : e.Group, e.Term1];
            if (levels is not null) cells.Add(e is null || repeated ? "" : NumberFormat.Count(levels(e.Group)));
            if (parts) cells.Add(e is null ? "" : ModelPartNames.InTable(e.Part));
            cells.AddRange([variance[i], e?.IsFixed == true ? $"{sd[i]} (fixed)" : sd[i]]);
            if (correlations)
            {
                cells.Add(e is null ? "" : string.Join("  ", components
                    .Where(c => c.Term2 == e.Term1 && c.Group == e.Group && c.Part == e.Part)
                    .Select(c => NumberFormat.Fixed(c.Correlation, 2) + (c.IsFixed ? " (fixed)" : ""))));
            }

            content.Row(cells);
        }

        return content;
    }

    /// <summary>Like R, but a variance that is zero up to rounding does not force the whole column into many decimals.</summary>
    private static string[] Cells(double[] values)
    {
        var largest = values.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        return NumberFormat.Column([.. values.Select(v => v < 1e-6 * largest || v < 1e-10 ? 0 : v)]);
    }
}
