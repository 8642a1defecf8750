using System.Text.RegularExpressions;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>One block of code of a page in docs/.</summary>
/// <param name="Page">The page's file name.</param>
/// <param name="Language">What stands after the fence.</param>
/// <param name="Text">The code.</param>
public sealed record DocumentBlock(string Page, string Language, string Text);

internal static partial class DocumentBlocks
{
    public static IEnumerable<string> Pages => Directory.GetFiles(Folder, "*.md").Select(path => Path.GetFileName(path)).Order();

    private static string Folder => Path.Combine(TutorialFolder.Repository, "docs");

    public static IEnumerable<DocumentBlock> Of(string page) => Fence().Matches(Text(page))
        .Select(match => new DocumentBlock(page, match.Groups["language"].Value, match.Groups["code"].Value));

    public static string Text(string page) => File.ReadAllText(Path.Combine(Folder, page)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"^```(?<language>[^\n]*)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();
}
