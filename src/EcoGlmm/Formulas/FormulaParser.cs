namespace EcoGlmm.Formulas;

/// <summary>
/// A recursive-descent parser with R's operator precedences (R Language Definition, section 10.4.2), lowest first:
/// ~, | and ||, &amp; and &amp;&amp;, !, comparisons, + and -, * and /, %in% and %%, :, unary minus, ^.
/// </summary>
internal sealed class FormulaParser
{
    private static readonly string[][] LeftAssociative =
    [
        ["|", "||"], ["&", "&&"], ["!"], ["<", ">", "<=", ">=", "==", "!="], ["+", "-"], ["*", "/"],
        ["%in%", "%%", "%/%"], [":"],
    ];

    private const int Not = 2;

    /// <summary>Trees are walked by recursion, so that they must not be deeper than the stack.</summary>
    private const int DeepestNesting = 200;

    private const int LongestChain = 2000;

    private readonly string _text;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;

    private FormulaParser(string text)
    {
        _text = text;
        _tokens = FormulaLexer.Tokens(text);
    }

    /// <summary>Parses <c>response ~ terms</c> or <c>~ terms</c>.</summary>
    public static (FormulaNode? Response, FormulaNode RightHandSide) Parse(string text)
    {
        var parser = new FormulaParser(text);
        if (parser.Current.Kind == TokenKind.End)
            throw FormulaError.At(text, 0, "The formula is empty",
                "Write something like: count ~ treatment + (1 | site).");
        FormulaNode? response = null;
        if (!parser.Is("~"))
            response = parser.Expression(0);
        if (!parser.Is("~"))
        {
            if (parser.Current.Kind == TokenKind.End)
            {
                throw FormulaError.At(text, text.Length, "The formula has no ~",
                    "Put the response on the left of a ~ and the explanatory terms on its right: "
                    + "count ~ treatment + (1 | site).");
            }
            throw parser.Unexpected();
        }
        parser._next++;
        if (parser.Current.Kind == TokenKind.End)
            throw FormulaError.At(text, text.Length, "There is nothing on the right of the ~",
                "Write ~ 1 for an intercept alone.");
        var rightHandSide = parser.Expression(0);
        if (parser.Is("~"))
            throw FormulaError.At(text, parser.Current.Position, "A formula has only one ~",
                "Remove this one, or replace it by +.");
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected();
        return (response, rightHandSide);
    }

    private Token Current => _tokens[_next];

    private bool Is(string symbol) => Current.Kind == TokenKind.Operator && Current.Text == symbol;

    private FormulaNode Expression(int level)
    {
        if (level == LeftAssociative.Length)
            return Unary();
        if (level == Not)
        {
            if (!Is("!"))
                return Expression(level + 1);
            var not = _tokens[_next++];
            return new UnaryNode(not.Position, "!", Nested(() => Expression(level)));
        }
        var left = Expression(level + 1);
        var length = 1;
        while (Current.Kind == TokenKind.Operator && LeftAssociative[level].Contains(Current.Text))
        {
            var symbol = _tokens[_next++];
            if (++length > LongestChain)
            {
                throw FormulaError.At(_text, symbol.Position, $"More than {LongestChain} parts are joined by {symbol.Text}",
                    "Leave columns out, or write a dot for all of them.");
            }
            left = new BinaryNode(symbol.Position, symbol.Text, left, Expression(level + 1));
        }
        return left;
    }

    private FormulaNode Unary()
    {
        if (!Is("-") && !Is("+"))
            return Nested(Power);
        var sign = _tokens[_next++];
        return new UnaryNode(sign.Position, sign.Text, Nested(Unary));
    }

    private FormulaNode Nested(Func<FormulaNode> part)
    {
        if (++_depth > DeepestNesting)
        {
            throw FormulaError.At(_text, Current.Position, $"The formula is nested more than {DeepestNesting} levels deep",
                "Remove parentheses, or make the column first, with FieldData.With.");
        }
        var node = part();
        _depth--;
        return node;
    }

