using System.Runtime.InteropServices;
using System.Text;

namespace EcoGlmm.Data;

/// <summary>
/// A table as a file that reads back to the bit: every number, the levels of a factor with their order, times of day, what is
/// missing. Faster to read than CSV, and meant for the same version of the library, not for exchange.
/// </summary>
internal static class DataFile
{
    private const string Magic = "EcoGlmm data 1";

    private enum ColumnKind : byte
    {
        Numeric,
        Categorical,
        Logical,
        Date,
    }

    /// <summary>Writes a table.</summary>
    public static void Write(FieldData data, Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(data.RowCount);
        writer.Write(data.Columns.Count);
        foreach (var column in data.Columns) Write(column, writer);
    }

    /// <summary>Reads what <see cref="Write(FieldData, Stream)"/> wrote.</summary>
    /// <exception cref="GlmmException">The stream holds something else, or ends too early.</exception>
    public static FieldData Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (reader.ReadString() != Magic) throw new InvalidDataException("it does not begin as such a file does");
            var rows = reader.ReadInt32();
            var columns = new FieldColumn[reader.ReadInt32()];
            for (var k = 0; k < columns.Length; k++) columns[k] = Read(reader, rows);
            return new FieldData(columns);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or IndexOutOfRangeException or OverflowException
            or ArgumentException)
        {
            throw GlmmException.InFile($"The file is not a table of EcoGlmm, or is damaged: {e.Message}", e);
        }
    }

    private static void Write(FieldColumn column, BinaryWriter writer)
    {
        switch (column)
        {
            case NumericColumn numbers:
                Begin(ColumnKind.Numeric, column, writer);
                writer.Write(numbers.IsSinglePrecision);
                writer.Write(MemoryMarshal.AsBytes<double>(numbers.Values));
                break;
            case CategoricalColumn factor:
                Begin(ColumnKind.Categorical, column, writer);
                writer.Write(factor.ExplicitLevels);
                writer.Write(factor.IsOrdered);
                writer.Write(factor.KeptAsText is not null);
                if (factor.KeptAsText is not null) writer.Write(factor.KeptAsText);
                writer.Write(factor.Levels.Length);
                foreach (var level in factor.Levels) writer.Write(level);
                writer.Write(MemoryMarshal.AsBytes<int>(factor.Codes));
                break;
            case LogicalColumn logical:
                Begin(ColumnKind.Logical, column, writer);
                writer.Write(Array.ConvertAll(logical.Values, v => v switch { true => (byte)1, false => (byte)0, null => (byte)2 }));
                break;
            case DateColumn dates:
                Begin(ColumnKind.Date, column, writer);
                writer.Write(MemoryMarshal.AsBytes<long>(Array.ConvertAll(dates.Values, v => v?.ToBinary() ?? long.MinValue)));
                break;
            default:
                throw new GlmmException($"The column \"{column.Name}\" ({column.Kind}) cannot be written to a file of EcoGlmm.");
        }
    }

    private static void Begin(ColumnKind kind, FieldColumn column, BinaryWriter writer)
    {
        writer.Write((byte)kind);
        writer.Write(column.Name);
    }

    private static FieldColumn Read(BinaryReader reader, int rows)
    {
        var kind = (ColumnKind)reader.ReadByte();
        var name = reader.ReadString();
        switch (kind)
        {
            case ColumnKind.Numeric:
                var isSingle = reader.ReadBoolean();
                return new NumericColumn(name, Values<double>(reader, rows), isSingle);
            case ColumnKind.Categorical:
                var (isExplicit, isOrdered) = (reader.ReadBoolean(), reader.ReadBoolean());
                var keptAsText = reader.ReadBoolean() ? reader.ReadString() : null;
                var levels = new string[reader.ReadInt32()];
                for (var l = 0; l < levels.Length; l++) levels[l] = reader.ReadString();
                return new CategoricalColumn(name, levels, Values<int>(reader, rows), isExplicit, keptAsText, isOrdered);
            case ColumnKind.Logical:
                return new LogicalColumn(name, Array.ConvertAll(Values<byte>(reader, rows), v => v == 2 ? (bool?)null : v == 1));
            case ColumnKind.Date:
                return new DateColumn(name, Array.ConvertAll(Values<long>(reader, rows), v => v == long.MinValue ? (DateTime?)null
                    : DateTime.FromBinary(v)));
            default:
                throw new InvalidDataException($"it has a column of an unknown kind, {(byte)kind}");
        }
    }

    private static T[] Values<T>(BinaryReader reader, int rows) where T : struct
    {
        var values = new T[rows];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
