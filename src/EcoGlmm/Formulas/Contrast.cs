using System.Globalization;
using EcoGlmm.Text;

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

    /// <summary>Linear, quadratic, cubic … trends over equally spaced levels, orthonormal: contr.poly.</summary>
    public static readonly Contrast Polynomial = new("poly");

    private readonly string _name;

    private Contrast(string name) => _name = name;

    /// <exception cref="GlmmException">There is no such contrast.</exception>
    public static Contrast Parse(string name, string column)
    {
        Contrast[] known = [Treatment, Sum, Helmert, Polynomial];
        var wanted = name.StartsWith("contr.", StringComparison.Ordinal) ? name["contr.".Length..] : name;
        return Array.Find(known, contrast => contrast._name == wanted)
               ?? throw new GlmmException($"There are no contrasts called \"{name}\" (given for \"{column}\")"
                   + NearestName.Suggestion(wanted, known.Select(contrast => contrast._name))
                   + $" The contrasts are {Names.List(Array.ConvertAll(known, contrast => contrast._name))}.");
    }

    public string[] Labels(string[] levels)
    {
        if (this == Treatment) return levels[1..];
        string Label(int i) => this != Polynomial ? i.ToString(CultureInfo.InvariantCulture)
            : i switch { 1 => ".L", 2 => ".Q", 3 => ".C", _ => string.Create(CultureInfo.InvariantCulture, $"^{i}") };
        return [.. Enumerable.Range(1, levels.Length - 1).Select(Label)];
    }

    /// <param name="index">The level of each row, or <see cref="CodedVariable.Missing"/>.</param>
    /// <param name="levelCount">The number of levels.</param>
    public CodedVariable Encode(int[] index, int levelCount)
    {
        // Without the first level, whose index becomes "none"; a missing one stays.
        if (this == Treatment)
            return new CodedVariable(levelCount - 1, Array.ConvertAll(index, i => i < 0 ? i : i - 1), null);
        var columns = new double[levelCount - 1][];
        var trends = this == Polynomial ? Trends(levelCount) : null;
        for (var j = 0; j < columns.Length; j++)
        {
            var weights = new double[levelCount];
            for (var level = 0; level < levelCount; level++)
                weights[level] = trends?[j][level] ?? Weight(level, j, levelCount);
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

    /// <summary>
    /// Polynomials of degree 1 to k − 1 over 1 … k, orthonormal and with a positive leading coefficient, each from the one before
    /// times the score.
    /// </summary>
    private static double[][] Trends(int levelCount)
    {
        var basis = new List<double[]> { Enumerable.Repeat(1 / Math.Sqrt(levelCount), levelCount).ToArray() };
        while (basis.Count < levelCount)
        {
            var next = basis[^1].Select((value, level) => value * (level - ((levelCount - 1) / 2.0))).ToArray();
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var earlier in basis)
                {
                    var dot = earlier.Zip(next, (a, b) => a * b).Sum();
                    for (var level = 0; level < levelCount; level++) next[level] -= dot * earlier[level];
                }
            }

            var norm = Math.Sqrt(next.Sum(value => value * value));
            basis.Add(Array.ConvertAll(next, value => value / norm));
        }

        return [.. basis.Skip(1)];
    }
}
