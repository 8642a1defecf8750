namespace EcoGlmm.Text;

/// <summary>The formatters of everything that is an <see cref="IRichDisplay"/>, by .NET Interactive's convention.</summary>
internal sealed class RichDisplayFormatters
{
    /// <summary>One formatter for HTML and one for plain text.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new RichDisplayFormatter("text/html", shown => shown.ToHtml()),
        new RichDisplayFormatter("text/plain", shown => shown.ToString()),
    ];
}

/// <summary>Writes an <see cref="IRichDisplay"/> as one kind of output.</summary>
/// <param name="mimeType">The kind: text/html or text/plain.</param>
/// <param name="render">What makes it.</param>
internal sealed class RichDisplayFormatter(string mimeType, Func<IRichDisplay, string> render)
{
    /// <summary>The kind of output.</summary>
    public string MimeType { get; } = mimeType;

    /// <summary>
    /// Writes the output. It never throws, since that would fail the user's cell: where it cannot write, it returns false
    /// and the notebook falls back on its own way.
    /// </summary>
    public bool Format(object instance, TextWriter writer)
    {
        if (instance is not IRichDisplay shown)
            return false;
        try
        {
            var text = render(shown);
            writer.Write(text);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
