using System.Globalization;
using System.Text;
using EcoGlmm.Text;

namespace EcoGlmm.Formulas;

internal enum TokenKind
{
    Number,
    Text,
    Name,
    Operator,
    OpenParenthesis,
    CloseParenthesis,
    Comma,
    Assign,
    Package,
    End,
}

/// <summary>
/// A word of a formula. <c>Text</c> is the name without backquotes, the text without quotes, or the symbol itself.
/// </summary>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, double Number = 0);

/// <summary>Splits the text of a formula into words, by R's lexical rules.</summary>
internal static class FormulaLexer
{
    // Longest first, so that "||" is not read as two bars.
    private static readonly string[] Operators =
        ["<=", ">=", "==", "!=", "||", "&&", "+", "-", "*", "/", "^", ":", "~", "|", "&", "!", "<", ">"];

    public static List<Token> Tokens(string text)
    {
        var tokens = new List<Token>();
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
                i++;
            else if (char.IsAsciiDigit(c) || c == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
                tokens.Add(Number(text, ref i));
            else if (IsNameStart(c))
                tokens.Add(PackageOrName(text, ref i));
            else if (c is '`' or '"' or '\'')
                tokens.Add(Quoted(text, ref i));
            else if (c == '%')
                tokens.Add(PercentOperator(text, ref i));
            else
                tokens.Add(Symbol(text, ref i));
        }
        tokens.Add(new Token(TokenKind.End, text.Length, ""));
        return tokens;
    }

    /// <summary>Whether R would take the name without backquotes.</summary>
    public static bool IsPlainName(string name)
    {
        if (name.Length == 0 || !IsNameStart(name[0]) || name is "TRUE" or "FALSE" or "NA" or "NaN" or "Inf" or "NULL")
            return false;
        if (name[0] == '.' && name.Length > 1 && char.IsAsciiDigit(name[1]))
            return false;
        return name.All(IsNamePart);
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '.';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '.' or '_';

    // R's package::function, with two or three colons and no blanks.
    private static Token PackageOrName(string text, ref int i)
    {
        var name = Name(text, ref i);
        var end = i;
        while (end < text.Length && text[end] == ':')
            end++;
        if (end - i is not (2 or 3) || end == text.Length || !IsNameStart(text[end]))
            return name;
        i = end;
        return name with { Kind = TokenKind.Package, Text = text[name.Position..end] };
    }

    private static Token Name(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && IsNamePart(text[i]))
            i++;
        return new Token(TokenKind.Name, start, text[start..i]);
    }

    private static Token Number(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
            i++;
        if (i < text.Length && text[i] is 'e' or 'E')
        {
            var exponent = i + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-')
                exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                i = exponent;
                while (i < text.Length && char.IsAsciiDigit(text[i]))
                    i++;
            }
        }
        var digits = text.AsSpan(start, i - start);
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw FormulaError.At(text, start, "This is not a number",
                "Write numbers with one decimal point: 2.5 or 1e-3.");
        if (i < text.Length && text[i] == 'L')
            i++;
        else if (i < text.Length && IsNamePart(text[i]))
        {
            throw FormulaError.At(text, start, "A name cannot start with a digit",
                "If this is a column, put its name in backquotes: `2nd visit`. Between a number and a name there must be "
                + "an operator such as * or +.");
        }
        return new Token(TokenKind.Number, start, text[start..i], value);
    }

    private static Token Quoted(string text, ref int i)
    {
        var start = i;
        var quote = text[i++];
        var content = new StringBuilder();
        while (i < text.Length && text[i] != quote)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            content.Append(text[i++]);
        }
        if (i == text.Length)
            throw FormulaError.At(text, start, "This quote is never closed", $"Add a closing {quote}.");
        i++;
        if (quote == '`' && content.Length == 0)
            throw FormulaError.At(text, start, "There is no name between the backquotes",
                "Write the column's name there.");
        return new Token(quote == '`' ? TokenKind.Name : TokenKind.Text, start, content.ToString());
    }

    private static Token PercentOperator(string text, ref int i)
    {
        string[] known = ["%in%", "%%", "%/%"];
        foreach (var candidate in known)
        {
            if (string.CompareOrdinal(text, i, candidate, 0, candidate.Length) != 0)
                continue;
            var start = i;
            i += candidate.Length;
            return new Token(TokenKind.Operator, start, candidate);
        }
        throw FormulaError.At(text, i, "Unknown operator",
            $"The operators with per cent signs are {Names.List(known)}.");
    }

    private static Token Symbol(string text, ref int i)
    {
        var start = i;
        foreach (var candidate in Operators)
        {
            if (string.CompareOrdinal(text, i, candidate, 0, candidate.Length) != 0)
                continue;
            i += candidate.Length;
            return new Token(TokenKind.Operator, start, candidate);
        }
        i++;
        return text[start] switch
        {
            '(' => new Token(TokenKind.OpenParenthesis, start, "("),
            ')' => new Token(TokenKind.CloseParenthesis, start, ")"),
            ',' => new Token(TokenKind.Comma, start, ","),
            '=' => new Token(TokenKind.Assign, start, "="),
            '$' => throw FormulaError.At(text, start, "A formula has no $",
                "Write the column's name alone: the formula already looks in the data that you fit to."),
            '[' or ']' => throw FormulaError.At(text, start, "A formula cannot pick elements with brackets",
                "Make the column that you want first, with FieldData.With."),
            '_' => throw FormulaError.At(text, start, "A name cannot start with an underscore",
                "Put the name in backquotes: `_name`."),
            _ => throw FormulaError.At(text, start, $"The character {text[start]} has no meaning in a formula",
                "If it is part of a column's name, put the name in backquotes: `my column`."),
        };
    }
}
