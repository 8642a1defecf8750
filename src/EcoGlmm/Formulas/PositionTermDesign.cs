using EcoGlmm.Data;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas;

/// <summary>
/// A random term whose levels are positions in groups, ou(0 + time | g): rows at the same position of a group share an effect.
/// Coordinates are numbers, or, for structures in steps, the levels of a factor.
/// </summary>
internal sealed class PositionTermDesign : TermDesign
{
    private readonly Grouping _grouping;
    private readonly FormulaNode[] _nodes;
    private readonly string[]? _ordinals;
    private readonly string _title;
    private readonly Dictionary<Position, int> _levelOf;
    private readonly LevelPositions _positions;
    private readonly string[] _levels;
    private readonly int[] _trainingCodes;
    private readonly string[] _effects;
    private readonly CovarianceStructure _structure;

    private PositionTermDesign(LearningTerm term, Grouping grouping, FormulaNode[] nodes, string[]? ordinals, double[][] coordinates)
    {
        _grouping = grouping;
        _nodes = nodes;
        _ordinals = ordinals;
        _title = term.Title;
        var n = grouping.TrainingCodes.Length;
        var order = Enumerable.Range(0, n).ToArray();
        var keys = Array.ConvertAll(order, i => new Position(grouping.TrainingCodes[i], coordinates[i]));
        Array.Sort(order, (a, b) => keys[a].CompareTo(keys[b]));
        _levelOf = new Dictionary<Position, int>(n);
        _trainingCodes = new int[n];
        var (groupOf, places) = (new List<int>(), new List<double[]>());
        foreach (var i in order)
        {
            if (!_levelOf.TryGetValue(keys[i], out var level))
            {
                _levelOf.Add(keys[i], level = places.Count);
                groupOf.Add(keys[i].Group);
                places.Add(coordinates[i]);
            }
            _trainingCodes[i] = level;
        }

        var labels = Array.ConvertAll(nodes, node => node is NameNode column ? column.Name : node.ToString());
        _effects = [string.Join(", ", labels)];
        string NameOf(double[] place) => ordinals is not null
            ? labels[0] + ordinals[(int)place[0]]
            : place.Length == labels.Length
                ? string.Join(", ", labels.Zip(place, (label, value) => $"{label} {NumberText.Format(value)}"))
                : $"{labels[0]}({string.Join(", ", place.Select(NumberText.Format))})";
        _positions = new LevelPositions(grouping.Levels, [.. groupOf], [.. places.Select(NameOf)]);
        _levels = Grouping.IsAllRows(term.Syntax.Group)
            ? [.. _positions.Names]
            : [.. _positions.Names.Select((name, l) => $"{grouping.Levels[groupOf[l]]}: {name}")];
        _structure = term.Kind.Bind(new StructureRequest
        {
            Effects = _effects,
            LevelCount = places.Count,
            Positions = new TermPositions(_positions.GroupOf, [.. places], ordinals is not null),
            Arguments = term.Arguments(takesName: false).Numbers,
            Error = term.Error,
        });
    }

    public static PositionTermDesign Learn(LearningTerm term)
    {
        var (syntax, kind) = (term.Syntax, term.Kind);
        var terms = ModelTerms.Expand(term.Text, syntax.Effects, response: null, dotColumns: null);
        if (terms.HasIntercept || terms.Offsets.Count > 0 || terms.Terms.Count == 0 || terms.Terms.Any(t => t.Variables.Length != 1)
            || syntax.Uncorrelated)
        {
            throw term.Error($"{kind.Name}() takes the coordinates alone on the left of its bar",
                $"It is written {kind.Describe}; the group is 1 where all rows are of one.");
        }
        FormulaNode[] nodes = [.. terms.Terms.Select(t => terms.Variables[t.Variables[0]])];
        var grouping = term.GroupingOf(syntax.Group);
        string[]? ordinals = null;
        if (kind.IsRegular && nodes.Length == 1 && term.Evaluator.Evaluate(nodes[0]) is FactorValue factor && Parsed(factor.Levels) is null)
        {
            VariableCoding.RequireCodes(term.Evaluator, nodes[0], factor);
            ordinals = factor.Levels;
        }
        var coordinates = Coordinates(term.Evaluator, nodes, ordinals, kind.Name, new bool[term.Evaluator.RowCount]);
        for (var row = 0; row < coordinates.Length; row++)
        {
            if (!Array.TrueForAll(coordinates[row], double.IsFinite))
            {
                throw term.Error($"A coordinate of {kind.Name}() is not finite in row {term.Evaluator.Context.RowNumber(row)}",
                    "Make the value missing, or leave the row out with Where.");
            }
        }
        var dimensions = coordinates.Length == 0 ? nodes.Length : coordinates[0].Length;
        if (kind.Dimensions > 0 && dimensions != kind.Dimensions)
        {
            throw term.Error($"{kind.Name}() takes {(kind.Dimensions == 1 ? "one coordinate" : $"{kind.Dimensions} coordinates")}, not "
                + $"{dimensions}",
                $"It is written {kind.Describe}.");
        }
        return new PositionTermDesign(term, grouping, nodes, ordinals, coordinates);
    }

