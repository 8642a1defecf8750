using System.Text;

namespace EcoGlmm.Tests.Data;

/// <summary>A file that is deleted when its test is over.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string content) : this(Encoding.UTF8.GetBytes(content))
    {
    }

    public TemporaryFile(byte[] content, string extension = ".csv")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ecoglmm-{Guid.NewGuid():N}{extension}");
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}
