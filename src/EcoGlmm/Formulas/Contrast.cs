using System.Globalization;
using EcoGlmm.Data;

namespace EcoGlmm.Formulas;

/// <summary>A coding of a factor of k levels in k − 1 columns, with R's definitions and labels.</summary>
internal sealed class Contrast
{
    /// <summary>Indicators of all levels but the first: contr.treatment.</summary>
    public static readonly Contrast Treatment = new("treatment");

    /// <summary>Deviations from the mean of all levels, the last being minus the sum of the others: contr.sum.</summary>
    public static readonly Contrast Sum = new("sum");

    /// <summary>Each level against the mean of those before it: contr.helmert.</summary>
    public static readonly Contrast Helmert = new("helmert");

    private readonly string _name;

    private Contrast(string name) => _name = name;

    /// <exception cref="GlmmException">There is no such contrast.</exception>
    public static Contrast Parse(string name, string column)
    {
        Contrast[] known = [Treatment, Sum, Helmert];
        var wanted = name.StartsWith("contr.", StringComparison.Ordinal) ? name["contr.".Length..] : name;
        return Array.Find(known, contrast => contrast._name == wanted)
               ?? throw new GlmmException($"There are no contrasts called \"{name}\" (given for \"{column}\")"
                   + NearestName.Suggestion(wanted, known.Select(contrast => contrast._name))
                   + $" The contrasts are {Names.List(Array.ConvertAll(known, contrast => contrast._name))}.");
    }

    public string[] Labels(string[] levels) => this == Treatment
        ? levels[1..]
        : [.. Enumerable.Range(1, levels.Length - 1).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    /// <param name="index">The level of each row, or <see cref="CodedVariable.Missing"/>.</param>
    /// <param name="levelCount">The number of levels.</param>
    public CodedVariable Encode(int[] index, int levelCount)
    {
        // Without the first level, whose index becomes "none"; a missing one stays.
        if (this == Treatment)
            return new CodedVariable(levelCount - 1, Array.ConvertAll(index, i => i < 0 ? i : i - 1), null);
        var columns = new double[levelCount - 1][];
        for (var j = 0; j < columns.Length; j++)
        {
            var weights = new double[levelCount];
            for (var level = 0; level < levelCount; level++)
                weights[level] = Weight(level, j, levelCount);
            columns[j] = Array.ConvertAll(index, i => i < 0 ? double.NaN : weights[i]);
        }
        return new CodedVariable(columns.Length, null, columns);
    }

    private double Weight(int level, int column, int levelCount)
    {
        if (this == Sum)
            return level == column ? 1 : level == levelCount - 1 ? -1 : 0;
        return level <= column ? -1 : level == column + 1 ? column + 1 : 0;
    }
}
