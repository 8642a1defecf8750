using EcoGlmm.Data;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>
/// A random term whose levels are the nodes of a mesh in each group, spde(0 + x + y | g): a row has the field at its place, the
/// weighted mean of the corners of its triangle.
/// </summary>
internal sealed class MeshTermDesign : TermDesign
{
    private const string FollowArgument = "follow";

    private readonly Grouping _grouping;
    private readonly FormulaNode _x;
    private readonly FormulaNode _y;
    private readonly FormulaNode _group;
    private readonly Mesh _mesh;
    private readonly MaternField _field;
    private readonly int[] _order;
    private readonly Func<string, double>? _timeOf;
    private readonly string _title;
    private readonly string[] _effects;
    private readonly string[] _levels;
    private readonly LevelPositions _positions;
    private readonly CovarianceStructure _structure;
    private readonly TermEntries _training;

    private MeshTermDesign(LearningTerm term, Grouping grouping, FormulaNode x, FormulaNode y, Mesh mesh, (double X, double Y)[] places,
        string? follow)
    {
        (_grouping, _x, _y, _group, _mesh) = (grouping, x, y, term.Syntax.Group, mesh);
        _field = new MaternField(mesh);
        _title = term.Title;
        _effects = [$"{x}, {y}"];
        _order = [.. Enumerable.Range(0, grouping.Levels.Length)];
        MarkovChain? chain = null;
        if (follow is not null)
        {
            var times = Times(term, grouping);
            _timeOf = times.Of;
            var sorted = _order.OrderBy(g => times.Of(grouping.Levels[g])).ToArray();
            for (var t = 0; t < sorted.Length; t++) _order[sorted[t]] = t;
            chain = Chain(term, follow, [.. sorted.Select(g => times.Of(grouping.Levels[g]))], times.AreOrdinal);
        }

        var (m, groups) = (mesh.NodeCount, grouping.Levels.Length);
        var count = checked(m * groups);
        var names = new string[groups];
        for (var g = 0; g < groups; g++) names[_order[g]] = grouping.Levels[g];
        string[] nodes = [.. mesh.Nodes.Select(n => $"{x} {NumberText.Format(n.X)}, {y} {NumberText.Format(n.Y)}")];
        _positions = new LevelPositions(names, [.. Enumerable.Range(0, count).Select(l => l / m)], [.. Enumerable.Range(0, count)
            .Select(l => nodes[l % m])]);
        _levels = Grouping.IsAllRows(_group) ? [.. _positions.Names] : [.. _positions.Names.Select((name, l) => $"{names[l / m]}: {name}")];
        _structure = term.Kind.Bind(new StructureRequest { Effects = _effects, LevelCount = count, Field = _field, Chain = chain,
            Error = term.Error });
        _training = TermEntries.Of([.. places.Select((p, row) => AtPlace(p.X, p.Y, grouping.TrainingCodes[row]))]);
        for (var row = 0; row < places.Length; row++)
        {
            if (_training.Starts[row + 1] == _training.Starts[row])
            {
                throw term.Error($"Row {term.Evaluator.Context.RowNumber(row)} lies outside the mesh, at "
                    + $"{NumberText.Format(places[row].X)}, {NumberText.Format(places[row].Y)}",
                    "Make the mesh from all rows, or reach further with Extension in its MeshOptions.");
            }
        }
    }

