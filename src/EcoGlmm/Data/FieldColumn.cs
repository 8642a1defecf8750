using System.Globalization;

namespace EcoGlmm.Data;

/// <summary>
/// One named, typed column. Columns are immutable by agreement: nobody writes into the arrays of a finished column, so
/// they are shared between tables.
/// </summary>
internal abstract class FieldColumn(string name)
{
    public string Name { get; } = name;

    public abstract int Length { get; }

    /// <summary>The kind of the column in a word, for messages and previews: numeric, factor, logical, date.</summary>
    public abstract string Kind { get; }

    public abstract bool IsMissing(int row);

    /// <summary>The rows asked for, in that order; a row may be asked for more than once.</summary>
    public abstract FieldColumn Take(int[] rows);

    public abstract FieldColumn Rename(string newName);

    /// <summary>The value as <see cref="double"/>, <see cref="string"/>, <see cref="bool"/> or <see cref="DateTime"/>; null if
    /// missing.</summary>
    public abstract object? ValueAt(int row);

    /// <summary>The value as text that reads back as the same value; null if missing.</summary>
    public abstract string? TextAt(int row);

    /// <summary>Marks the rows that have no value, and counts them.</summary>
    public virtual int MarkMissing(bool[] marks)
    {
        var count = 0;
        for (var row = 0; row < Length; row++)
        {
            if (!IsMissing(row))
                continue;
            marks[row] = true;
            count++;
        }
        return count;
    }

    public int MissingCount
    {
        get
        {
            var count = 0;
            for (var row = 0; row < Length; row++)
            {
                if (IsMissing(row))
                    count++;
            }
            return count;
        }
    }
}

/// <summary>Numbers; NaN is a missing value. Whole numbers may be kept in fewer bytes.</summary>
internal sealed class NumericColumn : FieldColumn
{
    private readonly WholeNumbers? _wholes;
    private double[]? _values;

    public NumericColumn(string name, double[] values, bool isSinglePrecision = false) : base(name)
    {
        _values = values;
        Length = values.Length;
        IsSinglePrecision = isSinglePrecision;
    }

    public NumericColumn(string name, WholeNumbers wholes) : base(name)
    {
        _wholes = wholes;
        Length = wholes.Length;
    }

    /// <summary>All numbers; made of those in fewer bytes when they are first asked for.</summary>
    public double[] Values => Volatile.Read(ref _values) ?? Interlocked.CompareExchange(ref _values, _wholes!.ToDoubles(), null) ?? _values;

    /// <summary>Whether the source kept only some seven digits of each number, so that decimals are not what was measured.</summary>
    public bool IsSinglePrecision { get; }

    public override int Length { get; }

    public override string Kind => "numeric";

    /// <summary>The bytes of each number.</summary>
    public int Width => _wholes?.Width ?? sizeof(double);

    public double this[int row] => _wholes is null ? _values![row] : _wholes[row] is var whole && whole == WholeNumbers.Missing ? double.NaN
        : whole;

    /// <summary>Whether a number is finite and not whole.</summary>
    public bool HasDecimals() =>
        _wholes is null && Array.Exists(_values!, value => double.IsFinite(value) && value != Math.Floor(value));

    public override bool IsMissing(int row) => _wholes is null ? double.IsNaN(_values![row]) : _wholes[row] == WholeNumbers.Missing;

    /// <inheritdoc/>
    public override int MarkMissing(bool[] marks)
    {
        if (_wholes is not null)
            return _wholes.HasMissing() ? base.MarkMissing(marks) : 0;
        var values = _values!;
        var count = 0;
        for (var row = 0; row < values.Length; row++)
        {
            if (!double.IsNaN(values[row]))
                continue;
            marks[row] = true;
            count++;
        }
        return count;
    }

    public override FieldColumn Take(int[] rows) => _wholes is null
        ? new NumericColumn(Name, Array.ConvertAll(rows, row => _values![row]), IsSinglePrecision)
        : new NumericColumn(Name, _wholes.Take(rows));

    public override FieldColumn Rename(string newName) =>
        _wholes is null ? new NumericColumn(newName, _values!, IsSinglePrecision) : new NumericColumn(newName, _wholes);

    public override object? ValueAt(int row) => IsMissing(row) ? null : this[row];

    public override string? TextAt(int row) => IsMissing(row) ? null : NumberText.Format(this[row]);
}

/// <summary>Labels: each row holds the index of its level, or −1 when it is missing.</summary>
internal sealed class CategoricalColumn : FieldColumn
{
    private readonly WholeNumbers _codes;
    private int[]? _ints;

    public CategoricalColumn(
        string name, string[] levels, int[] codes, bool explicitLevels = false, string? keptAsText = null, bool isOrdered = false)
        : this(name, levels, new WholeNumbers(codes), explicitLevels, keptAsText, isOrdered)
    {
    }

    public CategoricalColumn(
        string name, string[] levels, WholeNumbers codes, bool explicitLevels = false, string? keptAsText = null, bool isOrdered = false)
        : base(name)
    {
        Levels = levels;
        _codes = codes;
        ExplicitLevels = explicitLevels;
        KeptAsText = keptAsText;
        IsOrdered = isOrdered;
    }

