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
        var type = record.GetFieldType(ordinal);
        Func<IDataRecord, int, double>? number = Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => null,
            TypeCode.Double => (r, i) => r.GetDouble(i),
            TypeCode.Single => (r, i) => r.GetFloat(i),
            TypeCode.Int32 => (r, i) => r.GetInt32(i),
            TypeCode.Int64 => (r, i) => r.GetInt64(i),
            TypeCode.Int16 => (r, i) => r.GetInt16(i),
            TypeCode.Decimal => (r, i) => (double)r.GetDecimal(i),
            _ => null,
        };
        if (number is not null)
            return new NumberColumn(name, ordinal, number);
        return type == typeof(string) ? new TextColumn(name, ordinal) : new AnyColumn(name, ordinal, type);
    }

    public abstract void Append(IDataRecord record);

    public abstract FieldColumn ToColumn();

    private sealed class NumberColumn(string name, int ordinal, Func<IDataRecord, int, double> read) : QueryColumn(name, ordinal)
    {
        private readonly List<double> _values = [];

        public override void Append(IDataRecord record) =>
            _values.Add(record.IsDBNull(Ordinal) ? double.NaN : Read(record));

        public override FieldColumn ToColumn() => new NumericColumn(Name, [.. _values]);

        private double Read(IDataRecord record)
        {
            try
            {
                return read(record, Ordinal);
            }
            catch (Exception e) when (e is InvalidCastException or OverflowException)
            {
                // A provider may declare one type and deliver another (SQLite), or a number may have more digits than a decimal.
                throw new GlmmException($"Column \"{Name}\" of the query cannot be read as a number in row {_values.Count + 1}: "
                    + $"{e.Message} Cast it in the query, for example to double precision.", e);
            }
        }
    }

    private sealed class TextColumn(string name, int ordinal) : QueryColumn(name, ordinal)
    {
        private readonly Dictionary<string, int> _firstSeen = new(StringComparer.Ordinal);
        private readonly List<int> _codes = [];

        public override void Append(IDataRecord record)
        {
            var code = -1;
            if (!record.IsDBNull(Ordinal))
            {
                var text = record.GetString(Ordinal);
                if (!_firstSeen.TryGetValue(text, out code))
                    _firstSeen.Add(text, code = _firstSeen.Count);
            }

            _codes.Add(code);
        }

        public override FieldColumn ToColumn() => CategoricalColumn.FromFirstSeen(Name, [.. _firstSeen.Keys], [.. _codes]);
    }

    private sealed class AnyColumn(string name, int ordinal, Type declared) : QueryColumn(name, ordinal)
    {
        private readonly List<object?> _values = [];

        public override void Append(IDataRecord record) => _values.Add(record.GetValue(Ordinal));

        public override FieldColumn ToColumn() => ColumnBuilder.FromObjects(Name, [.. _values], declared);
    }
}