    public static MeshTermDesign Learn(LearningTerm term)
    {
        var syntax = term.Syntax;
        var terms = ModelTerms.Expand(term.Text, syntax.Effects, response: null, dotColumns: null);
        if (terms.HasIntercept || terms.Offsets.Count > 0 || terms.Terms.Count != 2 || terms.Terms.Any(t => t.Variables.Length != 1)
            || syntax.Uncorrelated)
        {
            throw term.Error("spde() takes two coordinates alone on the left of its bar",
                $"It is written {term.Kind.Describe}; the group is 1 where all rows are of one field.");
        }

        var (x, y) = (terms.Variables[terms.Terms[0].Variables[0]], terms.Variables[terms.Terms[1].Variables[0]]);
        var (name, follow) = Arguments(term);
        var (xs, ys) = (term.Evaluator.Numbers(x, "a coordinate of spde()"), term.Evaluator.Numbers(y, "a coordinate of spde()"));
        var row = Enumerable.Range(0, xs.Length).FirstOrDefault(i => !double.IsFinite(xs[i]) || !double.IsFinite(ys[i]), -1);
        if (row >= 0)
        {
            throw term.Error($"A coordinate of spde() is not finite in row {term.Evaluator.Context.RowNumber(row)}",
                "Make the value missing, or leave the row out with Where.");
        }

        RefuseDegrees(term, x, y, xs, ys);
        (double X, double Y)[] places = [.. xs.Zip(ys)];
        var grouping = term.GroupingOf(syntax.Group);
        return new MeshTermDesign(term, grouping, x, y, MeshOf(term, name, places, follow is null ? 1 : grouping.Levels.Length), places,
            follow);
    }

    /// <inheritdoc/>
    public override GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var entries = _training;
        double[]? unknown = null;
        LevelKey?[]? fresh = null;
        if (anyLevel)
        {
            entries = TermEntries.Of(Enumerable.Repeat<IReadOnlyList<(int, double)>>([], n).ToArray());
            unknown = Ones(n);
        }
        else if (!evaluator.Context.Training)
        {
            var (xs, ys) = (evaluator.Numbers(_x, "a coordinate of spde()"), evaluator.Numbers(_y, "a coordinate of spde()"));
            var codes = _grouping.Codes(evaluator, missing);
            var labels = Grouping.IsAllRows(_group) ? null : evaluator.Factor(_group, "a grouping factor");
            unknown = new double[n];
            fresh = new LevelKey?[n];
            var rows = new IReadOnlyList<(int, double)>[n];
            for (var row = 0; row < n; row++)
            {
                missing[row] |= !double.IsFinite(xs[row]) || !double.IsFinite(ys[row]);
                rows[row] = [];
                if (missing[row]) continue;
                if (codes[row] < 0)
                {
                    var time = _timeOf?.Invoke(labels!.Levels[labels.Codes[row]]) ?? 0;
                    if (double.IsNaN(time))
                    {
                        throw evaluator.Error(_group, $"\"{labels!.Levels[labels.Codes[row]]}\" was not among the levels of {_group} in "
                            + $"the fit, so that its place in their order is not known",
                            "With numbers instead of a factor new times can be predicted.");
                    }

                    fresh[row] = new LevelKey(-1, [xs[row], ys[row], time], null);
                    continue;
                }

                rows[row] = AtPlace(xs[row], ys[row], codes[row]);
                if (rows[row].Count == 0) unknown[row] = 1;
            }

            entries = TermEntries.Of(rows);
        }

