using EcoGlmm.RandomEffects;
using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Formulas;

/// <summary>
/// A random term with an effect for each level of a factor in each group, of which the levels of the factor are related in a
/// known way: propto(0 + f | g, name). The term's levels are all names that are related, group by group.
/// </summary>
internal sealed class RelatedEffectsDesign : TermDesign
{
    private readonly Grouping _grouping;
    private readonly FormulaNode _factor;
    private readonly Relatedness _relatedness;
    private readonly CovarianceStructure _structure;
    private readonly string _title;
    private readonly string[] _effects;
    private readonly LevelPositions _positions;
    private readonly string[] _levels;

    private RelatedEffectsDesign(LearningTerm term, Grouping grouping, FormulaNode factor, Relatedness relatedness)
    {
        _grouping = grouping;
        _factor = factor;
        _relatedness = relatedness;
        _title = term.Title;
        _effects = [factor is NameNode column ? column.Name : factor.ToString()];
        var (groups, names) = (grouping.Levels.Length, relatedness.Names);
        var count = checked(groups * names.Count);
        _positions = new LevelPositions(grouping.Levels, [.. Enumerable.Range(0, count).Select(l => l / names.Count)],
            [.. Enumerable.Range(0, count).Select(l => names[l % names.Count])]);
        _levels = Grouping.IsAllRows(term.Syntax.Group)
            ? [.. _positions.Names]
            : [.. _positions.Names.Select((name, l) => $"{grouping.Levels[l / names.Count]}: {name}")];
        _structure = term.Kind.Bind(new StructureRequest
        {
            Effects = _effects,
            LevelCount = count,
            Relatives = ((KnownPrecision)term.Kind.Relate!(relatedness)).Repeated(groups),
            Error = term.Error,
        });
    }

    public static RelatedEffectsDesign Learn(LearningTerm term)
    {
        var (_, name) = term.Arguments(takesName: true);
        var terms = ModelTerms.Expand(term.Text, term.Syntax.Effects, response: null, dotColumns: null);
        if (terms.HasIntercept || terms.Offsets.Count > 0 || terms.Terms is not [{ Variables: [var variable] }])
            throw term.Error($"{term.Kind.Name}() takes one factor on the left of its bar", $"It is written {term.Kind.Describe}.");
        var factor = terms.Variables[variable];
        var effects = term.Evaluator.Factor(factor, $"{term.Kind.Name}()").DropUnusedLevels();
        VariableCoding.RequireCodes(term.Evaluator, factor, effects);
        var column = factor is NameNode node ? node.Name : factor.ToString();
        var relatedness = term.RelatednessOf(column, name);
        relatedness.Locate(effects.Levels, column);
        return new RelatedEffectsDesign(term, term.GroupingOf(term.Syntax.Group), factor, relatedness);
    }

    /// <inheritdoc/>
    public override GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel)
    {
        var n = evaluator.RowCount;
        var codes = Grouping.NoLevels(n);
        if (!anyLevel)
        {
            var groups = evaluator.Context.Training ? _grouping.TrainingCodes : _grouping.Codes(evaluator, missing);
            var factor = evaluator.Factor(_factor, $"{_structure.Name}()");
            var places = Array.ConvertAll(factor.Levels, _relatedness.IndexOf);
            for (var row = 0; row < n; row++)
            {
                var code = factor.Codes[row];
                missing[row] |= code < 0;
                if (code >= 0 && places[code] >= 0 && groups[row] >= 0)
                    codes[row] = (groups[row] * _relatedness.Names.Count) + places[code];
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
        };
    }
}
