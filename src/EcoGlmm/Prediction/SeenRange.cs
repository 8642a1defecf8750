using EcoGlmm.Data;
using EcoGlmm.Formulas;
using EcoGlmm.Text;

namespace EcoGlmm.Prediction;

/// <summary>Which rows go beyond the data that a model was fitted to.</summary>
/// <param name="Rows">By row, whether it does.</param>
/// <param name="Sentences">What goes beyond, one sentence for each variable or pair of factors.</param>
internal sealed record Extrapolation(bool[] Rows, IReadOnlyList<string> Sentences)
{
    public static Extrapolation None(int rows) => new(new bool[rows], []);
}

/// <summary>
/// What a model has seen of the columns of its fixed effects: the range of each number, and which levels of two factors stood in the same
/// row. A prediction outside is an extrapolation, whose interval knows of no error in the shape of the model.
/// </summary>
internal sealed class SeenRange
{
    /// <summary>Ends of a range are widened by this share of it, for numbers that were computed in another way.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Factors of more levels name individuals rather than conditions.</summary>
    private const int MostLevels = 50;

    private readonly List<(string Name, double Low, double High)> _ranges = [];
    private readonly List<(string First, string Second, HashSet<(string, string)> Pairs)> _pairs = [];

    /// <param name="parts">The parts of the model whose predictions are asked for.</param>
    /// <param name="data">The rows that the model was fitted to.</param>
    public SeenRange(IEnumerable<PartDesign> parts, FieldData data)
    {
        var factors = new List<string>();
        foreach (var name in parts.SelectMany(part => part.CovariateNames).Distinct())
        {
            if (data.Column(name) is NumericColumn numeric)
            {
                double[] values = [.. numeric.Values.Where(double.IsFinite)];
                if (values.Length == 0) continue;
                var (low, high) = (values.Min(), values.Max());
                var slack = Tolerance * Math.Max(high - low, Math.Abs(high));
                _ranges.Add((name, low - slack, high + slack));
            }
            else if (data.Texts(name).Distinct().Take(MostLevels + 1).Count() <= MostLevels)
            {
                factors.Add(name);
            }
        }

        for (var i = 0; i < factors.Count; i++)
        {
            for (var j = i + 1; j < factors.Count; j++)
            {
                var pairs = data.Texts(factors[i]).Zip(data.Texts(factors[j])).Where(p => p.First is not null && p.Second is not null);
                _pairs.Add((factors[i], factors[j], [.. pairs.Select(p => (p.First!, p.Second!))]));
            }
        }
    }

    /// <summary>Rows with a value beyond the range that was seen, or with two levels that never stood together.</summary>
    public Extrapolation Beyond(FieldData rows)
    {
        var beyond = new bool[rows.RowCount];
        var sentences = new List<string>();
        foreach (var (name, low, high) in _ranges)
        {
            if (!rows.TryGetColumn(name, out var column) || column is not NumericColumn numeric) continue;
            var count = Mark(beyond, row => numeric.Values[row] < low || numeric.Values[row] > high);
            if (count > 0)
            {
                sentences.Add($"{name} was seen from {NumberFormat.Significant(low)} to {NumberFormat.Significant(high)}, "
                    + $"{NumberFormat.Count(count, "row")} beyond");
            }
        }

        foreach (var (first, second, pairs) in _pairs)
        {
            if (!rows.TryGetColumn(first, out _) || !rows.TryGetColumn(second, out _)) continue;
            string?[] a = rows.Texts(first), b = rows.Texts(second);
            var unseen = new HashSet<(string, string)>();
            var count = Mark(beyond, row => a[row] is { } x && b[row] is { } y && !pairs.Contains((x, y)) && (unseen.Add((x, y)) || true));
            if (count > 0)
            {
                var (x, y) = unseen.First();
                sentences.Add($"{first} {x} and {second} {y}{(unseen.Count > 1 ? " among others" : "")} never stood together, "
                    + NumberFormat.Count(count, "row"));
            }
        }

        return new Extrapolation(beyond, sentences);
    }

    private static int Mark(bool[] beyond, Func<int, bool> isBeyond)
    {
        var count = 0;
        for (var row = 0; row < beyond.Length; row++)
        {
            if (!isBeyond(row)) continue;
            beyond[row] = true;
            count++;
        }

        return count;
    }
}
