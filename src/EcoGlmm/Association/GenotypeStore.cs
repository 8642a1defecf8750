using System.IO.MemoryMappedFiles;

namespace EcoGlmm.Association;

/// <summary>
/// Genotypes as PLINK packs them, marker by marker, two bits for an individual, the first in the lowest bits of a byte:
/// 00 two copies of the effect allele, 10 one, 11 none, 01 not known. They lie in a mapped file or in memory.
/// </summary>
internal sealed unsafe class GenotypeStore : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[][]? _rows;
    private readonly byte* _start;
    private bool _isClosed;

    private GenotypeStore(int individuals, int markers)
    {
        (Individuals, Markers) = (individuals, markers);
        BytesPerMarker = (individuals + 3) / 4;
    }

    /// <summary>Genotypes in memory, a pinned array for each marker.</summary>
    public GenotypeStore(int individuals, IReadOnlyList<byte[]> rows)
        : this(individuals, rows.Count) => this._rows = [.. rows];

    /// <summary>Genotypes in a file, from some byte on.</summary>
    public GenotypeStore(string path, long offset, int individuals, int markers)
        : this(individuals, markers)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _start = pointer + _view.PointerOffset + offset;
    }

    public int Individuals { get; }

    public int Markers { get; }

    public int BytesPerMarker { get; }

    /// <summary>An empty packed row in memory that never moves.</summary>
    public static byte[] NewRow(int individuals) => GC.AllocateArray<byte>((individuals + 3) / 4, pinned: true);

    /// <summary>Writes a genotype (0, 1 or 2 copies, −1 not known) into a packed row of zeros.</summary>
    public static void Set(byte[] row, int individual, int copies)
    {
        var code = copies switch { 2 => 0, 1 => 2, 0 => 3, _ => 1 };
        row[individual >> 2] |= (byte)(code << (2 * (individual & 3)));
    }

    /// <summary>The packed genotypes of a marker.</summary>
    /// <exception cref="ObjectDisposedException">The file was closed.</exception>
    public ReadOnlySpan<byte> Row(int marker)
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(Genotypes));
        return _rows is not null
            ? _rows[marker]
            : new ReadOnlySpan<byte>(_start + (long)marker * BytesPerMarker, BytesPerMarker);
    }

    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
