using EcoGlmm.Formulas.Smooths;

namespace EcoGlmm.Formulas;

/// <summary>The formula of one part of a model, its terms expanded and its names checked against the data.</summary>
internal sealed class PartSyntax
{
    private PartSyntax(
        ModelPart part, ModelFormula formula, ModelTerms terms, List<string> fixedVariables, List<string> variables)
    {
        Part = part;
        Text = formula.Text;
        Terms = terms;
        RandomTerms = formula.RandomTerms;
        Smooths = formula.Smooths;
        FixedVariableNames = fixedVariables;
        VariableNames = variables;
    }

    public ModelPart Part { get; }

    public string Text { get; }

    public ModelTerms Terms { get; }

    public IReadOnlyList<RandomTermSyntax> RandomTerms { get; }

    public IReadOnlyList<SmoothSyntax> Smooths { get; }

    public IReadOnlyList<string> FixedVariableNames { get; }

    public IReadOnlyList<string> VariableNames { get; }

    /// <summary>Whether the linear predictor is zero by construction: <c>~ 0</c>.</summary>
    public bool IsEmpty =>
        !Terms.HasIntercept && Terms.Terms.Count == 0 && Terms.Offsets.Count == 0 && RandomTerms.Count == 0 && Smooths.Count == 0;

    /// <summary>Whether the linear predictor is an intercept alone: <c>~ 1</c>.</summary>
    public bool IsConstant =>
        Terms.HasIntercept && Terms.Terms.Count == 0 && Terms.Offsets.Count == 0 && RandomTerms.Count == 0 && Smooths.Count == 0;

    /// <param name="part">The part.</param>
    /// <param name="formula">Its formula.</param>
    /// <param name="response">The response of the model.</param>
    /// <param name="offsetColumn">A column added to the linear predictor, if any.</param>
    /// <param name="data">All rows.</param>
    /// <param name="cancellation">Stops the expansion of the terms.</param>
    public static PartSyntax Create(
        ModelPart part, ModelFormula formula, FormulaNode response, string? offsetColumn, FieldData data,
        CancellationToken cancellation = default)
    {
        var responseNames = response.Descend().OfType<NameNode>().Select(node => node.Name).ToHashSet();
        var others = data.ColumnNames.Where(name => !responseNames.Contains(name)).ToArray();
        var ownResponse = part == ModelPart.Conditional ? response : null;
        var terms = ModelTerms.Expand(formula.Text, formula.FixedEffects, ownResponse, others, cancellation);

        var used = terms.Terms.SelectMany(term => term.Variables).ToHashSet();
        var variables = new List<string>();
        for (var v = 0; v < terms.Variables.Count; v++)
        {
            var list = used.Contains(v) ? variables : [];
            UnknownColumn.Collect(formula.Text, terms.Variables[v], data, grouping: false, list);
        }
        foreach (var offset in terms.Offsets)
            UnknownColumn.Collect(formula.Text, offset, data, grouping: false, variables);
        if (offsetColumn is not null && !variables.Contains(offsetColumn))
            variables.Add(offsetColumn);
        var smoothGroups = new List<FormulaNode>();
        foreach (var smooth in formula.Smooths)
        {
            var isOfGroups = smooth.Bases is ["re"] or ["fs"];
            foreach (var node in smooth.Expressions)
            {
                if (node.ToString() == response.ToString())
                    throw FormulaError.At(formula.Text, node.Position, "The response is also in a smooth",
                        "Leave it out there: it would explain itself.");
                if (isOfGroups) smoothGroups.Add(node);
                else UnknownColumn.Collect(formula.Text, node, data, grouping: false, variables);
            }
        }
        var fixedVariables = variables.ToList();
        foreach (var node in smoothGroups)
            UnknownColumn.Collect(formula.Text, node, data, grouping: true, variables);
        foreach (var term in formula.RandomTerms)
        {
            RefuseResponse(formula.Text, term, response);
            UnknownColumn.Collect(formula.Text, term.Effects, data, grouping: false, variables);
            UnknownColumn.Collect(formula.Text, term.Group, data, grouping: true, variables);
            foreach (var other in MembershipTermDesign.OtherGroups(term))
                UnknownColumn.Collect(formula.Text, other, data, grouping: true, variables);
        }
        return new PartSyntax(part, formula, terms, fixedVariables, variables);
    }

    private static void RefuseResponse(string text, RandomTermSyntax term, FormulaNode response)
    {
        var own = response.ToString();
        if (term.Effects.Descend().Concat(term.Group.Descend()).FirstOrDefault(node => node.ToString() == own) is { } place)
        {
            throw FormulaError.At(text, place.Position, "The response is also in a random term", "Leave it out there: it would explain "
                + "itself.");
        }
    }
}
