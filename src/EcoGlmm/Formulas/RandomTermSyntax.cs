namespace EcoGlmm.Formulas;

/// <summary>A random term as written, after a/b has become b:a and a.</summary>
/// <param name="Position">Where its bar stands in the formula.</param>
/// <param name="Effects">Left of the bar.</param>
/// <param name="Group">Right of the bar.</param>
/// <param name="Structure">The name of its covariance structure; null for the plain (x | g).</param>
/// <param name="Uncorrelated">Whether it was written with two bars.</param>
internal sealed record RandomTermSyntax(
    int Position, FormulaNode Effects, FormulaNode Group, string? Structure, bool Uncorrelated)
{
    /// <summary>What stands after the first comma: names and numbers.</summary>
    public IReadOnlyList<Argument> Arguments { get; init; } = [];

    /// <summary>The term as a formula has it, with all that stands after its first comma.</summary>
    public override string ToString()
    {
        var bar = $"{Effects} {(Uncorrelated ? "||" : "|")} {Group}";
        var rest = Arguments.Select(a => a.Name is null ? a.Value.ToString() : $"{a.Name} = {a.Value}");
        return $"{Structure}({string.Join(", ", rest.Prepend(bar))})";
    }
}
