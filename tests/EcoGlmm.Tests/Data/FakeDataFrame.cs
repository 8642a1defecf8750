using System.Collections;

// The members of Microsoft.Data.Analysis that are read by name, laid out as in that package: columns in buffers with a
// validity bit map each, an overloaded indexer, nullable values when enumerated.
#pragma warning disable IDE0130
namespace Microsoft.Data.Analysis;
#pragma warning restore IDE0130

public class DataFrame(params DataFrameColumn[] columns)
{
    public DataFrameColumnCollection Columns { get; } = new(columns);

    public object this[long row, int column] => throw new InvalidOperationException("not to be called");

    public DataFrame this[params string[] names] => throw new InvalidOperationException("not to be called");
}

public class DataFrameColumnCollection(IList<DataFrameColumn> columns)
    : System.Collections.ObjectModel.Collection<DataFrameColumn>(columns)
{
    public DataFrameColumn this[string name] => throw new InvalidOperationException("not to be called");
}

public abstract class DataFrameColumn(string name, long length, Type type) : IEnumerable
{
    public string Name { get; } = name;

    public long Length { get; } = length;

    public virtual long NullCount => 0;

    public Type DataType { get; } = type;

    public object this[long row] => throw new InvalidOperationException("not to be called");

    IEnumerator IEnumerable.GetEnumerator() => GetEnumeratorCore();

    protected abstract IEnumerator GetEnumeratorCore();
}

public class PrimitiveDataFrameColumn<T>(string name, params T?[] values)
    : DataFrameColumn(name, values.Length, typeof(T)), IEnumerable<T?>
    where T : unmanaged
{
    public PrimitiveDataFrameColumn(string name, IEnumerable<T?> values)
        : this(name, values.ToArray())
    {
    }

    private const int BufferLength = 10;

    public bool WereBuffersRead { get; private set; }

    public IEnumerable<ReadOnlyMemory<T>> GetReadOnlyDataBuffers()
    {
        WereBuffersRead = true;
        return values.Chunk(BufferLength).Select(chunk =>
            new ReadOnlyMemory<T>([.. chunk.Select(value => value ?? default)]));
    }

    public IEnumerable<ReadOnlyMemory<byte>> GetReadOnlyNullBitMapBuffers() => values.Chunk(BufferLength).Select(chunk =>
    {
        var map = new byte[(chunk.Length + 7) / 8];
        for (var i = 0; i < chunk.Length; i++)
        {
            if (chunk[i] is not null)
                map[i / 8] |= (byte)(1 << i % 8);
        }
        return new ReadOnlyMemory<byte>(map);
    });

    public IEnumerator<T?> GetEnumerator() => ((IEnumerable<T?>)values).GetEnumerator();

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();
}

public class DoubleDataFrameColumn(string name, params double?[] values) : PrimitiveDataFrameColumn<double>(name, values)
{
    public DoubleDataFrameColumn(string name, IEnumerable<double?> values)
        : this(name, values.ToArray())
    {
    }
}

public class BooleanDataFrameColumn(string name, IEnumerable<bool?> values) : PrimitiveDataFrameColumn<bool>(name, values);

public class StringDataFrameColumn(string name, params string?[] values)
    : DataFrameColumn(name, values.Length, typeof(string)), IEnumerable<string?>
{
    public StringDataFrameColumn(string name, IEnumerable<string?> values)
        : this(name, values.ToArray())
    {
    }

    public IEnumerator<string?> GetEnumerator() => ((IEnumerable<string?>)values).GetEnumerator();

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();
}

public readonly struct VBuffer<T>;

public class VBufferDataFrameColumn<T>(string name, long length)
    : DataFrameColumn(name, length, typeof(VBuffer<T>)), IEnumerable<VBuffer<T>>
{
    public IEnumerator<VBuffer<T>> GetEnumerator() => throw new InvalidOperationException("not to be called");

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();
}
