using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace EcoGlmm.Tool.Pages;

/// <summary>Colours C# for a web page from the compiler's own tokens: keywords, texts, numbers and comments.</summary>
internal static class CSharpColours
{
    private static readonly CSharpParseOptions Script =
        new(LanguageVersion.Preview, kind: SourceCodeKind.Script);

    public static string ToHtml(string code)
    {
        var html = new StringBuilder();
        foreach (var line in code.Split('\n'))
        {
            // Directives are the notebook's, not the compiler's: they are set apart before it sees the rest.
            if (line.StartsWith("#r ", StringComparison.Ordinal) || line.StartsWith("#i ", StringComparison.Ordinal)
                || line.StartsWith("#!", StringComparison.Ordinal))
            {
                Append(html, "directive", line);
                html.Append('\n');
                code = code[Math.Min(line.Length + 1, code.Length)..];
            }
            else
            {
                break;
            }
        }

        foreach (var token in SyntaxFactory.ParseTokens(code, options: Script))
        {
            foreach (var trivia in token.LeadingTrivia)
                Append(html, Class(trivia), trivia.ToFullString());
            Append(html, Class(token), token.Text);
            foreach (var trivia in token.TrailingTrivia)
                Append(html, Class(trivia), trivia.ToFullString());
        }

        return html.ToString();
    }

    private static void Append(StringBuilder html, string? @class, string text)
    {
        var encoded = WebUtility.HtmlEncode(text);
        html.Append(@class is null || text.Length == 0 ? encoded : $"<span class=\"{@class}\">{encoded}</span>");
    }

    private static string? Class(SyntaxTrivia trivia) => trivia.Kind() switch
    {
        SyntaxKind.WhitespaceTrivia or SyntaxKind.EndOfLineTrivia => null,
        SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia
            or SyntaxKind.MultiLineDocumentationCommentTrivia => "comment",
        _ => "directive",
    };

    private static string? Class(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.NumericLiteralToken => "number",
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.InterpolatedStringEndToken or SyntaxKind.Utf8StringLiteralToken => "text",
        var kind when SyntaxFacts.IsKeywordKind(kind) => "keyword",
        SyntaxKind.IdentifierToken when SyntaxFacts.GetContextualKeywordKind(token.Text) is SyntaxKind.VarKeyword
            or SyntaxKind.AwaitKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.RecordKeyword
            or SyntaxKind.WithKeyword => "keyword",
        _ => null,
    };
}
