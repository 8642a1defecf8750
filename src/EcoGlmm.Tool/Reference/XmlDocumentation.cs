using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EcoGlmm.Tool.Reference;

/// <summary>The compiler's documentation file, its elements as Markdown.</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocumentation(string path) => _members = XDocument.Load(path).Descendants("member")
        .ToDictionary(member => (string)member.Attribute("name")!);

    /// <summary>The summary; empty if there is none.</summary>
    public string Summary(string id) => Find(id)?.Element("summary") is { } summary ? Text(summary) : "";

    /// <summary>Summary, parameters, returned value, exceptions, remarks and example, those that there are.</summary>
    public IEnumerable<string> Paragraphs(string id)
    {
        if (Find(id) is not { } member)
            yield break;
        if (member.Element("summary") is { } summary)
            yield return Text(summary);
        var parameters = member.Elements("typeparam").Concat(member.Elements("param"))
            .Select(parameter => $"- `{(string?)parameter.Attribute("name")}`: {Text(parameter)}").ToList();
        if (parameters.Count > 0)
            yield return string.Join('\n', parameters);
        if (member.Element("returns") is { } returns)
            yield return $"Returns: {Text(returns)}";
        foreach (var exception in member.Elements("exception"))
            yield return $"Throws {Reference(exception)}: {Text(exception)}";
        if (member.Element("remarks") is { } remarks)
            yield return Text(remarks);
        if (member.Element("example") is { } example)
            yield return Text(example);
    }

    // Inherited documentation: that of the member named, or the nearest there is.
    private XElement? Find(string id)
    {
        if (!_members.TryGetValue(id, out var member))
            return null;
        return member.Element("inheritdoc")?.Attribute("cref") is { } source && _members.TryGetValue(source.Value, out var inherited)
            ? inherited
            : member;
    }

    private static string Text(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText words:
                    text.Append(Blanks().Replace(words.Value, " "));
                    break;
                case XElement { Name.LocalName: "code" } code:
                    text.Append($"\n\n```text\n{Unindented(code.Value)}\n```\n\n");
                    break;
                case XElement { Name.LocalName: "c" } code:
                    text.Append($"`{code.Value}`");
                    break;
                case XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } reference:
                    text.Append(Reference(reference));
                    break;
                case XElement { Name.LocalName: "para" } paragraph:
                    text.Append($"\n\n{Text(paragraph)}");
                    break;
                case XElement other:
                    text.Append(Text(other));
                    break;
            }
        }

        return text.ToString().Trim();
    }

    private static string Reference(XElement element)
    {
        var target = (string?)element.Attribute("cref") ?? (string?)element.Attribute("name") ?? (string?)element.Attribute("langword")
            ?? (string?)element.Attribute("href") ?? "";
        var name = Prefix().Replace(target, "").Split('(')[0];
        return $"`{Arity().Replace(name, "")}`";
    }

    private static string Unindented(string code)
    {
        var lines = code.ReplaceLineEndings("\n").Trim('\n').Split('\n');
        var indent = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length)
            .DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : "")).TrimEnd();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^[A-Z]:(EcoGlmm\.|System\.)?")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"``?\d+")]
    private static partial Regex Arity();
}
