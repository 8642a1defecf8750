using System.Text.RegularExpressions;

namespace EcoGlmm.Site;

/// <summary>A block of C# of a page, with the pictures that stand under it.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Code">The code.</param>
/// <param name="Pictures">Paths of the pictures, relative to docs/.</param>
internal sealed record CodeBlock(int Line, string Code, IReadOnlyList<string> Pictures);

/// <summary>Takes a page of Markdown apart.</summary>
internal static partial class PageParts
{
    /// <returns>The blocks that a notebook would run, in their order.</returns>
    public static IReadOnlyList<CodeBlock> Of(string text)
    {
        var blocks = new List<CodeBlock>();
        foreach (Match match in Block().Matches(text))
        {
            var code = match.Groups["code"].Value;
            // Files of their own, magic commands, and recipes that need another package.
            if (code.StartsWith("#:", StringComparison.Ordinal) || code.StartsWith("#!", StringComparison.Ordinal)
                || OtherPackage().IsMatch(code))
                continue;
            blocks.Add(new CodeBlock(1 + text.AsSpan(0, match.Index).Count('\n'), Directive().Replace(code, ""),
                [.. Picture().Matches(match.Groups["pictures"].Value).Select(picture => picture.Groups["path"].Value)]));
        }

        return blocks;
    }

    [GeneratedRegex(@"^(?:```|<!-- )csharp\n(?<code>.*?)^(?:```|-->)\n(?<pictures>(\s*^!\[[^\]]*\]\(images/[^)]+\)$)*)",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\((?<path>images/[^)]+)\)")]
    private static partial Regex Picture();

    [GeneratedRegex("^#r \"nuget:(?! ?EcoGlmm\")", RegexOptions.Multiline)]
    private static partial Regex OtherPackage();

    [GeneratedRegex("^#[ir] .*$", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
