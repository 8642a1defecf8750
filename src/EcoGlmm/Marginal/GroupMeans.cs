using EcoGlmm.Estimation;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>Means within groups of the columns of a model matrix that vary both within and between them, as new columns of the
/// data.</summary>
internal sealed class GroupMeans
{
    /// <summary>A spread smaller than this share of a column's own is rounding.</summary>
    private const double Rounding = 1e-8;
    private const string Prefix = "mean.within.group.";
    private readonly GlmmFit _fit;
    private readonly List<double[]> _values = [];

    /// <param name="fit">The fit.</param>
    /// <param name="group">A grouping factor of the conditional part; the first when null.</param>
    /// <exception cref="GlmmException">The conditional part has no such factor.</exception>
    public GroupMeans(GlmmFit fit, string? group)
    {
        _fit = fit;
        var terms = fit.Estimate.Model.Terms.Where(t => !t.IsCurve && t.Part == ModelPart.Conditional
            && t.Levels.Count < fit.ObservationCount).ToArray();
        if (terms.Length == 0)
            throw new GlmmException("The model has no grouping factor with several rows a level, so that there is nothing within and "
                + "between.");
        var term = group is null ? terms[0] : Array.Find(terms, t => t.Group == group)
            ?? throw new GlmmException($"\"{group}\" is not a grouping factor of the conditional part with several rows a level; these are "
                + $"{Names.List([.. terms.Select(t => t.Group).Distinct()])}.");
        Group = term.Group;
        var design = fit.Specification.Conditional;
        var training = design.Training;
        var n = training.RowCount;
        var at = -1;
        for (var j = 0; j < training.ColumnNames.Length; j++)
        {
            if (training.Aliased[j]) continue;
            at++;
            if (design.Assign[j] <= 0 || design.TermLabels[design.Assign[j] - 1].Contains(':', StringComparison.Ordinal)) continue;
            var x = training.X.AsSpan(at * n, n).ToArray();
            if (Mean(x, term.Codes, term.Levels.Count) is not { } mean) continue;
            Columns.Add((training.ColumnNames[j], Prefix + (Columns.Count + 1)));
            _values.Add(mean);
        }
    }

    /// <summary>The grouping factor.</summary>
    public string Group { get; }

    /// <summary>Coefficients, and the name of the column with the group's mean of each.</summary>
    public List<(string Name, string Added)> Columns { get; } = [];

    /// <summary>Fits the model with all of them added.</summary>
    public GlmmFit Fit()
    {
        var data = _fit.Data;
        for (var k = 0; k < Columns.Count; k++)
        {
            var whole = new double[data.RowCount];
            Array.Fill(whole, double.NaN);
            for (var i = 0; i < _values[k].Length; i++) whole[_fit.Specification.Rows[i]] = _values[k][i];
            data = data.With(Columns[k].Added, whole);
        }

        var formula = _fit.Specification.Formula.Update(". ~ . + " + string.Join(" + ", Columns.Select(c => c.Added))).ToString();
        return Glmm.Fit(formula, data, _fit.Family, _fit.Options);
    }

    /// <summary>The mean of each row's group; null where there is no variation within, or none between.</summary>
    private static double[]? Mean(double[] x, int[] codes, int levels)
    {
        var (sum, count) = (new double[levels], new int[levels]);
        for (var i = 0; i < x.Length; i++)
        {
            sum[codes[i]] += x[i];
            count[codes[i]]++;
        }

        var mean = Array.ConvertAll(codes, c => sum[c] / count[c]);
        var spread = x.Max() - x.Min();
        var within = x.Zip(mean, (a, b) => Math.Abs(a - b)).Max();
        return within > Rounding * spread && mean.Max() - mean.Min() > Rounding * spread ? mean : null;
    }
}
