using EcoGlmm.Model;
using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas;

/// <summary>A random term in which a row has the sum of the effects of the levels of several columns: mm(1 | a, b).</summary>
internal sealed class MembershipTermDesign : TermDesign
{
    private readonly FormulaNode[] _groups;
    private readonly string _name;
    private readonly string _title;
    private readonly CovarianceStructure _structure;
    private readonly string[] _levels;
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    private MembershipTermDesign(LearningTerm term)
    {
        _groups = [term.Syntax.Group, .. OtherGroups(term.Syntax)];
        _name = string.Join(", ", _groups.Select(g => g is NameNode column ? column.Name : g.ToString()));
        _title = term.Title;
        foreach (var level in _groups.SelectMany(g => term.GroupingOf(g).Levels)) _index.TryAdd(level, _index.Count);
        _levels = [.. _index.Keys];
        _structure = term.Kind.Bind(new StructureRequest { Effects = [Intercept.Name], LevelCount = _levels.Length, Error = term.Error });
    }

    /// <summary>The grouping columns after the first; none for other structures.</summary>
    public static IEnumerable<FormulaNode> OtherGroups(RandomTermSyntax syntax) =>
        syntax.Structure is { } name && StructureKind.Find(name) is { Layout: TermLayout.Members } ? syntax.Arguments.Select(a => a.Value)
        : [];

    public static MembershipTermDesign Learn(LearningTerm term)
    {
        var effects = ModelTerms.Expand(term.Text, term.Syntax.Effects, response: null, dotColumns: null);
        if (!effects.HasIntercept || effects.Terms.Count > 0 || effects.Offsets.Count > 0 || term.Syntax.Uncorrelated
            || term.Syntax.Arguments.Count == 0)
            throw term.Error("mm() takes an intercept and several grouping columns", "It is written mm(1 | first, second).");
        return new MembershipTermDesign(term);
    }

    /// <inheritdoc/>
    public override GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var rows = new List<(int Level, double Weight)>[n];
        for (var row = 0; row < n; row++) rows[row] = [];
        var unknown = new double[n];
        foreach (var group in anyLevel ? [] : _groups)
        {
            var factor = evaluator.Factor(group, "a grouping factor");
            var map = Array.ConvertAll(factor.Levels, level => _index.GetValueOrDefault(level, -1));
            for (var row = 0; row < n; row++)
            {
                var code = factor.Codes[row];
                missing[row] |= code < 0;
                if (code < 0) continue;
                if (map[code] >= 0) rows[row].Add((map[code], 1));
                else unknown[row]++;
            }
        }

        if (anyLevel) Array.Fill(unknown, _groups.Length);
        return new GroupingTerm
        {
            Group = _name,
            EffectNames = [Intercept.Name],
            Structure = _structure,
            Title = _title,
            Z = [],
            Codes = [],
            Entries = TermEntries.Of(rows),
            Levels = _levels,
            NewVariances = unknown,
        };
    }
}
