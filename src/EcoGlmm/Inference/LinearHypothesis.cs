using System.Globalization;
using EcoGlmm.Text;

namespace EcoGlmm.Inference;

/// <summary>
/// A linear hypothesis as users write it, "age = 0.1", "2 * sexM - foodHigh:sexM = 0", read against the names of the coefficients:
/// the longest name that fits is taken, so that names with operators in them, "log(base)" or "I(x^2)", need no quotes.
/// </summary>
internal sealed class LinearHypothesis
{
    private readonly string _text;
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlySet<string> _zero;
    private int _at;

    private LinearHypothesis(string text, IReadOnlyList<string> names, IReadOnlySet<string> zero)
    {
        (_text, _names, _zero) = (text, names, zero);
        Weights = new double[names.Count];
    }

    /// <summary>Weights of the coefficients.</summary>
    public double[] Weights { get; }

    /// <summary>The value of the combination under the hypothesis.</summary>
    public double Value { get; private set; }

    /// <param name="text">What the user wrote; without "=" the combination is to be zero.</param>
    /// <param name="names">Names of the coefficients that were estimated.</param>
    /// <param name="zero">Names of reference levels, whose coefficient is zero.</param>
    /// <exception cref="GlmmException">It cannot be read.</exception>
    public static LinearHypothesis Parse(string text, IReadOnlyList<string> names, IReadOnlySet<string> zero)
    {
        var result = new LinearHypothesis(text, names, zero);
        result.Side(1);
        if (result.Next() == '=')
        {
            result._at++;
            if (result.Next() == '=') result._at++;
            result.Side(-1);
        }

        if (result._at < text.Length) throw result.Error($"\"{text[result._at..]}\" is not understood");
        if (Array.TrueForAll(result.Weights, w => w == 0)) throw result.Error("no coefficient is left in it");
        return result;
    }

    private char Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    /// <summary>A sum of products, up to "=" or the end.</summary>
    private void Side(double sign)
    {
        var first = true;
        while (Next() is not '\0' and not '=')
        {
            var factor = sign;
            var signs = 0;
            for (; Next() is '+' or '-' or '−'; signs++, _at++) factor *= _text[_at] == '+' ? 1 : -1;
            if (!first && signs == 0) throw Error($"\"{_text[_at..]}\" needs a + or - before it");
            Product(factor);
            first = false;
        }

        if (first) throw Error("one of its sides is empty");
    }

    private void Product(double factor)
    {
        int? coefficient = null;
        var named = false;
        var divide = false;
        while (true)
        {
            if (Number() is { } number) factor = divide ? factor / number : factor * number;
            else if (!named && !divide && Name(out coefficient)) named = true;
            else throw Error(UnknownName());
            if (Next() is not ('*' or '/')) break;
            divide = _text[_at++] == '/';
        }

        if (coefficient is { } j) Weights[j] += factor;
        else if (!named) Value -= factor;
    }

    private double? Number()
    {
        Next();
        if (NameLength(_names) > 0 || NameLength(_zero) > 0) return null;
        var end = _at;
        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] == '.'
            || (end > _at && (_text[end] is 'e' or 'E') && end + 1 < _text.Length && (char.IsAsciiDigit(_text[end + 1])
                || (_text[end + 1] is '-' or '+')))
            || (end > _at && (_text[end] is '-' or '+') && _text[end - 1] is 'e' or 'E'))) end++;
        if (end == _at || !double.TryParse(_text.AsSpan(_at, end - _at), NumberStyles.Float, CultureInfo.InvariantCulture,
            out var value)) return null;
        _at = end;
        return value;
    }

    private bool Name(out int? coefficient)
    {
        coefficient = null;
        if (Next() is '`' or '"' or '\'' && _text.IndexOf(_text[_at], _at + 1) is > 0 and var close)
        {
            var quoted = _text[(_at + 1)..close];
            var index = _names.ToList().IndexOf(quoted);
            if (index < 0 && !_zero.Contains(quoted)) return false;
            if (index >= 0) coefficient = index;
            _at = close + 1;
            return true;
        }

        var (known, zero) = (NameLength(_names), NameLength(_zero));
        if (Math.Max(known, zero) == 0) return false;
        if (known >= zero) coefficient = _names.ToList().IndexOf(_text.Substring(_at, known));
        _at += Math.Max(known, zero);
        return true;
    }

    /// <summary>The length of the longest name that stands here and ends here.</summary>
    private int NameLength(IEnumerable<string> names) => names
        .Where(name => string.CompareOrdinal(_text, _at, name, 0, name.Length) == 0
            && (_at + name.Length == _text.Length || !IsWord(name[^1]) || !(IsWord(_text[_at + name.Length]) || _text[_at + name.Length]
                is ':' or '(')))
        .Select(name => name.Length).DefaultIfEmpty(0).Max();

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';

    private string UnknownName()
    {
        var end = _at;
        while (end < _text.Length && (IsWord(_text[end]) || _text[end] is ':' or '(' or ')')) end++;
        var name = _text[_at..end];
        return name.Length == 0 ? "a name or a number is missing" : $"there is no coefficient "
            + $"\"{name}\"{NearestName.Suggestion(name, _names)}";
    }

    private GlmmException Error(string why) =>
        new($"The hypothesis \"{_text}\" cannot be read: {why.TrimEnd('.')}{(why.EndsWith('?') ? "" : ".")} Write coefficients by the "
        + $"names of the table: \"{(_names.Count > 0 ? _names[^1] : "x")} = 0\". They are {Names.List([.. _names])}.");
}
