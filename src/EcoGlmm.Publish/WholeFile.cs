using EcoGlmm.Text;

namespace EcoGlmm.Publish;

/// <summary>Writes documents and pictures whole or not at all; what the machine says against it becomes a sentence.</summary>
internal static class WholeFile
{
    /// <exception cref="GlmmException">The file cannot be written; one that was there before is unchanged.</exception>
    public static void Write(string path, byte[] content)
    {
        try
        {
            AtomicFile.Write(path, stream => stream.Write(content));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be written: {e.Message}", e);
        }
    }
}
