using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>Writes pages and pictures to files; what the machine says against it becomes a sentence.</summary>
internal static class PageFile
{
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public static void Save(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            AtomicFile.WriteText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GlmmException($"Nothing can be written to '{path}': {e.Message}", e);
        }
    }
}