    private FormulaNode Power()
    {
        var basis = Primary();
        if (!Is("^"))
            return basis;
        var symbol = _tokens[_next++];
        return new BinaryNode(symbol.Position, "^", basis, Unary());
    }

    private FormulaNode Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _next++;
                return new NumberNode(token.Position, token.Number, token.Text.EndsWith('L'));
            case TokenKind.Text:
                _next++;
                return new TextNode(token.Position, token.Text);
            case TokenKind.Package:
                var function = _tokens[++_next];
                if (function.Kind != TokenKind.Name || _tokens[++_next].Kind != TokenKind.OpenParenthesis)
                {
                    throw FormulaError.At(_text, token.Position, "Only functions are named with their package",
                        "Write the name of a column alone; the interaction of two columns has a single colon, a:b.");
                }
                return new CallNode(token.Position, function.Text, Arguments()) { Package = token.Text };
            case TokenKind.Name:
                _next++;
                return Current.Kind == TokenKind.OpenParenthesis
                    ? new CallNode(token.Position, token.Text, Arguments())
                    : new NameNode(token.Position, token.Text);
            case TokenKind.OpenParenthesis:
                _next++;
                if (Current.Kind == TokenKind.CloseParenthesis)
                    throw FormulaError.At(_text, token.Position, "These parentheses are empty",
                        "Remove them, or write a term inside.");
                var inner = Expression(0);
                if (Is("~"))
                    throw FormulaError.At(_text, Current.Position, "A ~ cannot stand inside parentheses",
                        "Move it outside.");
                Close(token.Position);
                return new ParenthesisNode(token.Position, inner);
            default:
                throw Unexpected();
        }
    }

    private List<Argument> Arguments()
    {
        var open = _tokens[_next++].Position;
        var arguments = new List<Argument>();
        if (Current.Kind == TokenKind.CloseParenthesis)
        {
            _next++;
            return arguments;
        }
        while (true)
        {
            string? name = null;
            if (Current.Kind == TokenKind.Name && _tokens[_next + 1].Kind == TokenKind.Assign)
            {
                name = Current.Text;
                _next += 2;
            }
            arguments.Add(new Argument(name, Expression(0)));
            if (Current.Kind != TokenKind.Comma)
                break;
            _next++;
        }
        Close(open);
        return arguments;
    }

    private void Close(int open)
    {
        if (Current.Kind == TokenKind.End)
            throw FormulaError.At(_text, open, "This parenthesis is never closed", "Add a ) where it should end.");
        if (Current.Kind != TokenKind.CloseParenthesis)
            throw Unexpected();
        _next++;
    }

    private GlmmException Unexpected()
    {
        var token = Current;
        return token.Kind switch
        {
            TokenKind.End => FormulaError.At(_text, token.Position, "The formula ends too early",
                "Something should follow here: a column, a number or a function."),
            TokenKind.CloseParenthesis when _next > 0 && _tokens[_next - 1].Kind is TokenKind.Operator or TokenKind.Comma =>
                FormulaError.At(_text, token.Position, "Something is missing before this parenthesis",
                    "Write a column, a number or a function there."),
            TokenKind.CloseParenthesis => FormulaError.At(_text, token.Position, "This parenthesis was never opened",
                "Remove it, or add the ( that belongs to it."),
            TokenKind.Operator when token.Text == "~" => FormulaError.At(_text, token.Position, "A ~ cannot stand here",
                "A formula has one ~, between the response and the terms."),
            TokenKind.Operator => FormulaError.At(_text, token.Position,
                $"Something is missing before this {token.Text}",
                $"Write a column, a number or a function there, or remove the {token.Text}."),
            TokenKind.Assign => FormulaError.At(_text, token.Position, "An = cannot stand here",
                "Between the response and the terms stands a ~, and == compares; = only names an argument of a function, "
                + "as in ns(x, df = 3)."),
            TokenKind.Comma => FormulaError.At(_text, token.Position, "A comma cannot stand here",
                "Commas separate the arguments of a function."),
            _ => FormulaError.At(_text, token.Position, "An operator is missing before this",
                "Write +, * or : between terms. A name with blanks in it needs backquotes: `my column`."),
        };
    }
}
