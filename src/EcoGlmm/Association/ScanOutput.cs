using System.Globalization;

namespace EcoGlmm.Association;

/// <summary>
/// The CSV file that a scan grows, and the checkpoint beside it: which scan it is, how many blocks are done, and how long
/// the file was then. Whatever was written after the last checkpoint is cut off when the scan goes on.
/// </summary>
internal sealed class ScanOutput : IDisposable
{
    private readonly string _path;
    private readonly string _fingerprint;
    private readonly FileStream _stream;
    private readonly StreamWriter _writer;

    private ScanOutput(string path, string fingerprint, FileStream stream, int blocksDone, double heritability)
    {
        (this._path, this._fingerprint, this._stream) = (path, fingerprint, stream);
        _writer = new StreamWriter(stream);
        (BlocksDone, Heritability) = (blocksDone, heritability);
    }

    /// <summary>Blocks that an earlier call did.</summary>
    public int BlocksDone { get; private set; }

    /// <summary>Share of the variance that relationships explain, as an earlier call found it; NaN where it is not known.</summary>
    public double Heritability { get; private set; }

    private static string CheckpointOf(string path) => path + ".checkpoint";

    /// <summary>Opens the file, at the end of what is already done of the same scan.</summary>
    /// <exception cref="GlmmException">The file holds something else, or cannot be written.</exception>
    public static ScanOutput Open(string path, string fingerprint, bool overwrite)
    {
        try
        {
            if (File.Exists(path) && TryReadCheckpoint(path, fingerprint, out var blocks, out var length, out var heritability)
                && new FileInfo(path).Length >= length)
            {
                var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
                file.SetLength(length);
                file.Position = length;
                return new ScanOutput(path, fingerprint, file, blocks, heritability);
            }

            if (File.Exists(path) && !overwrite)
            {
                throw new GlmmException($"The file \"{path}\" is already there and does not hold results of this very scan (of the same "
                    + "formula, data, markers, relationships and options). Give another ScanOptions.Output, or allow it with "
                    + "Overwrite = true (--overwrite).");
            }

            File.Delete(CheckpointOf(path));
            var output = new ScanOutput(path, fingerprint, new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), 0,
                double.NaN);
            output._writer.Write(ScanCsv.Heading);
            output.Checkpoint();
            return output;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new GlmmException($"The output \"{path}\" cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Adds a block's rows and makes them count.</summary>
    public void Write(IEnumerable<MarkerAssociation> rows, double heritability)
    {
        Heritability = heritability;
        foreach (var row in rows)
        {
            _writer.Write(ScanCsv.Line(row));
        }

        BlocksDone++;
        Checkpoint();
    }

    public void Dispose() => _writer.Dispose();

    private void Checkpoint()
    {
        _writer.Flush();
        var next = CheckpointOf(_path) + ".new";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, 
            $"{_fingerprint}\n{BlocksDone}\n{_stream.Position}\n{Heritability:R}\n"));
        File.Move(next, CheckpointOf(_path), overwrite: true);
    }

    private static bool TryReadCheckpoint(string path, string fingerprint, out int blocks, out long length,
        out double heritability)
    {
        (blocks, length, heritability) = (0, 0, double.NaN);
        if (!File.Exists(CheckpointOf(path)))
        {
            return false;
        }

        var lines = File.ReadAllLines(CheckpointOf(path));
        return lines.Length == 4 && lines[0] == fingerprint
            && int.TryParse(lines[1], CultureInfo.InvariantCulture, out blocks)
            && long.TryParse(lines[2], CultureInfo.InvariantCulture, out length)
            && double.TryParse(lines[3], CultureInfo.InvariantCulture, out heritability);
    }
}