    public string[] Levels { get; }

    /// <summary>All codes; made of those in fewer bytes when they are first asked for.</summary>
    public int[] Codes => Volatile.Read(ref _ints) ?? Interlocked.CompareExchange(ref _ints, _codes.ToInts(), null) ?? _ints;

    /// <summary>The bytes of each code.</summary>
    public int Width => _codes.Width;

    /// <summary>Whether somebody chose the levels and their order, so that they are kept even where no row has them.</summary>
    public bool ExplicitLevels { get; }

    /// <summary>Why a column that looks like another type was kept as text, as the end of a sentence; otherwise null.</summary>
    public string? KeptAsText { get; }

    /// <summary>Whether the order of the levels means something: small, medium, large.</summary>
    public bool IsOrdered { get; }

    public override int Length => _codes.Length;

    public override string Kind => IsOrdered ? "ordered factor" : "factor";

    /// <summary>A column of texts, levels sorted ordinally; null is missing.</summary>
    public static CategoricalColumn FromTexts(string name, IEnumerable<string?> texts, string? keptAsText = null)
    {
        var firstSeen = new Dictionary<string, int>(StringComparer.Ordinal);
        var codes = texts.TryGetNonEnumeratedCount(out var count) ? new List<int>(count) : [];
        foreach (var text in texts)
        {
            var code = -1;
            if (text is not null && !firstSeen.TryGetValue(text, out code))
                firstSeen.Add(text, code = firstSeen.Count);
            codes.Add(code);
        }
        return FromFirstSeen(name, [.. firstSeen.Keys], [.. codes], keptAsText);
    }

    /// <summary>
    /// Sorts levels that stand in the order in which they were met; <paramref name="codes"/> is rewritten in place.
    /// </summary>
    public static CategoricalColumn FromFirstSeen(string name, string[] levels, int[] codes, string? keptAsText = null)
    {
        var order = new int[levels.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => string.CompareOrdinal(levels[a], levels[b]));
        var rank = new int[levels.Length];
        for (var i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        for (var row = 0; row < codes.Length; row++)
        {
            if (codes[row] >= 0)
                codes[row] = rank[codes[row]];
        }
        return new CategoricalColumn(name, Array.ConvertAll(order, i => levels[i]), WholeNumbers.Of(codes), keptAsText: keptAsText);
    }

    public override bool IsMissing(int row) => _codes[row] < 0;

    /// <inheritdoc/>
    public override int MarkMissing(bool[] marks) => _codes.HasNegative() ? base.MarkMissing(marks) : 0;

    public override FieldColumn Take(int[] rows) =>
        new CategoricalColumn(Name, Levels, _codes.Take(rows), ExplicitLevels, KeptAsText, IsOrdered);

    public override FieldColumn Rename(string newName) =>
        new CategoricalColumn(newName, Levels, _codes, ExplicitLevels, KeptAsText, IsOrdered);

    public override object? ValueAt(int row) => TextAt(row);

    public override string? TextAt(int row) => _codes[row] is var code && code < 0 ? null : Levels[code];
}

/// <summary>True or false; in a formula a factor with the levels FALSE and TRUE, in arithmetic 0 and 1.</summary>
internal sealed class LogicalColumn(string name, bool?[] values) : FieldColumn(name)
{
    public bool?[] Values { get; } = values;

    public override int Length => Values.Length;

    public override string Kind => "logical";

    public override bool IsMissing(int row) => Values[row] is null;

    public override FieldColumn Take(int[] rows) =>
        new LogicalColumn(Name, Array.ConvertAll(rows, row => Values[row]));

    public override FieldColumn Rename(string newName) => new LogicalColumn(newName, Values);

    public override object? ValueAt(int row) => Values[row];

    public override string? TextAt(int row) => Values[row] is { } value ? value ? "TRUE" : "FALSE" : null;
}

/// <summary>Dates, with a time of day where one was given; in arithmetic days since 1970-01-01.</summary>
internal sealed class DateColumn(string name, DateTime?[] values) : FieldColumn(name)
{
    private static readonly DateTime Origin = new(1970, 1, 1);

    public DateTime?[] Values { get; } = values;

    public override int Length => Values.Length;

    public override string Kind => "date";

    /// <summary>Days since 1970-01-01, with a fraction for the time of day.</summary>
    public static double Days(DateTime date) => (date.Ticks - Origin.Ticks) / (double)TimeSpan.TicksPerDay;

    /// <summary>ISO 8601: the date alone at midnight, otherwise with the time.</summary>
    public static string Format(DateTime date)
    {
        var pattern = date.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF";
        return date.ToString(pattern, CultureInfo.InvariantCulture);
    }

    public override bool IsMissing(int row) => Values[row] is null;

    public override FieldColumn Take(int[] rows) =>
        new DateColumn(Name, Array.ConvertAll(rows, row => Values[row]));

    public override FieldColumn Rename(string newName) => new DateColumn(newName, Values);

    public override object? ValueAt(int row) => Values[row];

    public override string? TextAt(int row) => Values[row] is { } value ? Format(value) : null;
}
