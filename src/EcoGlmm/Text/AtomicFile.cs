using System.Text;

namespace EcoGlmm.Text;

/// <summary>
/// Writes a file whole or not at all: into a temporary file in the same folder, flushed to the disk, then renamed over the
/// old one. A full disk, an exception or a process that is killed leaves the earlier file as it was.
/// </summary>
internal static class AtomicFile
{
    private const string Prefix = ".ecoglmm-";
    private const string Suffix = ".tmp";

    /// <summary>A process that was killed leaves its temporary file behind; one as old as this, that nobody holds, is cleared
    /// away.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Writes a text in UTF-8, without a byte order mark.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder may not be written to.</exception>
    public static void WriteText(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true);
        writer.Write(text);
    });

    /// <summary>Writes whatever the caller puts into the stream, once that has returned without an exception.</summary>
    /// <exception cref="IOException">The file cannot be written; one that was there before is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder may not be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        if (IsDevice(full))
        {
            // A terminal, a pipe or the null device has nothing to lose, and cannot be renamed over.
            using var device = new FileStream(full, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            write(device);
            return;
        }
        var target = Target(full);
        var exists = File.Exists(target);
        if (Directory.Exists(target))
            throw new UnauthorizedAccessException($"\"{path}\" is a folder.");
        if (exists && (File.GetAttributes(target) & FileAttributes.ReadOnly) != 0)
            throw new UnauthorizedAccessException($"\"{path}\" is protected against writing.");

        var folder = Path.GetDirectoryName(target) ?? throw new UnauthorizedAccessException($"\"{path}\" is no file.");
        var temporary = Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            if (exists && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception failure)
        {
            TryDelete(temporary);
            if (failure is IOException or UnauthorizedAccessException
                && failure.Message.Contains(temporary, StringComparison.Ordinal))
            {
                var message = failure.Message.Replace(temporary, target, StringComparison.Ordinal)
                    + (exists ? " The earlier file is unchanged." : "");
                throw failure is IOException ? new IOException(message, failure) : new UnauthorizedAccessException(message, failure);
            }
            throw;
        }
        ClearAbandoned(folder);
    }

    // The file that a link leads to is replaced, not the link.
    private static string Target(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            return path;
        }
    }

    private static bool IsDevice(string path) => OperatingSystem.IsWindows()
        ? path.StartsWith(@"\\.\", StringComparison.Ordinal)
        : path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal)
            || path.StartsWith("/proc/", StringComparison.Ordinal);

    private static void ClearAbandoned(string folder)
    {
        try
        {
            foreach (var left in Directory.EnumerateFiles(folder, Prefix + "*" + Suffix))
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(left) > Abandoned && IsFree(left))
                    TryDelete(left);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be cleared away stays.
        }
    }

    private static bool IsFree(string path)
    {
        try
        {
            using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk that refused the file may refuse this too.
        }
    }
}
