using EcoGlmm.RandomEffects.Structures;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>One random term, learnt from the training rows.</summary>
internal abstract class TermDesign
{
    /// <summary>The term or terms that a random term as written stands for.</summary>
    /// <param name="text">The formula.</param>
    /// <param name="syntax">The term.</param>
    /// <param name="evaluator">Evaluates on the training rows.</param>
    /// <param name="groupings">Grouping factors learnt so far, by their text.</param>
    public static IEnumerable<TermDesign> Learn(
        string text, RandomTermSyntax syntax, Evaluator evaluator, Dictionary<string, Grouping> groupings)
    {
        var kind = syntax.Structure is { } name ? StructureKind.Find(name)! : Unstructured.Kind;
        var term = new LearningTerm(text, syntax, kind, evaluator, groupings);
        return kind.Layout switch
        {
            TermLayout.Positions => [PositionTermDesign.Learn(term)],
            TermLayout.RelatedEffects => [RelatedEffectsDesign.Learn(term)],
            TermLayout.Members => [MembershipTermDesign.Learn(term)],
            TermLayout.Mesh => [MeshTermDesign.Learn(term)],
            _ => RandomTermDesign.Learn(term),
        };
    }

    /// <param name="evaluator">Evaluates on the rows wanted.</param>
    /// <param name="missing">Set where a variable is missing.</param>
    /// <param name="anyLevel">Whether the rows are of no level in particular: the grouping columns need then not be there.</param>
    public abstract GroupingTerm Evaluate(Evaluator evaluator, bool[] missing, bool anyLevel);

    protected static double[] Ones(int n)
    {
        var ones = new double[n];
        Array.Fill(ones, 1);
        return ones;
    }
}

/// <summary>A random term while its design is learnt.</summary>
/// <param name="Text">The formula.</param>
/// <param name="Syntax">The term.</param>
/// <param name="Kind">Its structure.</param>
/// <param name="Evaluator">Evaluates on the training rows.</param>
/// <param name="Groupings">Grouping factors learnt so far, by their text.</param>
internal sealed record LearningTerm(
    string Text, RandomTermSyntax Syntax, StructureKind Kind, Evaluator Evaluator, Dictionary<string, Grouping> Groupings)
{
    /// <summary>The term as written.</summary>
    public string Title => Syntax.ToString();

    public Grouping GroupingOf(FormulaNode node)
    {
        var name = node.ToString();
        if (!Groupings.TryGetValue(name, out var grouping))
            Groupings.Add(name, grouping = Grouping.Learn(node, Evaluator));
        return grouping;
    }

    public GlmmException Error(string fault, string advice) => FormulaError.At(Text, Syntax.Position, fault, advice);

    private const string ModelArgument = "model";

    /// <summary>Numbers given by name, and the argument without a name, if there is one.</summary>
    public (Dictionary<string, double> Numbers, string? Name) Arguments(bool takesName)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        string? named = null;
        foreach (var argument in Syntax.Arguments)
        {
            switch (argument)
            {
                case { Name: { } name, Value: NumberNode number } when Kind.Arguments.Contains(name):
                    numbers[name] = number.Value;
                    continue;
                case { Name: null, Value: NumberNode number } when !takesName && Kind.Arguments.Count > numbers.Count:
                    numbers[Kind.Arguments[numbers.Count]] = number.Value;
                    continue;
                case { Name: ModelArgument, Value: NameNode or TextNode } when Kind.Evolve is not null:
                    continue;
                case { Name: null, Value: NameNode or TextNode } when takesName && named is null:
                    named = argument.Value is NameNode column ? column.Name : ((TextNode)argument.Value).Value;
                    continue;
                default:
                    throw FormulaError.At(Text, argument.Value.Position,
                        $"{Kind.Name}() has no argument {(argument.Name is { } given ? $"\"{given}\"" : argument.Value.ToString())}",
                        $"It is written {Kind.Describe}.");
            }
        }
        return (numbers, named);
    }

    /// <summary>What relates the levels of a group, from the options.</summary>
    public Relatedness RelatednessOf(string group, string? name)
    {
        var known = Evaluator.Context.Relatedness;
        if (known is not null && known.TryGetValue(name ?? group, out var found))
            return Evolving(found);
        var noun = name is null ? $"the levels of \"{group}\"" : $"levels under the name \"{name}\"";
        var names = known is null || known.Count == 0 ? "It holds nothing yet." : $"It holds {Names.List([.. known.Keys])}.";
        throw Error($"{Kind.Name}() needs what relates {noun}",
            $"Put it into GlmmOptions.Relatedness, a dictionary by name: [\"{name ?? group}\"] = Pedigree.From(...), "
            + $"PhylogeneticTree.Parse(...) or RelationshipMatrix.From(...). {names}");
    }

    /// <summary>What relates the levels by the rule that the term asks for, if it asks for one.</summary>
    private Relatedness Evolving(Relatedness relatedness)
    {
        if (Kind.Evolve is not { } evolve || Syntax.Arguments.FirstOrDefault(a => a.Name == ModelArgument) is not { Value: { } value })
            return relatedness;
        return evolve(relatedness, value is NameNode word ? word.Name : ((TextNode)value).Value) ?? throw FormulaError.At(Text,
            value.Position,
            $"{Kind.Name}() with a model needs a tree", "Give a PhylogeneticTree in GlmmOptions.Relatedness, or leave the model out.");
    }
}
