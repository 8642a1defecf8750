using System.Data;

namespace EcoGlmm.Tests.Data;

/// <summary>Readers whose types are those of the current row, as SQLite's are, or that know none at all.</summary>
public class ReaderTypeTests
{
    /// <summary>A table of boxed values; each field has the type of its value, as in SQLite.</summary>
    private sealed class DynamicReader(params object?[] values) : DelegatingReader(Table(values).CreateDataReader())
    {
        private readonly object?[] _values = values;
        private int _row = -1;

        public override Type GetFieldType(int i) => (_row < 0 ? _values[0] : GetValue(i))!.GetType();

        public override bool Read()
        {
            _row++;
            return base.Read();
        }

        private static DataTable Table(object?[] values)
        {
            var table = new DataTable();
            table.Columns.Add("x", typeof(object));
            foreach (var value in values)
                table.Rows.Add(value ?? DBNull.Value);
            return table;
        }
    }

    private sealed class NamelessReader() : DelegatingReader(new DataTable { Columns = { "x" } }.CreateDataReader())
    {
        public override string GetName(int i) => throw new NotSupportedException();
    }

    private sealed class TypelessReader() : DelegatingReader(Table().CreateDataReader())
    {
        public override Type GetFieldType(int i) => null!;

        private static DataTable Table()
        {
            var table = new DataTable();
            table.Columns.Add("x", typeof(int));
            table.Rows.Add(3);
            table.Rows.Add(4);
            return table;
        }
    }

    [Fact]
    public void Whole_numbers_and_fractions_are_numbers() =>
        Assert.Equal([1, 2.5, double.NaN, 4], FieldData.From(new DynamicReader(1L, 2.5, null, 4L)).Numbers("x"));

    [Theory]
    [InlineData(1L, "NA")]
    [InlineData("NA", 1L)]
    [InlineData(2.5, "x")]
    public void Numbers_and_texts_are_refused(object first, object second)
    {
        var message = Assert.Throws<GlmmException>(() => FieldData.From(new DynamicReader(first, second))).Message;
        Assert.Contains("Column \"x\" mixes types: row 1 is a", message);
        Assert.Contains("row 2 a", message);
    }

    [Fact]
    public void A_reader_without_names_gets_a_sentence() =>
        Assert.Contains("gives its columns no names", Assert.Throws<GlmmException>(() => FieldData.From(new NamelessReader())).Message);

    [Fact]
    public void A_reader_without_types_is_read_by_its_values() =>
        Assert.Equal([3, 4], FieldData.From(new TypelessReader()).Numbers("x"));
}