    /// <inheritdoc/>
    public override GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var codes = _trainingCodes;
        LevelKey?[]? fresh = null;
        if (anyLevel)
        {
            codes = Grouping.NoLevels(n);
        }
        else if (!evaluator.Context.Training)
        {
            var groups = _grouping.Codes(evaluator, missing);
            var places = Coordinates(evaluator, _nodes, _ordinals, _structure.Name, missing);
            codes = new int[n];
            fresh = new LevelKey?[n];
            for (var row = 0; row < n; row++)
            {
                codes[row] = missing[row] ? -1 : _levelOf.GetValueOrDefault(new Position(groups[row], places[row]), -1);
                if (codes[row] < 0 && !missing[row])
                    fresh[row] = new LevelKey(groups[row], places[row], null);
            }
        }
        return new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = _effects,
            Structure = _structure,
            Title = _title,
            Z = Ones(n),
            Codes = codes,
            Levels = _levels,
            Positions = _positions,
            NewLevels = fresh,
        };
    }

    private static double[][] Coordinates(Evaluator evaluator, FormulaNode[] nodes, string[]? ordinals, string structure, bool[] missing)
    {
        var n = evaluator.RowCount;
        var columns = new List<double[]>();
        foreach (var node in nodes)
        {
            if (ordinals is not null)
            {
                columns.Add(Ordinals(evaluator, node, ordinals, missing));
                continue;
            }
            switch (evaluator.Evaluate(node))
            {
                case MatrixValue matrix:
                    columns.AddRange(matrix.Columns);
                    break;
                case FactorValue factor when Parsed(factor.Levels) is { } parsed:
                    for (var k = 0; k < parsed[0].Length; k++)
                        columns.Add(Array.ConvertAll(factor.Codes, code => code < 0 ? double.NaN : parsed[code][k]));
                    break;
                default:
                    columns.Add(evaluator.Numbers(node, $"a coordinate of {structure}()"));
                    break;
            }
        }
        var result = new double[n][];
        for (var row = 0; row < n; row++)
        {
            result[row] = [.. columns.Select(c => c[row])];
            missing[row] |= result[row].Any(double.IsNaN);
        }
        return result;
    }

    private static double[] Ordinals(Evaluator evaluator, FormulaNode node, string[] ordinals, bool[] missing)
    {
        var factor = evaluator.Factor(node, "an occasion");
        var map = Array.ConvertAll(factor.Levels, level => Array.IndexOf(ordinals, level));
        var result = new double[factor.Codes.Length];
        for (var row = 0; row < result.Length; row++)
        {
            var code = factor.Codes[row];
            if (code >= 0 && map[code] < 0)
            {
                throw evaluator.Error(node, $"The occasion \"{factor.Levels[code]}\" of {node} was not among those of the fit, so that its "
                    + $"place in their order is not known",
                    "With numbers instead of a factor, ar1(0 + time | group), new times can be predicted.");
            }
            missing[row] |= code < 0;
            result[row] = code < 0 ? double.NaN : map[code];
        }
        return result;
    }

    /// <summary>The numbers in labels such as "(1.5,2)", which numFactor of R makes; null where they are none.</summary>
    private static double[][]? Parsed(string[] labels)
    {
        if (labels.Length == 0 || !Array.TrueForAll(labels, label => label.StartsWith('(') && label.EndsWith(')')))
            return null;
        var result = new double[labels.Length][];
        for (var k = 0; k < labels.Length; k++)
        {
            var parts = labels[k][1..^1].Split(',');
            result[k] = new double[parts.Length];
            for (var c = 0; c < parts.Length; c++)
            {
                if (!double.TryParse(parts[c], System.Globalization.CultureInfo.InvariantCulture, out result[k][c]))
                    return null;
            }
            if (parts.Length != result[0].Length)
                return null;
        }
        return result;
    }

    /// <summary>A group and coordinates in it.</summary>
    private readonly struct Position(int group, double[] coordinates) : IEquatable<Position>, IComparable<Position>
    {
        public int Group { get; } = group;

        private readonly double[] _coordinates = coordinates;

        public int CompareTo(Position other)
        {
            var order = Group.CompareTo(other.Group);
            for (var k = 0; k < _coordinates.Length && order == 0; k++)
                order = _coordinates[k].CompareTo(other._coordinates[k]);
            return order;
        }

        public bool Equals(Position other) => Group == other.Group && _coordinates.AsSpan().SequenceEqual(other._coordinates);

        public override bool Equals(object? obj) => obj is Position other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Group);
            foreach (var value in _coordinates) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
