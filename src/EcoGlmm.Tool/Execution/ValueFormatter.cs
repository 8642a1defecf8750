using System.Collections;
using System.Net;
using System.Reflection;
using System.Text;
using EcoGlmm.Charts;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// Turns a value into what a notebook shows: MIME types and their text. A value with ToHtml() is shown as HTML and
/// plain text, a collection as a table of its first rows, everything else as plain text.
/// </summary>
internal static class ValueFormatter
{
    public const string Html = "text/html";
    public const string Plain = "text/plain";

    private const int MostRows = 20;
    private const string More = "… (more)";

    public static IReadOnlyDictionary<string, string> Format(object? value)
    {
        if (value is not null && RichHtml(value) is { } html)
            return Bundle(html, PlainText(value));
        if (value is IEnumerable sequence and not string)
        {
            var (items, more) = FirstRows(sequence);
            return Bundle(Table(items, more), DeclaresToString(value.GetType()) ? $"{value}" : PlainList(items, more));
        }

        return new Dictionary<string, string> { [Plain] = PlainText(value) };
    }

    /// <summary>The value in the one MIME type that the cell asked for.</summary>
    public static IReadOnlyDictionary<string, string> Format(object? value, string mimeType)
    {
        if (mimeType != Html || value is string)
            return new Dictionary<string, string> { [mimeType] = PlainText(value) };
        var bundle = Format(value);
        return new Dictionary<string, string>
        {
            [Html] = bundle.TryGetValue(Html, out var html) ? html : $"<pre>{Encode(bundle[Plain])}</pre>",
        };
    }

    private static Dictionary<string, string> Bundle(string html, string plain) =>
        new() { [Html] = html, [Plain] = plain };

    // Besides EcoGlmm's own interface, any public parameterless ToHtml() counts: the convention of other hosts.
    // A figure without anything to see is a mistake that a headless run must not pass over.
    private static string? RichHtml(object value)
    {
        if (value is Figure figure && FigureCheck.IsEmpty(figure))
            throw new GlmmException($"The figure{(figure.Title is null ? "" : $" \"{figure.Title}\"")} is empty: it has no value that can be drawn.");
        if (value is IRichDisplay rich)
            return rich.ToHtml();
        var method = value.GetType().GetMethod("ToHtml", BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes);
        return method?.ReturnType == typeof(string)
            ? (string?)method.Invoke(value, BindingFlags.DoNotWrapExceptions, null, null, null)
            : null;
    }

    private static string PlainText(object? value)
    {
        if (value is null)
            return "<null>";
        if (value is string or not IEnumerable || DeclaresToString(value.GetType()))
            return value.ToString() ?? "";
        var (items, more) = FirstRows((IEnumerable)value);
        return PlainList(items, more);
    }

    // A collection class that says what it is by a ToString() of its own is taken at its word.
    private static bool DeclaresToString(Type type) =>
        !type.IsArray && !IsSystem(type) && type.GetMethod("ToString", Type.EmptyTypes)?.DeclaringType is { } declaring
        && !IsSystem(declaring);

    private static bool IsSystem(Type type) => type.Namespace?.Split('.')[0] == "System";

    private static string PlainList(IEnumerable<object?> items, bool more) =>
        $"[ {string.Join(", ", items.Select(PlainText))}{(more ? $", {More}" : "")} ]";

    private static string Table(IReadOnlyList<object?> items, bool more)
    {
        var type = items.Count > 0 ? items[0]?.GetType() : null;
        var properties = type is not null && items.All(item => item?.GetType() == type) ? Columns(type) : [];
        var names = properties.Length > 0 ? properties.Select(property => property.Name) : ["value"];
        var html = new StringBuilder("<table><thead><tr><th></th>");
        html.AppendJoin("", names.Select(name => $"<th>{Encode(name)}</th>")).Append("</tr></thead><tbody>");
        for (var i = 0; i < items.Count; i++)
        {
            html.Append($"<tr><th>{i}</th>");
            if (properties.Length == 0)
                html.Append($"<td>{Cell(items[i])}</td>");
            foreach (var property in properties)
            {
                var value = property.GetValue(items[i], BindingFlags.DoNotWrapExceptions, null, null, null);
                html.Append($"<td>{Cell(value)}</td>");
            }


            html.Append("</tr>");
        }

        if (more)
            html.Append($"<tr><td colspan=\"{Math.Max(properties.Length, 1) + 1}\">{More}</td></tr>");
        return html.Append("</tbody></table>").ToString();
    }

    private static PropertyInfo[] Columns(Type type)
    {
        var isPair = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);
        var isValue = !isPair && (IsSystem(type) || type.IsEnum);
        return isValue || typeof(IRichDisplay).IsAssignableFrom(type) || typeof(IEnumerable).IsAssignableFrom(type)
            ? []
            : [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.GetIndexParameters().Length == 0)];
    }

    private static string Cell(object? value) => value is IRichDisplay rich ? rich.ToHtml() : Encode(PlainText(value));

    // A sequence may be endless, or may change when it is read again: it is read once, and no further than shown.
    private static (List<object?> Items, bool More) FirstRows(IEnumerable sequence)
    {
        var items = sequence.Cast<object?>().Take(MostRows + 1).ToList();
        var more = items.Count > MostRows;
        if (more)
            items.RemoveAt(MostRows);
        return (items, more);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
