using System.Collections;
using System.Data;
using System.Dynamic;
using System.Numerics;
using Microsoft.FSharp.Core;

namespace EcoGlmm.Tests.Data;

public class FieldDataFromTests
{
    private enum Treatment { Satiated, Deprived }

    private record Visit(string Nest, int Eggs, double? Mass, bool Fed, DateOnly Day, Treatment Food, char Observer, decimal Cost);

    private class Animal
    {
        public string Name { get; init; } = "";

        public double Mass { get; init; }

        public int this[int i] => i;

        public static int Total => 3;

        public int WriteOnly { set => _ = value; }

        protected int Hidden => 1;
    }

    private sealed class Bird : Animal
    {
        public double Wing { get; init; }
    }

    private sealed class Mammal : Animal;

    private sealed class Failing
    {
        public int Broken => throw new InvalidOperationException("no signal");
    }

    private static string MessageOf(object? table) =>
        Assert.Throws<GlmmException>(() => FieldData.From(table!)).Message;

    private static string Kinds(FieldData data) =>
        string.Join(" ", data.Columns.Select(column => $"{column.Name}:{column.Kind}"));

    [Fact]
    public void Records()
    {
        var data = FieldData.From(new List<Visit>
        {
            new("b", 3, 1.5, true, new DateOnly(2020, 5, 1), Treatment.Satiated, 'x', 1.1m),
            new("a", 2, null, false, new DateOnly(2020, 5, 2), Treatment.Deprived, 'y', 2.2m),
        });
        Assert.Equal("Nest:factor Eggs:numeric Mass:numeric Fed:logical Day:date Food:factor Observer:factor Cost:numeric",
            Kinds(data));
        Assert.Equal(["a", "b"], data.Levels("Nest"));
        Assert.Equal([1.5, double.NaN], data.Numbers("Mass"));
        Assert.Equal(["Deprived", "Satiated"], data.Levels("Food"));
        Assert.Equal(["2020-05-01", "2020-05-02"], data.TextList("Day"));
        Assert.Equal([1.1, 2.2], data.Numbers("Cost"));
    }

    [Fact]
    public void Anonymous_objects_and_queries()
    {
        var data = FieldData.From(Enumerable.Range(0, 4).Select(i => new { i, Half = i / 2f, Name = i == 2 ? null : $"n{i}" }));
        Assert.Equal([0, 0.5, 1, 1.5], data.Numbers("Half"));
        Assert.Equal(["n0", "n1", null, "n3"], data.TextList("Name"));
    }

    [Fact]
    public void Instances_of_classes()
    {
        Assert.Equal("Name:factor Mass:numeric",
            Kinds(FieldData.From(new[] { new Animal { Name = "a", Mass = 1 } })));
        Assert.Equal(["Wing", "Name", "Mass"], FieldData.From(new Animal[] { new Bird(), new Bird() }).ColumnNames);
        // Rows of several types have the columns of what they are declared to be.
        Assert.Equal(["Name", "Mass"], FieldData.From(new Animal[] { new Bird(), new Mammal() }).ColumnNames);
        Assert.Equal("The rows are of different types: row 1 is a Bird, row 2 a Mammal. Give rows of one type.",
            MessageOf(new object[] { new Bird(), new Mammal() }));
    }

    [Fact]
    public void Unusual_numbers_and_dates()
    {
        var data = FieldData.From(new[]
        {
            new { h = (Half)0.5, b = new BigInteger(12), l = 1UL, o = new DateTimeOffset(2020, 5, 1, 6, 0, 0, TimeSpan.FromHours(2)),
                g = Guid.Empty },
        });
        Assert.Equal([0.5], data.Numbers("h"));
        Assert.Equal([12], data.Numbers("b"));
        Assert.Equal("2020-05-01T06:00:00", data.Texts("o")[0]);
        Assert.Equal(Guid.Empty.ToString(), data.Texts("g")[0]);
    }

    [Fact]
    public void Values_declared_as_objects()
    {
        var data = FieldData.From(new[] { new { x = (object?)1, y = (object?)null }, new { x = (object?)2.5, y = (object?)"a" } });
        Assert.Equal([1, 2.5], data.Numbers("x"));
        Assert.Equal([null, "a"], data.TextList("y"));
        Assert.Equal("Column \"x\" mixes types: row 1 is a number (1.5), row 3 a text (\"a\"). Make them all one type.",
            MessageOf(new Dictionary<string, object> { ["x"] = new object?[] { 1.5, null, "a" } }));
    }

    [Fact]
    public void Options_of_FSharp()
    {
        var data = FieldData.From(new[]
        {
            new { x = FSharpOption<double>.Some(1.5), y = FSharpOption<string>.None },
            new { x = FSharpOption<double>.None, y = FSharpOption<string>.Some("a") },
        });
        Assert.Equal([1.5, double.NaN], data.Numbers("x"));
        Assert.Equal([null, "a"], data.TextList("y"));
    }

