using System.IO.Compression;
using System.Text;
using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm;

public sealed partial class FieldData
{
    /// <summary>
    /// Reads a CSV file, compressed by gzip or not. The type of a column follows from all of its values: numeric
    /// (<c>12</c>, <c>1e-3</c>, <c>Inf</c>), logical (<c>TRUE</c>, <c>F</c>, <c>false</c>), date (ISO 8601) or else a
    /// factor with its levels sorted ordinally. Quotes do not matter for the type. Blanks around unquoted values and
    /// blank lines are ignored; a column without a name is called X. Factors that are coded as numbers are numeric until
    /// <see cref="AsFactor"/> says otherwise.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="GlmmException">
    /// The file is missing, unreadable or empty, two columns have one name, a row has too few or too many fields, or a
    /// quote is not closed. The message tells the file, the line and the column.
    /// </exception>
    public static FieldData ReadCsv(string path, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return CsvTable.Read(path, options ?? new CsvOptions());
    }

    /// <summary>
    /// Reads a file of Apache Arrow, of its file format (Feather, version 2) or its stream format, that is not compressed; see
    /// <see cref="FromArrow(Apache.Arrow.RecordBatch)"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="GlmmException">
    /// The file is missing, is no such file or is compressed, or a column holds what no column can.
    /// </exception>
    public static FieldData ReadArrow(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ArrowReader.ReadFile(path);
    }

    /// <summary>
    /// Writes a CSV file (UTF-8, commas, decimal points, NA for missing values) that <see cref="ReadCsv"/> reads back as the
    /// same table, and R without loss of digits; compressed if the path ends in <c>.gz</c>. The name of a factor whose labels
    /// look like numbers, truth values, dates or missing values is written in quotes while other names are not, which tells
    /// <see cref="ReadCsv"/> that it is text. The order that was chosen for levels is not kept.
    /// </summary>
    /// <remarks>
    /// The file is written whole or not at all: it takes the place of an earlier one only once it is complete on the disk.
    /// </remarks>
    /// <param name="path">The file to write; one that exists is replaced.</param>
    /// <param name="defuseFormulas">
    /// Whether an apostrophe goes before names and labels that a spreadsheet would compute (those that begin with =, +, −, @, a
    /// tab or a line end), for files that others will open there. They read back with the apostrophe.
    /// </param>
    /// <exception cref="GlmmException">
    /// The file cannot be written, or a label is not valid Unicode; a file that was there before is unchanged.
    /// </exception>
    public void WriteCsv(string path, bool defuseFormulas = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            AtomicFile.Write(path, file =>
            {
                if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                {
                    using var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
                    CsvWriting.Write(this, compressed, defuseFormulas);
                }
                else
                    CsvWriting.Write(this, file, defuseFormulas);
            });
        }
        catch (EncoderFallbackException invalid)
        {
            throw GlmmException.InFile($"The file \"{path}\" is not written: a name or label holds half of a character "
                + $"(U+{(int)invalid.CharUnknown:X4}), which no text file can. Correct it first.", invalid);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw GlmmException.InFile($"The file \"{path}\" cannot be written: {failure.Message}", failure);
        }
    }
}
