namespace EcoGlmm.Formulas;

/// <summary>
/// The syntax tree of a formula. <c>Position</c> is the index, in the formula's text, of the node's most telling
/// character: the operator of an operation, the first character of everything else.
/// </summary>
internal abstract record FormulaNode(int Position)
{
    /// <summary>The text that R's deparse gives for the tree: the name of a term or variable.</summary>
    public sealed override string ToString() => Deparser.Text(this);

    /// <summary>The node and everything under it, in the order of the text.</summary>
    public IEnumerable<FormulaNode> Descend()
    {
        yield return this;
        foreach (var child in Children)
        {
            foreach (var node in child.Descend())
                yield return node;
        }
    }

    protected virtual IEnumerable<FormulaNode> Children => [];
}

internal sealed record NumberNode(int Position, double Value, bool IsInteger) : FormulaNode(Position);


internal sealed record TextNode(int Position, string Value) : FormulaNode(Position);


internal sealed record NameNode(int Position, string Name) : FormulaNode(Position);


internal sealed record ParenthesisNode(int Position, FormulaNode Inner) : FormulaNode(Position)
{
    protected override IEnumerable<FormulaNode> Children => [Inner];
}

internal sealed record UnaryNode(int Position, string Operator, FormulaNode Operand) : FormulaNode(Position)
{
    protected override IEnumerable<FormulaNode> Children => [Operand];
}

internal sealed record BinaryNode(int Position, string Operator, FormulaNode Left, FormulaNode Right)
    : FormulaNode(Position)
{
    protected override IEnumerable<FormulaNode> Children => [Left, Right];
}

internal sealed record CallNode(int Position, string Function, IReadOnlyList<Argument> Arguments) : FormulaNode(Position)
{
    /// <summary>The package before the function's name, with its colons (<c>splines::</c>), which only the names of terms show; or
    /// "".</summary>
    public string Package { get; init; } = "";

    protected override IEnumerable<FormulaNode> Children => Arguments.Select(argument => argument.Value);
}

/// <summary>An argument of a call, with its name if it was given by name.</summary>
internal readonly record struct Argument(string? Name, FormulaNode Value);
