using System.Data;

namespace EcoGlmm.Data;

/// <summary>
/// A column of a query's result as it grows row by row. Numbers are read without a box each, and each text is kept once,
/// so that a million rows take the memory of the finished column.
/// </summary>
internal abstract class QueryColumn(string name, int ordinal)
{
    protected string Name { get; } = name;

    protected int Ordinal { get; } = ordinal;

    /// <summary>The fastest way to read the column of that type; values of any other type are taken as they come.</summary>
    public static QueryColumn For(IDataRecord record, int ordinal)
    {
        var name = record.GetName(ordinal);
        var type = TypeAt(record, ordinal) ?? typeof(object);
        Func<IDataRecord, int, double>? number = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => null,
            TypeCode.Double => (r, i) => r.GetDouble(i),
            TypeCode.Single => (r, i) => r.GetFloat(i),
            TypeCode.Int32 => (r, i) => r.GetInt32(i),
            TypeCode.Int64 => (r, i) => r.GetInt64(i),
            TypeCode.Int16 => (r, i) => r.GetInt16(i),
            TypeCode.Byte => (r, i) => r.GetByte(i),
            TypeCode.Decimal => (r, i) => (double)r.GetDecimal(i),
            _ => null,
        };
        if (number is not null)
            return new NumberColumn(name, ordinal, type, number);
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new TextColumn(name, ordinal),
            TypeCode.Boolean =>
                new ValueColumn<bool>(name, ordinal, (r, i) => r.GetBoolean(i), (n, values) => new LogicalColumn(n, values)),
            TypeCode.DateTime =>
                new ValueColumn<DateTime>(name, ordinal, (r, i) => r.GetDateTime(i), (n, values) => new DateColumn(n, values)),
            _ => new AnyColumn(name, ordinal, type == typeof(object) ? null : type),
        };
    }

    // Spreadsheet readers know no type, or only that of the current row.
    private static Type? TypeAt(IDataRecord record, int ordinal)
    {
        try
        {
            return record.GetFieldType(ordinal);
        }
        catch (Exception e) when (e is NotSupportedException or NotImplementedException or InvalidOperationException
            or NullReferenceException)
        {
            return null;
        }
    }

    public abstract void Append(IDataRecord record);

    public abstract FieldColumn ToColumn();

    // A provider may know the type of each row only (SQLite): as soon as one is not what the first suggested, or a whole number
    // is beyond what a double holds, the column is taken as it comes.
    private sealed class NumberColumn(string name, int ordinal, Type type, Func<IDataRecord, int, double> read) : QueryColumn(name, ordinal)
    {
        private readonly NumberRows _values = new();
        private AnyColumn? _mixed;

        public override void Append(IDataRecord record)
        {
            try
            {
                Take(record);
            }
            catch (Exception e) when (e is InvalidCastException or OverflowException)
            {
                // A number may have more digits than a decimal, or be no number.
                throw new GlmmException($"Column \"{Name}\" of the query cannot be read as a number in row {_values.Count + 1}: "
                    + $"{e.Message} Cast it in the query, for example to double precision.", e);
            }
        }

        public override FieldColumn ToColumn() => _mixed?.ToColumn() ?? _values.ToColumn(Name);

        private bool IsBeyond(IDataRecord record) =>
            type == typeof(long) && NumberLabels.Exact(record.GetInt64(Ordinal)) is not null
            || type == typeof(decimal) && NumberLabels.Exact(record.GetDecimal(Ordinal)) is not null;

        private void Take(IDataRecord record)
        {
            if (_mixed is null && !record.IsDBNull(Ordinal) && (TypeAt(record, Ordinal) != type || IsBeyond(record)))
                _mixed = new AnyColumn(Name, Ordinal, type, _values.ToColumn(Name).Values);
            if (_mixed is not null)
                _mixed.Append(record);
            else
                _values.Add(record.IsDBNull(Ordinal) ? double.NaN : read(record, Ordinal));
        }
    }

    // Truth values and times.
    private sealed class ValueColumn<T>(
        string name, int ordinal, Func<IDataRecord, int, T> read, Func<string, T?[], FieldColumn> column) : QueryColumn(name, ordinal)
        where T : struct
    {
        private readonly RowStore<T?> _values = new();
        private AnyColumn? _mixed;

        public override void Append(IDataRecord record)
        {
            if (_mixed is null && !record.IsDBNull(Ordinal) && TypeAt(record, Ordinal) != typeof(T))
                _mixed = new AnyColumn(Name, Ordinal, typeof(T), _values.Take());
            if (_mixed is not null)
                _mixed.Append(record);
            else
                _values.Add(record.IsDBNull(Ordinal) ? null : read(record, Ordinal));
        }

        public override FieldColumn ToColumn() => _mixed?.ToColumn() ?? column(Name, _values.Take());
    }

    private sealed class TextColumn(string name, int ordinal) : QueryColumn(name, ordinal)
    {
        private readonly Dictionary<string, int> _firstSeen = new(StringComparer.Ordinal);
        private readonly List<int> _codes = [];
        private AnyColumn? _mixed;

        public override void Append(IDataRecord record)
        {
            if (_mixed is null && !record.IsDBNull(Ordinal) && TypeAt(record, Ordinal) != typeof(string))
                _mixed = new AnyColumn(Name, Ordinal, typeof(string), Texts());
            if (_mixed is not null)
            {
                _mixed.Append(record);
                return;
            }
            var code = -1;
            if (!record.IsDBNull(Ordinal))
            {
                var text = record.GetString(Ordinal);
                if (!_firstSeen.TryGetValue(text, out code))
                    _firstSeen.Add(text, code = _firstSeen.Count);
            }

            _codes.Add(code);
        }

        public override FieldColumn ToColumn() =>
            _mixed?.ToColumn() ?? CategoricalColumn.FromFirstSeen(Name, [.. _firstSeen.Keys], [.. _codes]);

        private IEnumerable<string?> Texts()
        {
            string[] texts = [.. _firstSeen.Keys];
            return _codes.Select(code => code < 0 ? null : texts[code]);
        }
    }

    private sealed class AnyColumn(string name, int ordinal, Type? declared) : QueryColumn(name, ordinal)
    {
        private readonly List<object?> _values = [];

        /// <summary>Goes on from values that were read already; NaN and null are missing.</summary>
        public AnyColumn(string name, int ordinal, Type declared, System.Collections.IEnumerable before) : this(name, ordinal, declared)
        {
            foreach (var value in before)
                _values.Add(value is double.NaN ? null : value);
        }

        public override void Append(IDataRecord record) => _values.Add(record.GetValue(Ordinal));

        public override FieldColumn ToColumn() => ColumnBuilder.FromObjects(Name, [.. _values], declared);
    }
}