    [Fact]
    public void All_missing_columns_keep_their_declared_type() => Assert.Equal("a:factor b:numeric c:logical d:date",
        Kinds(FieldData.From(new[] { new { a = (string?)null, b = (int?)null, c = (bool?)null, d = (DateTime?)null } })));

    [Fact]
    public void No_rows_keep_their_columns() =>
        Assert.Equal("Name:factor Mass:numeric", Kinds(FieldData.From(Array.Empty<Animal>())));

    [Fact]
    public void Dictionaries_of_columns()
    {
        IEnumerable<KeyValuePair<string, IEnumerable<double>>> pairs =
            [new("x", [1, 2]), new("y", Enumerable.Range(3, 2).Select(i => (double)i))];
        var tables = new object[]
        {
            new Dictionary<string, double[]> { ["x"] = [1, 2], ["y"] = [3, 4] },
            new SortedDictionary<string, List<int>> { ["x"] = [1, 2], ["y"] = [3, 4] },
            new Dictionary<string, object> { ["x"] = new[] { 1, 2 }, ["y"] = new List<double?> { 3, 4 } },
            new Dictionary<string, Array> { ["x"] = new[] { 1f, 2 }, ["y"] = new long[] { 3, 4 } },
            new System.Collections.ObjectModel.ReadOnlyDictionary<string, double[]>(
                new Dictionary<string, double[]> { ["x"] = [1, 2], ["y"] = [3, 4] }),
            new System.Collections.Specialized.OrderedDictionary { ["x"] = new[] { 1, 2 }, ["y"] = new ArrayList { 3, 4.0 } },
            pairs,
            new Microsoft.FSharp.Collections.FSharpMap<string, double[]>(
                [Tuple.Create("x", new[] { 1.0, 2 }), Tuple.Create("y", new[] { 3.0, 4 })]),
        };
        foreach (var table in tables)
        {
            var data = FieldData.From(table);
            Assert.Equal(["x", "y"], data.ColumnNames);
            Assert.Equal([1, 2], data.Numbers("x"));
            Assert.Equal([3, 4], data.Numbers("y"));
        }
    }

    [Fact]
    public void Arrays_of_enums_are_labels_not_numbers() => Assert.Equal(["Deprived", "Satiated"], FieldData.From(
        new Dictionary<string, Array> { ["f"] = new[] { Treatment.Satiated, Treatment.Deprived } }).Levels("f"));

    [Fact]
    public void Sequences_of_dictionaries()
    {
        dynamic first = new ExpandoObject();
        (first.x, first.n) = (1, "a");
        dynamic second = new ExpandoObject();
        (second.x, second.z) = (2.5, true);
        var data = FieldData.From(new List<ExpandoObject> { first, second });
        Assert.Equal("x:numeric n:factor z:logical", Kinds(data));
        Assert.Equal(["a", null], data.TextList("n"));
        Assert.Equal([1, 3], FieldData.From(new[]
        {
            new Dictionary<string, double> { ["x"] = 1 }, new Dictionary<string, double> { ["x"] = 3 },
        }).Numbers("x"));
        Assert.Equal("Row 1 is a dictionary, but row 2 is a Animal.",
            MessageOf(new object[] { new Dictionary<string, double> { ["x"] = 1 }, new Animal() }));
    }

    private static DataTable Table()
    {
        var table = new DataTable();
        table.Columns.Add("Nest", typeof(string));
        table.Columns.Add("Eggs", typeof(short));
        table.Columns.Add("Fed", typeof(bool));
        table.Columns.Add("Day", typeof(DateTime));
        table.Columns.Add("Empty", typeof(string));
        table.Rows.Add("b", (short)3, true, new DateTime(2020, 5, 1), DBNull.Value);
        table.Rows.Add("a", DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value);
        return table;
    }

    [Fact]
    public void Data_tables_views_and_rows()
    {
        var table = Table();
        const string kinds = "Nest:factor Eggs:numeric Fed:logical Day:date Empty:factor";
        foreach (var source in new object[] { table, table.DefaultView, table.Rows, table.Select(), table.CreateDataReader() })
        {
            var data = FieldData.From(source);
            Assert.Equal(kinds, Kinds(data));
            Assert.Equal([3, double.NaN], data.Numbers("Eggs"));
            Assert.Equal(["b", "a"], data.TextList("Nest"));
            Assert.Equal([null, null], data.TextList("Empty"));
        }
        table.AcceptChanges();
        table.Rows[0].Delete();
        Assert.Equal(["a"], FieldData.From(table).TextList("Nest"));
    }

    [Fact]
    public void Data_readers_that_cannot_be_read()
    {
        var closed = Table().CreateDataReader();
        closed.Close();
        Assert.Equal("The data reader is closed already; run the query again.", MessageOf(closed));
        var table = Table();
        var unnamed = new UnnamedReader(table);
        Assert.Equal("Column 2 of the query has no name; give it one with AS.", MessageOf(unnamed));
    }

