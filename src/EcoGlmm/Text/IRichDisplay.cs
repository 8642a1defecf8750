namespace EcoGlmm;

/// <summary>
/// An object that a notebook can show: HTML where the host draws HTML, plain text everywhere else.
/// </summary>
public interface IRichDisplay
{
    /// <summary>A self-contained HTML fragment. Every name and value that comes from data is encoded.</summary>
    string ToHtml();

    /// <summary>The same content as plain text, for consoles and scripts.</summary>
    string ToString();
}
