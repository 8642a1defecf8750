using EcoGlmm.Formulas;
using Microsoft.CodeAnalysis.Text;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;
using LinePosition = Microsoft.DotNet.Interactive.LinePosition;
using LinePositionSpan = Microsoft.DotNet.Interactive.LinePositionSpan;

namespace EcoGlmm.Interactive;

/// <summary>Help while a formula is written: the data's columns and the formula's functions are completed, and explained under the
/// mouse.</summary>
internal static class FormulaServices
{
    public static void AddTo(CSharpKernel kernel)
    {
        var variables = new NotebookVariables(kernel);
        kernel.AddMiddleware(async (command, context, next) =>
        {
            if (command is RequestCompletions completions && At(completions) is { } place)
                context.Publish(new CompletionsProduced(Items(place, variables), completions, Span(completions.Code, place)));
            else if (command is RequestHoverText hover && At(hover) is { } word && Explain(hover.Code, word, variables) is { } text)
                context.Publish(new HoverTextProduced(hover, [new FormattedValue("text/markdown", text)], Span(hover.Code, word)));
            else
                await next(command, context).ConfigureAwait(false);
        });
    }

    private static FormulaCursor? At(LanguageServiceCommand command)
    {
        var lines = SourceText.From(command.Code).Lines;
        return command.LinePosition.Line < lines.Count
            ? FormulaCursor.Find(command.Code, lines[command.LinePosition.Line].Start + command.LinePosition.Character)
            : null;
    }

    private static CompletionItem[] Items(FormulaCursor place, NotebookVariables variables)
    {
        var columns = variables.ColumnsOf(place.Variable).Select(column =>
        {
            var written = IsName(column.Name) && !place.IsQuoted ? column.Name : $"`{column.Name}`";
            return new CompletionItem(column.Name, "Field", filterText: written, sortText: "0" + column.Name, insertText: written,
                documentation: column.Kind);
        });
        var functions = place.IsQuoted ? [] : FunctionHelp.Functions.Select(function =>
            new CompletionItem(function.Name, "Function", filterText: function.Name, sortText: "1" + function.Name,
                insertText: function.Name, documentation: function.Help));
        CompletionItem[] all = [.. columns, .. functions];
        // Editors choose by what is typed, but not all of them do.
        var begun = Array.FindAll(all, item => item.DisplayText.StartsWith(place.Typed, StringComparison.OrdinalIgnoreCase));
        return begun.Length > 0 ? begun : all;
    }

    private static string? Explain(string code, FormulaCursor place, NotebookVariables variables)
    {
        var word = code[place.WordStart..place.WordEnd].Trim('`');
        if (word.Length == 0) return null;
        var isCall = place.WordEnd < code.Length && code[place.WordEnd] == '(';
        if (isCall && FunctionHelp.Functions.FirstOrDefault(function => function.Name == word).Help is { } help) return help;
        var column = variables.ColumnsOf(place.Variable).FirstOrDefault(one => one.Name == word);
        return column.Name is null ? null : $"**{column.Name}**: {column.Kind}";
    }

    private static LinePositionSpan Span(string code, FormulaCursor place)
    {
        var lines = SourceText.From(code).Lines;
        LinePosition At(int position) => new(lines.GetLinePosition(position).Line, lines.GetLinePosition(position).Character);
        return new LinePositionSpan(At(place.WordStart), At(place.WordEnd));
    }

    private static bool IsName(string text) => (char.IsLetter(text[0]) || text[0] == '.') && text.All(c => char.IsLetterOrDigit(c)
        || c is '_' or '.');
}
