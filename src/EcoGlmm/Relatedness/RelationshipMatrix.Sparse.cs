using System.Globalization;
using System.IO.Compression;
using System.Text;
using EcoGlmm.Data;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm;

public sealed partial class RelationshipMatrix
{
    /// <summary>Whether only related pairs are stored: memory and time are then those of the families, not of all pairs.</summary>
    public bool IsSparse => _entries is SparseEntries;

    /// <summary>Takes a sparse matrix: a table with a row for each related pair. Pairs that are not in it are unrelated.</summary>
    /// <param name="table">Any table that <see cref="FieldData.From(object)"/> takes.</param>
    /// <param name="first">The column of one level's name.</param>
    /// <param name="second">The column of the other's; the same name twice gives a level's relationship with itself.</param>
    /// <param name="relationship">The column of their relationship.</param>
    /// <returns>The matrix; levels in the order in which they first stand in the table, with 1 on the diagonal where it does not
    /// say.</returns>
    /// <exception cref="GlmmException">A name or a number is missing, or a pair stands twice.</exception>
    public static RelationshipMatrix FromPairs(object table, string first, string second, string relationship)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(relationship);
        var data = FieldData.From(table);
        var (a, b) = (data.Texts(first), data.Texts(second));
        var values = data.Numbers(relationship);
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        int Place(string? name, int row)
        {
            if (string.IsNullOrWhiteSpace(name))
                throw new GlmmException($"Row {row + 1} of the pairs has no name; every pair is of two named levels.");
            if (!index.TryGetValue(name, out var place))
                index[name] = place = index.Count;
            return place;
        }

        var entries = new Dictionary<(int, int), double>(values.Length);
        for (var row = 0; row < values.Length; row++)
        {
            var (i, j) = (Place(a[row], row), Place(b[row], row));
            if (!double.IsFinite(values[row]) || (i == j && values[row] <= 0))
            {
                throw new GlmmException($"The relationship of \"{a[row]}\" and \"{b[row]}\" in row {row + 1} is "
                    + $"{NumberText.Format(values[row])}; it has to be "
                    + (i == j ? "a positive number, about 1." : "a number."));
            }
            if (!entries.TryAdd((Math.Max(i, j), Math.Min(i, j)), values[row]))
                throw new GlmmException($"The pair \"{a[row]}\" and \"{b[row]}\" stands twice, the second time in row {row + 1}.");
        }
        for (var i = 0; i < index.Count; i++)
            entries.TryAdd((i, i), 1);
        return FromLower([.. index.Keys], [.. entries.Select(e => (e.Key.Item1, e.Key.Item2, e.Value)).Where(e => e.Value != 0)]);
    }

    /// <summary>
    /// The matrix without weak relationships, which are mostly noise of a finite number of markers: sparse, for large samples in
    /// which families are small (the sparse matrix of fastGWA: L. Jiang and others, Nature Genetics 51 (2019) 1749-1755).
    /// </summary>
    /// <param name="threshold">
    /// Relationships of two different levels that are smaller are taken for zero; about 0.05 on the scale on which full sibs have
    /// 0.5.
    /// </param>
    /// <exception cref="GlmmException">The threshold is negative or not a number.</exception>
    public RelationshipMatrix Thresholded(double threshold = 0.05)
    {
        if (!(threshold >= 0))
            throw new GlmmException($"The threshold is {NumberText.Format(threshold)}; it has to be zero or more, such as 0.05.");
        var entries = new List<(int, int, double)>();
        for (var i = 0; i < Names.Count; i++)
        {
            foreach (var j in _entries.RelativesOf(i))
            {
                if (j == i || (j < i && _entries.At(i, j) >= threshold))
                    entries.Add((i, j, _entries.At(i, j)));
            }
        }
        return FromLower([.. Names], entries);
    }

    /// <summary>
    /// Writes the matrix to a file that <see cref="ReadCsv"/> reads to the last bit: all numbers with the names around them, or of a
    /// sparse matrix its pairs in the columns first, second and relationship.
    /// </summary>
    /// <param name="path">The file; compressed if the name ends in .gz.</param>
    /// <exception cref="GlmmException">The file cannot be written; one that was there before is unchanged.</exception>
    public void WriteCsv(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            AtomicFile.Write(path, stream =>
            {
                using var packed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                    ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : null;
                using var writer = new StreamWriter(packed ?? stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
                Write(writer);
            });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Takes over a sparse matrix that is a matrix of relationships by its making; its inverse is made when it is asked
    /// for.</summary>
    internal static RelationshipMatrix FromLower(string[] names, IReadOnlyCollection<(int Row, int Column, double Value)> entries) =>
        new(new SparseEntries(names.Length, entries), names, isInvertedNow: false);

    private void Write(StreamWriter writer)
    {
        if (_entries is SparseEntries sparse)
        {
            writer.Write(string.Join(',', RelationshipTable.PairColumns) + "\n");
            foreach (var (row, column, value) in sparse.Lower())
                writer.Write($"{Quoted(Names[row])},{Quoted(Names[column])},{Number(value)}\n");
            return;
        }
        writer.Write("level," + string.Join(',', Names.Select(Quoted)) + "\n");
        for (var i = 0; i < Names.Count; i++)
        {
            writer.Write(Quoted(Names[i]));
            for (var j = 0; j < Names.Count; j++)
            {
                writer.Write(',');
                writer.Write(Number(_entries.At(i, j)));
            }
            writer.Write('\n');
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string name) => name.AsSpan().IndexOfAny(",\"\n") < 0
        ? name : "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
