using System.Text;

namespace EcoGlmm;

/// <summary>How <see cref="FieldData.ReadCsv"/> reads a file. The defaults suit most files as they are.</summary>
public sealed record CsvOptions
{
    /// <summary>The character between fields; null finds out whether it is a comma, a semicolon or a tab.</summary>
    public char? Separator { get; init; }

    /// <summary>
    /// The decimal separator: a point, or a comma in files written by a continental spreadsheet. Null finds out: in a file
    /// that is not separated by commas, columns such as <c>3,5</c> are numbers, unless other columns have decimal points
    /// or every comma could separate thousands. The machine's own culture plays no part.
    /// </summary>
    public char? DecimalSeparator { get; init; }

    /// <summary>
    /// The texts that stand for a missing value, by default <c>NA</c> and nothing at all. Numbers, logicals and dates
    /// treat an empty field as missing even if it is not listed.
    /// </summary>
    public IReadOnlyCollection<string> MissingValues { get; init; } = ["NA", ""];

    /// <summary>Whether the first line names the columns; otherwise they are called V1, V2 and so on.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// Columns that are read as text whatever they look like, such as plot numbers. A column of numbers that begin with zeros
    /// (<c>007</c>), that have more digits than a number holds, or of which two different texts are one number (<c>1.1</c> and
    /// <c>1.10</c>) is kept as text without being named here; <see cref="FieldData.AsNumeric"/> makes it numeric.
    /// </summary>
    public IReadOnlyCollection<string> TextColumns { get; init; } = [];

    /// <summary>
    /// Columns that are ordered factors, with their levels from the lowest to the highest:
    /// <c>["size"] = ["small", "medium", "large"]</c>. A model looks for trends over them (polynomial contrasts).
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> OrderedColumns { get; init;
    } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>
    /// The file's encoding; null takes it from the byte order mark, otherwise UTF-8, or Windows-1252 (Western
    /// European) where the bytes are not valid UTF-8.
    /// </summary>
    public Encoding? Encoding { get; init; }
}
