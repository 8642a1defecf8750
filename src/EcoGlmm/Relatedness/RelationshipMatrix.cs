using System.Globalization;
using EcoGlmm.Relationships;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Known covariances between levels up to a factor: genomic relationships, kinship, dominance, sampling covariances. For
/// <c>kinship(1 | line)</c>, <c>propto(0 + f | g, name)</c> and <c>equalto(0 + f | g, name)</c>.
/// </summary>
/// <remarks>
/// The matrix must be symmetric and positive definite. One that is singular, as genomic relationship matrices of centred
/// markers are, or off by rounding, gets a small number added to its diagonal; <see cref="Note"/> says how much.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed partial class RelationshipMatrix : Relatedness
{
    /// <summary>The most levels of a dense matrix.</summary>
    internal const int MostLevels = 20_000;

    private readonly RelationshipEntries _entries;
    private readonly Lazy<(SparsePrecision Precision, double[] Diagonal, string? Note)> _inverse;

    private RelationshipMatrix(RelationshipEntries entries, string[] names, bool isInvertedNow)
        : base(names)
    {
        _entries = entries;
        _inverse = new(() =>
        {
            var inverse = DenseRelationships.Invert(entries);
            return (inverse.Precision, [.. Enumerable.Range(0, names.Length).Select(i => entries.At(i, i) + inverse.Ridge)], inverse.Note);
        });
        if (isInvertedNow)
            _ = _inverse.Value;
    }

    /// <summary>A matrix that was checked before.</summary>
    internal static RelationshipMatrix Of(RelationshipEntries entries, string[] names) => new(entries, names, isInvertedNow: false);

    /// <summary>Takes a matrix.</summary>
    /// <param name="matrix">A symmetric positive definite matrix, a row and a column for each name.</param>
    /// <param name="names">The levels, in the order of the matrix.</param>
    /// <exception cref="GlmmException">
    /// The matrix is not square, not symmetric or not positive definite, holds a number that is not finite, or does not fit the
    /// names; the message tells where.
    /// </exception>
    public static RelationshipMatrix From(double[,] matrix, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(names);
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        if (rows != columns)
            throw new GlmmException($"A relationship matrix is square, but this one has {rows} rows and {columns} columns.");
        if (rows != names.Count)
            throw new GlmmException($"The relationship matrix has {rows} rows, but {EcoGlmm.Text.Names.Count(names.Count, "name")} "
                + "were given.");
        var values = new double[rows * rows];
        Buffer.BlockCopy(matrix, 0, values, 0, values.Length * sizeof(double));
        return FromSquare(values, [.. names]);
    }

    /// <summary>
    /// Reads a matrix from a CSV file: the names in the first row, and in the first column, too, if there is one more column than
    /// rows (as R's <c>write.csv(matrix, file)</c> writes it). A file with the three columns first, second and relationship holds a
    /// sparse matrix, as <see cref="WriteCsv"/> writes it.
    /// </summary>
    /// <param name="path">The file, compressed by gzip or not.</param>
    /// <exception cref="GlmmException">The file cannot be read, or as in <see cref="From"/>.</exception>
    public static RelationshipMatrix ReadCsv(string path)
    {
        var data = FieldData.ReadCsv(path);
        if (data.ColumnNames.SequenceEqual(RelationshipTable.PairColumns))
            return FromPairs(data, RelationshipTable.PairColumns[0], RelationshipTable.PairColumns[1], RelationshipTable.PairColumns[2]);
        var (values, names) = RelationshipTable.Read(data, path);
        return FromSquare(values, names);
    }

    /// <summary>Reads a matrix from a file of numbers alone, as GEMMA's .cXX.txt and .sXX.txt.</summary>
    /// <param name="path">The file, its numbers separated by blanks, tabulators or commas; not compressed.</param>
    /// <param name="names">
    /// The names of its rows, in their order: of GEMMA's those of the .fam, <see cref="Genotypes.Individuals"/>.
    /// </param>
    /// <exception cref="GlmmException">The file cannot be read, is no square of numbers, or has not as many rows as there are
    /// names.</exception>
    public static RelationshipMatrix ReadCsv(string path, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(names);
        try
        {
            return FromMarkers(RelationshipTable.ReadNumbers(path, names.Count), [.. names]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new GlmmException($"The file \"{path}\" cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Takes over a matrix given row by row, after checking it.</summary>
    internal static RelationshipMatrix FromSquare(double[] values, string[] names)
    {
        DenseRelationships.Check(values, names);
        return new RelationshipMatrix(new DenseEntries(values, names.Length), names, isInvertedNow: true);
    }

    /// <summary>
    /// Takes over a matrix that is positive semi-definite by its making, from markers; its inverse, which a scan of markers
    /// does not need, is made when it is first asked for.
    /// </summary>
    internal static RelationshipMatrix FromMarkers(double[] values, string[] names)
    {
        DenseRelationships.Check(values, names);
        return new RelationshipMatrix(new DenseEntries(values, names.Length), names, isInvertedNow: false);
    }

    /// <summary>The numbers.</summary>
    internal RelationshipEntries Entries => _entries;

    /// <summary>Takes over a matrix that is symmetric by its making.</summary>
    internal static RelationshipMatrix FromSymmetric(double[] values, string[] names) => FromSquare(values, names);

    /// <summary>What was done to a matrix that is singular or nearly so; null where nothing was.</summary>
    public string? Note => _inverse.Value.Note;

    /// <summary>The entry of two levels, as given.</summary>
    /// <param name="first">A level.</param>
    /// <param name="second">A level.</param>
    /// <exception cref="GlmmException">There is no level of that name.</exception>
    public double this[string first, string second]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(first);
            ArgumentNullException.ThrowIfNull(second);
            var places = Locate([first, second], "names");
            return _entries.At(places[0], places[1]);
        }
    }

    /// <summary>The matrix, a copy.</summary>
    public double[,] ToArray()
    {
        var n = Names.Count;
        var copy = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            foreach (var j in _entries.RelativesOf(i))
                copy[i, j] = _entries.At(i, j);
        }
        return copy;
    }

    internal override string Noun => "relationship matrix";

    internal override SparsePrecision Precision => _inverse.Value.Precision;

    internal override IReadOnlyList<double> Variances => _inverse.Value.Diagonal;

    internal override double[] CovarianceOf(int[] levels) => _entries.Block(levels);

    private protected override string MissingAdvice => "Every level in the data needs a row and a column in the matrix.";

    /// <summary>Size, diagonal and what was done to it.</summary>
    public override string ToString()
    {
        var n = Names.Count;
        if (n == 0)
            return "Relationship matrix of no levels.";
        var text = string.Create(CultureInfo.InvariantCulture, $"Relationship matrix of {n} levels, mean of the diagonal "
            + $"{_inverse.Value.Diagonal.Average():G4}; "
            + $"{_inverse.Value.Precision.Pattern.NonZeros} numbers in its inverse.");
        if (_entries is SparseEntries sparse)
            text += $" Sparse: {NumberFormat.Count(sparse.Count - n)} pairs are related.";
        return Note is null ? text : text + "\n" + Note;
    }
}
