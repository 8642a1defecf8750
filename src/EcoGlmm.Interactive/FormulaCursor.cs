using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EcoGlmm.Interactive;

/// <summary>A place inside a formula of a cell that is being written.</summary>
/// <param name="Variable">The variable that holds the data (or the fit that is updated); null while it is not written yet.</param>
/// <param name="WordStart">Where the word at the place begins, a backquote included, as a position in the code.</param>
/// <param name="WordEnd">Where it ends.</param>
/// <param name="IsQuoted">Whether the word stands in backquotes.</param>
/// <param name="Typed">What stands of the word before the place, without its backquote.</param>
internal sealed record FormulaCursor(string? Variable, int WordStart, int WordEnd, bool IsQuoted, string Typed)
{
    private static readonly CSharpParseOptions Script = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>The formula at a position of a cell's code: of <c>Glmm.Fit("…", …)</c> and its kin, <c>fit.Update("…")</c> or <c>#!glmm
    /// "…"</c>; null if there is none.</summary>
    public static FormulaCursor? Find(string code, int position)
    {
        position = Math.Clamp(position, 0, code.Length);
        return code.TrimStart().StartsWith(GlmmDirective.Name, StringComparison.Ordinal) ? InDirective(code, position)
            : InCode(code, position);
    }

    private static FormulaCursor? InDirective(string code, int position)
    {
        var quotes = 0;
        var start = 0;
        for (var i = 0; i < position; i++)
        {
            if (code[i] != '"') continue;
            quotes++;
            start = i + 1;
        }

        if (quotes % 2 == 0) return null;
        var words = code.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        var data = Array.IndexOf(words, "--data");
        var end = code.IndexOf('"', start);
        return Word(code, start, end < 0 ? code.Length : end, position, data >= 0 && data + 1 < words.Length ? words[data + 1] : null);
    }

    private static FormulaCursor? InCode(string code, int position)
    {
        var root = CSharpSyntaxTree.ParseText(code, Script).GetRoot();
        var token = root.FindToken(Math.Max(0, position - 1));
        if (!token.IsKind(SyntaxKind.StringLiteralToken) && !token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
            && !token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken))
            return null;
        var opening = token.Text.IndexOf('"', StringComparison.Ordinal) + 1;
        while (opening < token.Text.Length && token.Text[opening] == '"' && !token.IsKind(SyntaxKind.StringLiteralToken)) opening++;
        var start = token.SpanStart + opening;
        // A text that is still being written ends where its line does.
        var end = token.ContainsDiagnostics ? token.Span.End : token.Span.End - 1;
        if (position < start || position > end) return null;
        foreach (var call in token.Parent!.Ancestors().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is not MemberAccessExpressionSyntax member) continue;
            var arguments = call.ArgumentList.Arguments;
            if (member.Expression.ToString() is "Glmm" or "EcoGlmm.Glmm" && IsFormula(token, arguments))
                return Word(code, start, end, position, arguments.Skip(1).Select(Data).FirstOrDefault(name => name is not null));
            if (member.Name.Identifier.Text == "Update" && member.Expression is IdentifierNameSyntax fit && IsFormula(token, arguments))
                return Word(code, start, end, position, fit.Identifier.Text);
        }

        return null;
    }

    // The first argument, or a formula (or column) among the options.
    private static bool IsFormula(SyntaxToken token, SeparatedSyntaxList<ArgumentSyntax> arguments) =>
        (arguments.Count > 0 && arguments[0].Span.Contains(token.Span))
        || token.Parent!.Ancestors().OfType<AssignmentExpressionSyntax>().Any(set => set.Left.ToString() is "ZeroInflation" or "Dispersion"
            or "Weights" or "Offset");

    private static string? Data(ArgumentSyntax argument) =>
        argument.Expression is IdentifierNameSyntax name && argument.NameColon?.Name.Identifier.Text is null or "data"
        ? name.Identifier.Text : null;

    private static FormulaCursor Word(string code, int start, int end, int position, string? variable)
    {
        var backquote = code.LastIndexOf('`', Math.Max(position - 1, 0), Math.Max(position - start, 0));
        var isQuoted = code.AsSpan(start, position - start).Count('`') % 2 == 1;
        var (first, last) = (position, position);
        if (isQuoted)
        {
            first = backquote;
            var close = code.IndexOf('`', position, end - position);
            last = close < 0 ? position : close + 1;
        }
        else
        {
            while (first > start && IsNamePart(code[first - 1])) first--;
            while (last < end && IsNamePart(code[last])) last++;
        }

        return new FormulaCursor(variable, first, last, isQuoted, code[first..position].TrimStart('`'));
    }

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';
}