        return new GroupingTerm
        {
            Group = _grouping.Name,
            EffectNames = _effects,
            Structure = _structure,
            Title = _title,
            Z = [],
            Codes = [],
            Entries = entries,
            Levels = _levels,
            Positions = _positions,
            NewLevels = fresh,
            NewVariances = unknown,
            Field = new MeshPlace(_mesh, _x.ToString(), _y.ToString(), Grouping.IsAllRows(_group) ? null : _group.ToString()),
        };
    }

    private List<(int Level, double Weight)> AtPlace(double x, double y, int group) =>
        [.. _mesh.Weights(x, y).Select(w => ((_order[group] * _mesh.NodeCount) + w.Node, w.Weight))];

    private static (string? Mesh, string? Follow) Arguments(LearningTerm term)
    {
        string? mesh = null, follow = null;
        foreach (var argument in term.Syntax.Arguments)
        {
            var word = argument.Value switch { NameNode node => node.Name, TextNode text => text.Value, _ => null };
            if (word is not null && argument.Name is FollowArgument && follow is null) follow = word;
            else if (word is not null && argument.Name is null or "mesh" && mesh is null) mesh = word;
            else
            {
                throw FormulaError.At(term.Text, argument.Value.Position, $"spde() has no argument "
                    + $"{(argument.Name is { } given ? $"\"{given}\"" : argument.Value.ToString())}",
                    $"It is written {term.Kind.Describe}; the name of a mesh in GlmmOptions.Meshes may follow the first comma.");
            }
        }

        return (mesh, follow);
    }

    /// <summary>Nodes of fields that follow each other, over all times: more take minutes unless the user asks for them.</summary>
    private const int MostFollowingNodes = 5000;

    /// <summary>Edges across the places of the first mesh, of which the next ones have fewer, each less by this.</summary>
    private const double EdgesAcross = 15, Coarser = 0.8, FewestEdgesAcross = 4;

    /// <summary>The mesh of the places, coarser where there are many fields that follow each other: their factor fills with the square of
    /// the number of nodes over all times.</summary>
    private static Mesh CoarseFor(int times, (double X, double Y)[] places)
    {
        var mesh = Mesh.From(places);
        var extent = Math.Max(places.Max(p => p.X) - places.Min(p => p.X), places.Max(p => p.Y) - places.Min(p => p.Y));
        for (var across = Coarser * EdgesAcross;
            times > 1 && (long)mesh.NodeCount * times > MostFollowingNodes && across >= FewestEdgesAcross; across *= Coarser)
        {
            var edge = extent / across;
            mesh = Mesh.From(places, new MeshOptions { MaxEdge = edge, Cutoff = 0.5 * edge });
        }

        return mesh;
    }

    private static Mesh MeshOf(LearningTerm term, string? name, (double X, double Y)[] places, int times)
    {
        if (name is null)
        {
            try
            {
                return CoarseFor(times, places);
            }
            catch (GlmmException fault)
            {
                throw term.Error("No mesh can be made of these places", fault.Message);
            }
        }

        var known = term.Evaluator.Context.Meshes;
        if (known is not null && known.TryGetValue(name, out var mesh)) return mesh;
        throw term.Error($"spde() asks for a mesh called \"{name}\"",
            $"Put it into GlmmOptions.Meshes, a dictionary by name: [\"{name}\"] = Mesh.From(data, \"x\", \"y\"). It holds "
            + $"{Names.List([.. known?.Keys ?? []])}.");
    }

    /// <summary>The time that a group's name stands for: a number, or its place in the order of a factor; NaN where it has none.</summary>
    private static (Func<string, double> Of, bool AreOrdinal) Times(LearningTerm term, Grouping grouping)
    {
        if (Grouping.IsAllRows(term.Syntax.Group))
            throw term.Error("Fields follow each other from group to group, but there is one group of all rows",
                $"Name the time on the right of the bar: {term.Kind.Describe}.");
        double Parsed(string text) => NumberText.TryParse(text, out var value) ? value : double.NaN;
        if (!grouping.Levels.Any(level => double.IsNaN(Parsed(level)))) return (Parsed, false);
        return (level => Array.IndexOf(grouping.Levels, level) is >= 0 and var at ? at : double.NaN, true);
    }

    private static MarkovChain Chain(LearningTerm term, string follow, double[] times, bool areOrdinal)
    {
        var kind = StructureKind.Find(follow);
        var request = new StructureRequest
        {
            Effects = ["time"],
            LevelCount = times.Length,
            Positions = new TermPositions(new int[times.Length], [.. times.Select(t => new[] { t })], areOrdinal),
            Error = term.Error,
        };
        if (kind is { Layout: TermLayout.Positions, Dimensions: 1 } && kind.Bind(request).Precision is MarkovChain chain) return chain;
        throw term.Error($"Fields cannot follow each other by \"{follow}\"", "They do by ar1, in steps, or by ou, at any times: follow = "
            + "ar1, follow = ou.");
    }

    private static void RefuseDegrees(LearningTerm term, FormulaNode x, FormulaNode y, double[] xs, double[] ys)
    {
        if (x is not NameNode { Name: var first } || y is not NameNode { Name: var second }
            || !Coordinates.AreDegrees(first, second, xs, ys)) return;
        throw term.Error("The coordinates " + Coordinates.WhyDegreesAreNoLengths(first, second, xs, ys),
            "Turn them into kilometres first, data.WithKilometres(\"lon\", \"lat\"), and write spde(0 + x + y | group).");
    }
}
