using System.Text.RegularExpressions;

namespace EcoGlmm.Relationships;

/// <summary>
/// The trees of a NEXUS file: the block TREES with its commands TRANSLATE and TREE. D. R. Maddison, D. L. Swofford and
/// W. P. Maddison (1997), Systematic Biology 46, 590-621.
/// </summary>
internal static partial class NexusTrees
{
    public static bool IsNexus(string text) => text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith("#NEXUS",
        StringComparison.OrdinalIgnoreCase);

    /// <exception cref="GlmmException">A tree in it is not in Newick form; the message tells where.</exception>
    public static List<ParsedTree> Read(string text, string source)
    {
        var trees = new List<ParsedTree>();
        var block = BeginTrees().Match(text);
        while (block.Success)
        {
            var start = block.Index + block.Length;
            var end = EndBlock().Match(text, start) is { Success: true } close ? close.Index : text.Length;
            var translation = Translation(text, start, end);
            var tree = TreeCommand().Match(text, start);
            while (tree.Success && tree.Index < end)
            {
                var parsed = NewickParser.ReadOne(text, source, tree.Index + tree.Length, out var after);
                for (var i = 0; i < parsed.Labels.Count; i++)
                {
                    if (parsed.Labels[i] is { } label && translation.TryGetValue(label, out var name))
                        parsed.Labels[i] = name;
                }
                trees.Add(parsed);
                tree = TreeCommand().Match(text, after);
            }
            block = BeginTrees().Match(text, end);
        }
        return trees;
    }

    private static Dictionary<string, string> Translation(string text, int start, int end)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var command = TranslateCommand().Match(text, start);
        if (!command.Success || command.Index >= end)
            return names;
        // Token, name, comma, and so on to the semicolon; a comment may stand anywhere.
        var words = new List<string>();
        foreach (Match word in Word().Matches(text, command.Index + command.Length))
        {
            if (word.Value is "," or ";")
            {
                if (words.Count >= 2)
                    names[words[0]] = words[1];
                words.Clear();
                if (word.Value == ";")
                    break;
            }
            else if (word.Value[0] != '[')
                words.Add(word.Value[0] == '\'' ? word.Value[1..^1].Replace("''", "'") : word.Value);
        }
        return names;
    }

    [GeneratedRegex(@"\bBEGIN\s+TREES\s*;", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BeginTrees();

    [GeneratedRegex(@"(?<=[;\s])END(BLOCK)?\s*;", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EndBlock();

    [GeneratedRegex(@"(?<=[;\s\]])TRANSLATE\s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TranslateCommand();

    [GeneratedRegex(@"(?<=[;\s\]])U?TREE\s*\*?\s*('[^']*'|[^\s=\[\]]+)\s*(\[[^\]]*\]\s*)*=",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TreeCommand();

    [GeneratedRegex(@"\[[^\]]*\]|'(?:[^']|'')*'|[,;]|[^\s,;\[']+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
