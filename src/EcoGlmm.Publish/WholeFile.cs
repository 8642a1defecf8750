namespace EcoGlmm.Publish;

/// <summary>Writes files whole or not at all: beside the old one first, flushed to the disk, then in its place.</summary>
internal static class WholeFile
{
    public static void Write(string path, byte[] content)
    {
        string full = Path.GetFullPath(path), temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (IOException)
            {
                // The first failure is the one to tell.
            }

            throw new GlmmException($"The file \"{path}\" cannot be written: {e.Message}", e);
        }
    }
}
