using EcoGlmm.Tool.Notebooks;

namespace EcoGlmm.Tool.Execution;

/// <summary>A piece of HTML that a notebook shows as it is.</summary>
/// <param name="html">The markup.</param>
public sealed class HtmlFragment(string html)
{
    /// <summary>The markup.</summary>
    public string ToHtml() => html;

    /// <inheritdoc/>
    public override string ToString() => html;
}

/// <summary>Something that a cell has shown, which the cell may replace.</summary>
public sealed class DisplayedValue
{
    private readonly DisplayOutput _output;

    internal DisplayedValue(DisplayOutput output) => _output = output;

    /// <summary>Shows another value in the same place.</summary>
    /// <param name="value">The value to show instead.</param>
    public void Update(object? value) => _output.Data = ValueFormatter.Format(value);
}

/// <summary>The functions that every cell can call, under the names they have in .NET Interactive.</summary>
public static class NotebookDisplay
{
    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any value, null included.</param>
    /// <param name="mimeTypes">The MIME type to show it in; by default whatever suits the value.</param>
    /// <returns>The display, which can be updated.</returns>
    public static DisplayedValue display(object? value, params string[] mimeTypes)
    {
        var recorder = OutputRecorder.Current
            ?? throw new InvalidOperationException("display(...) works only while a notebook's cell runs.");
        return new DisplayedValue(recorder.Show(mimeTypes.Length == 0
            ? ValueFormatter.Format(value)
            : ValueFormatter.Format(value, mimeTypes[0])));
    }

    /// <summary>Shows a value below the cell.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">Any value, null included.</param>
    /// <param name="mimeTypes">The MIME type to show it in; by default whatever suits the value.</param>
    /// <returns>The display, which can be updated.</returns>
    public static DisplayedValue Display<T>(this T value, params string[] mimeTypes) => display(value, mimeTypes);

    /// <summary>Shows a text below the cell as the given MIME type.</summary>
    /// <param name="value">The text.</param>
    /// <param name="mimeType">Its MIME type.</param>
    /// <returns>The display, which can be updated.</returns>
    public static DisplayedValue DisplayAs(this string value, string mimeType) => display(value, mimeType);

    /// <summary>Marks a text as HTML.</summary>
    /// <param name="content">The markup.</param>
    /// <returns>A value that is shown as that markup.</returns>
    public static HtmlFragment HTML(string content) => new(content);
}