    private sealed class UnnamedReader(DataTable table) : DelegatingReader(table.CreateDataReader())
    {
        public override string GetName(int i) => i == 1 ? "" : base.GetName(i);
    }

    [Fact]
    public void Tables_convert_without_a_word()
    {
        FieldData fromTable = Table();
        FieldData fromView = Table().DefaultView;
        FieldData fromArrays = new Dictionary<string, double[]> { ["x"] = [1, 2] };
        FieldData fromObjects = new Dictionary<string, object> { ["x"] = new[] { 1, 2 } };
        FieldData fromMixed = new Dictionary<string, Array> { ["x"] = new[] { 1, 2 } };
        Assert.Equal([2, 2, 2, 2, 2], new[] { fromTable, fromView, fromArrays, fromObjects, fromMixed }.Select(d => d.RowCount));
        Assert.Same(fromTable, FieldData.From(fromTable));
    }

    [Fact]
    public void Back_to_a_data_table()
    {
        var data = FieldData.From(Table());
        var table = data.ToDataTable("nests");
        Assert.Equal("nests", table.TableName);
        Assert.Equal([typeof(string), typeof(double), typeof(bool), typeof(DateTime), typeof(string)],
            table.Columns.Cast<DataColumn>().Select(column => column.DataType));
        Assert.Equal([DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value], table.Rows[1].ItemArray.Skip(1));
        var back = FieldData.From(table);
        Assert.Equal(Kinds(data), Kinds(back));
        Assert.All(data.ColumnNames, name => Assert.Equal(data.Texts(name), back.Texts(name)));
        Assert.Contains("\"nest\", \"Nest\"",
            Assert.Throws<GlmmException>(() => data.Rename("Eggs", "nest").Select("nest", "Nest").ToDataTable()).Message);
    }

    [Fact]
    public void Says_what_it_cannot_take()
    {
        Assert.Equal("FieldData.From was given the text \"owls.csv\". To read a file, write FieldData.ReadCsv(path).",
            MessageOf("owls.csv"));
        Assert.Contains("write await before it", MessageOf(Task.FromResult(1)));
        Assert.Equal("A Animal is not a table. FieldData.From takes a DataFrame, a DataTable, an IDataReader, a sequence of "
            + "records or objects with properties, or a dictionary from column names to sequences of values. A single object "
            + "becomes a row within an array: new[] { row }.", MessageOf(new Animal()));
        var set = new DataSet();
        set.Tables.Add("nests");
        set.Tables.Add("visits");
        Assert.Contains("several tables: \"nests\", \"visits\"", MessageOf(set));
        Assert.StartsWith("A sequence of Double has no column names.", MessageOf(new[] { 1.0, 2 }));
        Assert.StartsWith("A sequence of Double[] has no column names.", MessageOf(new[] { new[] { 1.0, 2 } }));
        Assert.StartsWith("A sequence of Double has no column names.", MessageOf(new double[2, 2]));
        Assert.StartsWith("A sequence of String has no column names.", MessageOf(new object[] { "a", "b" }));
        Assert.StartsWith("The rows are tuples", MessageOf(new[] { (Nest: "a", Eggs: 1) }));
        Assert.StartsWith("The rows are tuples", MessageOf(new[] { Tuple.Create("a", 1) }));
        Assert.Equal("Row 2 of the sequence is null; leave such rows out.", MessageOf(new[] { new Animal(), null }));
        Assert.Contains("no public properties", MessageOf(new[] { new object() }));
        Assert.Contains("no public properties", MessageOf(new List<object>()));
    }

    [Fact]
    public void Says_which_column_it_cannot_take()
    {
        Assert.Equal("Column \"x\" is a single Double, but a column is a sequence of values, one per row; for a single row "
            + "write an array with one value.", MessageOf(new Dictionary<string, double> { ["x"] = 1 }));
        Assert.Contains("Column \"x\" is a single String", MessageOf(new Dictionary<string, string> { ["x"] = "abc" }));
        Assert.Equal("Column \"x\" is null instead of a sequence of values.",
            MessageOf(new Dictionary<string, double[]?> { ["x"] = null }));
        Assert.Contains("1 is a Int32, not a text", MessageOf(new Dictionary<int, double[]> { [1] = [1] }));
        Assert.Equal("Column \"x\" holds a value of type TimeSpan in row 1, and a column takes numbers, texts, true/false and "
            + "dates. Convert it first, or leave that column out.",
            MessageOf(new Dictionary<string, TimeSpan[]> { ["x"] = [TimeSpan.Zero] }));
        var message = MessageOf(new[] { new { Nest = "a", Where = new Animal(), Eggs = new List<int>() } });
        Assert.StartsWith("The property Where of ", message);
        Assert.EndsWith(" is a Animal, and a column takes numbers, texts, true/false and dates. Choose the properties to use: "
            + "rows.Select(row => new { row.Nest }).", message);
        Assert.Equal("The property Broken of row 1 cannot be read: no signal", MessageOf(new[] { new Failing() }));
    }
}
