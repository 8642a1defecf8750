using Microsoft.DotNet.Interactive.Formatting;

namespace EcoGlmm.Interactive;

/// <summary>Results are drawn in a notebook as they draw themselves, alone and inside collections.</summary>
internal static class RichDisplayFormatters
{
    public static void Register()
    {
        Formatter.Register<IRichDisplay>((shown, writer) => writer.Write(shown.ToHtml()), HtmlFormatter.MimeType);
        Formatter.Register<IRichDisplay>((shown, writer) => writer.Write(shown.ToString()), PlainTextFormatter.MimeType);
        Formatter.SetPreferredMimeTypesFor(typeof(IRichDisplay), HtmlFormatter.MimeType, PlainTextFormatter.MimeType);
    }
}
