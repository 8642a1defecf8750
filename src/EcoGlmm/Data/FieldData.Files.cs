using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsvHelper;
using EcoGlmm.Data;

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
    /// Writes a CSV file (UTF-8, commas, decimal points, NA for missing values) that <see cref="ReadCsv"/> and R read
    /// back without loss of digits; compressed if the path ends in <c>.gz</c>. A file holds no types: a factor whose
    /// labels all look like numbers comes back numeric, and one labelled <c>NA</c> comes back missing.
    /// </summary>
    /// <param name="path">The file to write; one that exists is replaced.</param>
    /// <exception cref="GlmmException">The file cannot be written.</exception>
    public void WriteCsv(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using Stream file = File.Create(path);
            var isCompressed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
            using var content = isCompressed ? new GZipStream(file, CompressionLevel.Optimal) : file;
            using var writer = new StreamWriter(content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            using var csv = new CsvWriter(writer, CultureInfo.InvariantCulture);
            foreach (var name in _names)
                csv.WriteField(name);
            csv.NextRecord();
            for (var row = 0; row < RowCount; row++)
            {
                foreach (var column in _columns)
                    csv.WriteField(column.TextAt(row) ?? "NA");
                csv.NextRecord();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be written: {failure.Message}", failure);
        }
    }
}
