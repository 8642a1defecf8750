using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EcoGlmm.Tool.Pages;

/// <summary>
/// Renders Markdown cells as HTML: raw HTML is shown as text, links lead only to the web, mail or a place nearby, and
/// pictures that lie beside the notebook are put into the page.
/// </summary>
internal sealed class MarkdownRenderer(string folder)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers().UseEmphasisExtras().UseFootnotes().UseAutoLinks().UseMathematics()
        .DisableHtml()
        .Build();

    private static readonly Dictionary<string, string> PictureTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png", [".jpg"] = "image/jpeg", [".jpeg"] = "image/jpeg", [".gif"] = "image/gif",
        [".svg"] = "image/svg+xml", [".webp"] = "image/webp",
    };

    public string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>())
        {
            if (link.Url is not { } url)
                continue;
            link.GetDynamicUrl = null;
            link.Url = link.IsImage ? EmbeddedPicture(url) ?? SafeUrl(url) : SafeUrl(url);
        }

        foreach (var formula in document.Descendants<MathInline>().ToList())
            formula.ReplaceBy(new CodeInline(formula.Content.ToString()));
        foreach (var link in document.Descendants<AutolinkInline>())
            link.Url = SafeUrl(link.Url);
        return document.ToHtml(Pipeline);
    }

    /// <summary>The text of the first heading, or null.</summary>
    public static string? Title(string markdown)
    {
        var heading = Markdown.Parse(markdown, Pipeline).Descendants<HeadingBlock>().FirstOrDefault();
        return heading?.Inline is { } inline
            ? string.Concat(inline.Descendants().Select(part => part switch
            {
                LiteralInline literal => literal.Content.ToString(),
                CodeInline code => code.Content,
                _ => "",
            }))
            : null;
    }

    private static string SafeUrl(string url)
    {
        var colon = url.IndexOf(':');
        if (colon < 0 || url.AsSpan(0, colon).IndexOfAny("/?#") >= 0)
            return url;
        return url[..colon].ToLowerInvariant() is "http" or "https" or "mailto" ? url : "#";
    }

    private string? EmbeddedPicture(string url)
    {
        if (url.Contains(':') || !PictureTypes.TryGetValue(Path.GetExtension(url), out var type))
            return null;
        // A page that is passed on holds nothing but what lies beside its notebook, whatever a path or a link leads to.
        var path = new FileInfo(Path.GetFullPath(Uri.UnescapeDataString(url), folder));
        if (!path.Exists)
            return null;
        var inside = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        return path.FullName.StartsWith(inside, StringComparison.Ordinal) && !LeadsThroughLink(path, inside)
            ? $"data:{type};base64,{Convert.ToBase64String(File.ReadAllBytes(path.FullName))}"
            : null;
    }

    private static bool LeadsThroughLink(FileInfo file, string inside)
    {
        if (file.LinkTarget is not null)
            return true;
        for (var between = file.Directory; between is not null && between.FullName.Length >= inside.Length; between = between.Parent)
        {
            if (between.LinkTarget is not null)
                return true;
        }

        return false;
    }
}
