using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm.Marginal;

/// <summary>
/// What an effect chart has a curve or a panel each for: the levels of a factor, or a covariate at its mean and a standard deviation
/// below and above.
/// </summary>
internal sealed class EffectGroups
{
    private readonly int[]? _ofRow;

    private EffectGroups() => (Points, Labels) = (new NumericColumn("", [0]), [""]);

    public EffectGroups(GridVariable variable, EffectOptions options)
    {
        Variable = variable;
        if (variable.PointOfRow is { } points)
        {
            Points = variable.Points;
            Labels = [.. Enumerable.Range(0, Points.Length).Select(i => options.LabelOf(variable.Label(i)))];
            _ofRow = points;
            return;
        }

        var values = ColumnConversion.Numbers(variable.Training);
        var mean = values.Average();
        var sd = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        double[] centres = [mean - sd, mean, mean + sd];
        Points = new NumericColumn(variable.Name, centres);
        Labels = Array.ConvertAll(centres, v => "= " + NumberFormat.Significant(v, 3));
        _ofRow = Array.ConvertAll(values, v => Enumerable.Range(0, centres.Length).MinBy(g => Math.Abs(centres[g] - v)));
    }

    /// <summary>No variable: all rows together.</summary>
    public static EffectGroups One { get; } = new();

    public GridVariable? Variable { get; }

    public string Name => Variable?.Name ?? "";

    public bool IsOne => Variable is null;

    public bool IsFactor => Variable?.PointOfRow is not null;

    /// <summary>The value of each group.</summary>
    public FieldColumn Points { get; }

    /// <summary>What each is called.</summary>
    public string[] Labels { get; }

    public int Count => Labels.Length;

    /// <summary>The group of a row of the fit, of a covariate the nearest.</summary>
    public int Of(int row) => _ofRow?[row] ?? 0;
}
