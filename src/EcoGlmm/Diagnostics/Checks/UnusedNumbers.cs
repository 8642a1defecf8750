using EcoGlmm.Data;
using MathNet.Numerics.Statistics;

namespace EcoGlmm.Diagnostics;

/// <summary>Columns of numbers that the model does not know: a predictor that was left out, an effort, a code of groups.</summary>
internal static class UnusedNumbers
{
    /// <summary>Columns looked at, at most: each makes every other test of the check a little less sharp.</summary>
    private const int Most = 10;

    /// <summary>With more rows than this whatever is left out is significant, and its tests take time.</summary>
    private const int MostRows = 20_000;

    /// <summary>A column whose ranks go with the response's like this is another form of it, such as its logarithm or a rate.</summary>
    private const double OfResponse = 0.8;

    /// <summary>One whose ranks are those of a variable of the model is that variable on another scale.</summary>
    private const double OfVariable = 0.999;

    /// <summary>Rows for each code of groups, at least.</summary>
    private const int FewestRowsPerCode = 3;

    /// <summary>The columns with the test of the residuals against each; codes, whole numbers that put rows together, by level.</summary>
    public static IEnumerable<(string Name, bool IsCode, TestResult Test)> Tests(GlmmFit fit, SimulatedResiduals residuals)
    {
        if (fit.ObservationCount > MostRows)
            yield break;
        string[] known = [.. Coordinates.In(fit.Data).SelectMany(c => new[] { c.X, c.Y }), .. fit.Specification.VariableNames,
            .. fit.Specification.Formula.Response?.Descend().OfType<Formulas.NameNode>().Select(n => n.Name) ?? [],
            .. fit.Options.Weights is { } weights ? new[] { weights } : []];
        var response = RankTransform.Apply([.. Enumerable.Range(0, fit.ObservationCount).Select(fit.Observed)]);
        double[][] variables = [.. fit.Data.Columns.OfType<NumericColumn>().Where(c => known.Contains(c.Name))
            .Select(c => RankTransform.Apply(Array.ConvertAll(fit.UsedRows, row => c.Values[row])))];
        var taken = 0;
        foreach (var column in fit.Data.Columns.OfType<NumericColumn>().Where(c => !known.Contains(c.Name) && !TimeCheck.IsTime(c)))
        {
            var values = Array.ConvertAll(fit.UsedRows, row => column.Values[row]);
            if (!Array.TrueForAll(values, double.IsFinite) || IsRowNumber(values))
                continue;
            var ranks = RankTransform.Apply(values);
            if (!(Math.Abs(Correlation.Pearson(ranks, response)) < OfResponse)
                || Array.Exists(variables, v => Math.Abs(Correlation.Pearson(ranks, v)) > OfVariable) || ++taken > Most)
                continue;
            var isCode = SimulatedResiduals.HasFewValues(values) || (Array.TrueForAll(values, v => v == Math.Round(v))
                && values.Distinct().Count() * FewestRowsPerCode <= values.Length);
            yield return (column.Name, isCode, DependentRows.AreIn(residuals)
                ? DependentRows.Pattern(residuals, column.Name, isCode ? Grouping.From(Grouping.AsText(values), values.Length)
                    : DependentRows.Along(values), isCode)
                : isCode ? PatternTest.Among(column.Name, Grouping.From(Grouping.AsText(values), values.Length), residuals.ScaledValues)
                : PatternTest.Along(column.Name, ranks, residuals.ScaledValues));
        }
    }

    /// <summary>Whether a column may be how much was looked at: hours, traps, area. Counts are in proportion to it.</summary>
    public static bool MayBeEffort(GlmmFit fit, string name) => fit.Family.Link == Link.Log && fit.Family.IsDiscrete
        && fit.Data.TryGetColumn(name, out var column) && column is NumericColumn numbers
        && Array.TrueForAll(fit.UsedRows, row => numbers.Values[row] > 0);

    private static bool IsRowNumber(double[] values)
    {
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] != values[i - 1] + 1)
                return false;
        }

        return true;
    }
}
