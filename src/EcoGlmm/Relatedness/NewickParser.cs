using System.Globalization;
using System.Text;

namespace EcoGlmm.Relationships;

/// <summary>
/// Trees in Newick form, as J. Felsenstein describes it: <c>tree = subtree ;</c>, <c>subtree = [ ( subtree , … ) ] [label] [:length]</c>.
/// Labels may be quoted ('' inside quotes is one quote), comments stand in brackets. Without recursion, so that depth does not matter.
/// </summary>
internal sealed class NewickParser
{
    private readonly string _text;
    private readonly string _source;
    private readonly int _end;
    private int _at;

    private NewickParser(string text, string source, int start, int end)
    {
        (_text, _source, _at, _end) = (text, source, start, end);
    }

    /// <summary>All trees of a text.</summary>
    /// <exception cref="GlmmException">It is not in Newick form; the message tells where.</exception>
    public static List<ParsedTree> ReadAll(string text, string source)
    {
        var parser = new NewickParser(text, source, text.StartsWith('\uFEFF') ? 1 : 0, text.Length);
        var trees = new List<ParsedTree>();
        while (parser.SkipBlanks())
            trees.Add(parser.Tree());
        return trees;
    }

    /// <summary>One tree that starts at a place of a longer text; <paramref name="end"/> is after its semicolon.</summary>
    public static ParsedTree ReadOne(string text, string source, int start, out int end)
    {
        var parser = new NewickParser(text, source, start, text.Length);
        parser.SkipBlanks();
        var tree = parser.Tree();
        end = parser._at;
        return tree;
    }

    private ParsedTree Tree()
    {
        var tree = new ParsedTree(_text);
        // A bare label is a tree in the grammar, but a text without parentheses is something else.
        if (_text[_at] != '(')
            throw Fault(_at, $"a tree starts with \"(\", but here stands {Shown(_at)}");
        var open = new Stack<(int Node, int Position)>();
        var expectsNode = true;
        while (true)
        {
            if (!SkipBlanks())
            {
                throw open.Count > 0
                    ? Fault(open.Peek().Position, "a parenthesis is opened here and never closed")
                    : Fault(_at, "the tree has no \";\" at its end");
            }
            var c = _text[_at];
            if (expectsNode && c == '(')
            {
                var node = tree.Add(_at);
                if (open.Count > 0)
                    tree.Parents[node] = open.Peek().Node;
                open.Push((node, _at));
                _at++;
                continue;
            }
            if (expectsNode)
            {
                var tip = tree.Add(_at);
                tree.Parents[tip] = open.Peek().Node;
                Describe(tree, tip);
                expectsNode = false;
                continue;
            }
            switch (c)
            {
                case ',' when open.Count > 0:
                    _at++;
                    expectsNode = true;
                    break;
                case ')' when open.Count > 0:
                    _at++;
                    Describe(tree, open.Pop().Node);
                    break;
                case ')':
                    throw Fault(_at, "this parenthesis closes nothing");
                case ';' when open.Count == 0:
                    _at++;
                    return tree;
                case ';':
                    throw Fault(open.Peek().Position, $"a parenthesis is opened here and not closed before the \";\" at "
                        + $"{ParsedTree.Where(_text, _at)}");
                default:
                    throw Fault(_at, open.Count > 0 ? $"\",\" or \")\" is missing before {Shown(_at)}"
                        : $"\";\" is missing before {Shown(_at)}");
            }
        }
    }

    /// <summary>A node's label and length, both of which may be absent.</summary>
    private void Describe(ParsedTree tree, int node)
    {
        if (SkipBlanks() && !IsPunctuation(_text[_at]))
            tree.Labels[node] = _text[_at] == '\'' ? Quoted() : Unquoted();
        if (!SkipBlanks() || _text[_at] != ':')
            return;
        _at++;
        SkipBlanks();
        var start = _at;
        tree.Positions[node] = start;
        var number = _at < _end && !IsPunctuation(_text[_at]) ? Unquoted() : "";
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var length) || !double.IsFinite(length))
            throw Fault(start, $"after \":\" a branch length should follow, but here stands "
                + $"{(number.Length > 0 ? $"\"{number}\"" : Shown(start))}");
        tree.Lengths[node] = length;
    }

    private string Unquoted()
    {
        var start = _at;
        while (_at < _end && !IsPunctuation(_text[_at]) && !char.IsWhiteSpace(_text[_at]) && _text[_at] != '[')
            _at++;
        return _text[start.._at];
    }

    private string Quoted()
    {
        var start = _at++;
        var label = new StringBuilder();
        while (_at < _end)
        {
            if (_text[_at] != '\'')
                label.Append(_text[_at++]);
            else if (_at + 1 < _end && _text[_at + 1] == '\'')
            {
                label.Append('\'');
                _at += 2;
            }
            else
            {
                _at++;
                return label.ToString();
            }
        }
        throw Fault(start, "a quote is opened here and never closed");
    }

    /// <summary>Passes blanks and comments; false at the end of the text.</summary>
    private bool SkipBlanks()
    {
        while (_at < _end)
        {
            if (char.IsWhiteSpace(_text[_at]))
                _at++;
            else if (_text[_at] == '[')
                SkipComment();
            else
                return true;
        }
        return false;
    }

    private void SkipComment()
    {
        var start = _at;
        var depth = 0;
        do
        {
            if (_at >= _end)
                throw Fault(start, "a comment is opened here with \"[\" and never closed");
            depth += _text[_at] switch { '[' => 1, ']' => -1, _ => 0 };
            _at++;
        }
        while (depth > 0);
    }

    private static bool IsPunctuation(char c) => c is '(' or ')' or ',' or ':' or ';';

    private string Shown(int position) => position >= _end ? "the end of the text" : $"\"{_text[position]}\"";

    private GlmmException Fault(int position, string sentence) =>
        new($"{_source} is no tree in Newick form: at {ParsedTree.Where(_text, position)}, {sentence}.");
}
