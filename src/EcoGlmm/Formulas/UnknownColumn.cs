using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

/// <summary>Finds what a formula names, and complains about names that stand for nothing.</summary>
internal static class UnknownColumn
{
    public static GlmmException In(string text, NameNode node, FieldData data)
    {
        var advice = NearestName.Find(node.Name, data.ColumnNames) is { } nearest
            ? $"Did you mean \"{nearest}\"?"
            : FunctionLibrary.Contains(node.Name)
                ? $"{node.Name} is a function: write {node.Name}(...)."
                : $"The columns are {Names.List(data.ColumnNames.ToArray())}.";
        return FormulaError.At(text, node.Position, $"There is no column \"{node.Name}\"", advice, node.Name);
    }

    /// <summary>Adds the columns that an expression uses to a list, each once, in the order of the text.</summary>
    /// <exception cref="GlmmException">A name is neither a column nor a constant, or a function is unknown.</exception>
    public static void Collect(string text, FormulaNode expression, FieldData data, bool grouping, List<string> columns)
    {
        foreach (var node in expression.Descend())
        {
            if (node is CallNode call && !FunctionLibrary.Contains(call.Function))
                throw FunctionLibrary.Unknown(text, call, data);
            if (node is not NameNode name)
                continue;
            if (data.TryGetColumn(name.Name, out _))
            {
                if (!columns.Contains(name.Name))
                    columns.Add(name.Name);
            }
            else if (!Constants.IsConstant(name.Name) && !Constants.TryGet(name.Name, out _)
                     && !(grouping && name.Name == Evaluator.ObservationLevel))
            {
                throw In(text, name, data);
            }
        }
    }
}
