using System.Globalization;
using System.Text;
using EcoGlmm.Data;

namespace EcoGlmm.Tests.Data;

/// <summary>
/// Files that are read piece by piece from the disk: numbers of many digits, widths of columns, rows that are not as the others.
/// </summary>
public class CsvPartsTests
{
    private const int Rows = 150_000;

    private static FieldData Read(string header, Func<int, string> row, string end = "\n")
    {
        var text = new StringBuilder(header).Append(end);
        for (var i = 0; i < Rows; i++)
            text.Append(row(i)).Append(end);
        using var file = new TemporaryFile(Encoding.UTF8.GetBytes(text.ToString()));
        return FieldData.ReadCsv(file.Path);
    }

    [Fact]
    public void Whole_numbers_and_codes_take_the_bytes_they_need()
    {
        var data = Read("count,year,id,mixed,few,many,group,zero", i =>
            $"{i % 30},{1990 + (i % 30)},{i + 1},{(i < Rows - 3 ? "3" : "3.5")},f{i % 9},"
            + $"m{i * 7 % 5003},g{i},{(i == Rows - 1 ? "-0" : "1")}");
        int Width(string name) => data.Column(name) is NumericColumn numbers ? numbers.Width : ((CategoricalColumn)data.Column(name)).Width;
        Assert.Equal([1, 2, 4, 8, 1, 2, 4], data.ColumnNames.Take(7).Select(Width));
        Assert.Equal(Enumerable.Range(1, Rows).Select(i => (double)i), data.Numbers("id"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => 1990.0 + (i % 30)), data.Numbers("year"));
        Assert.Equal([3, 3.5, 3.5, 3.5], data.Numbers("mixed")[^4..]);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"g{i}"), data.Texts("group"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"m{i * 7 % 5003}"), data.Texts("many"));
        Assert.True(double.IsNegative(data.Numbers("zero")[^1]));
        var some = data.Where(row => row.Index % 50_000 == 7);
        Assert.Equal([7.0 + 1, 50_008, 100_008], some.Numbers("id"));
        Assert.Equal(1, ((NumericColumn)some.Column("count")).Width);
    }

    [Fact]
    public void Missing_values_keep_the_width()
    {
        var data = Read("a,b,c", i => $"{(i % 7 == 0 ? "NA" : i % 100)},{(i % 5 == 0 ? "" : "x" + (i % 3))},{i}");
        var column = Assert.IsType<NumericColumn>(data.Column("a"));
        Assert.Equal(1, column.Width);
        Assert.Equal((Rows + 6) / 7, column.MissingCount);
        Assert.Null(column.TextAt(7));
        Assert.Equal(8.0, column.ValueAt(8));
        Assert.True(double.IsNaN(column.Values[14]));
        var marks = new bool[Rows];
        Assert.Equal(column.MissingCount, column.MarkMissing(marks));
        Assert.Equal(Rows / 5, data.Column("b").MissingCount);
        Assert.Equal(["x0", "x1", "x2"], data.Levels("b"));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Blank_lines_and_blanks_between_rows_are_none(string end)
    {
        var data = Read("a,b,c,d", i => (i % 1000 == 3 ? end : i % 1000 == 4 ? "   " + end : "")
            + $"{i}, {i % 3} ,\"q,{i % 4}\",row {i % 50_021}", end);
        Assert.Equal(Rows, data.RowCount);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => (double)i), data.Numbers("a"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => (double)(i % 3)), data.Numbers("b"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"q,{i % 4}"), data.Texts("c"));
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => $"row {i % 50_021}"), data.Texts("d"));
    }

    [Fact]
    public void A_row_that_is_cut_off_is_told_with_its_line()
    {
        var message = Assert.Throws<GlmmException>(() => Read("a,b,c", i => i == Rows - 10 ? "1,2" : $"{i},{i},some text")).Message;
        Assert.Contains($"line {Rows - 8}: the row has 2 fields, but the header names 3 columns", message, StringComparison.Ordinal);
        Assert.Contains("line 99: the quote before b\"x in column 2", Assert.Throws<GlmmException>(
            () => Read("a,b,c", i => i == 97 ? "1,\"b\"x,some text" : $"{i},{i},some text")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_many_digits_are_the_nearest_doubles()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, Rows).Select(_ =>
        {
            var number = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 8));
            return number.ToString("R", CultureInfo.InvariantCulture);
        }).ToArray();
        var data = Read("x,y", i => $"{texts[i]},{texts[i].Replace("E-0", "e-", StringComparison.Ordinal)}");
        var expected = Array.ConvertAll(texts, text => double.Parse(text, CultureInfo.InvariantCulture));
        Assert.Equal(expected, data.Numbers("x"));
        Assert.Equal(expected, data.Numbers("y"));
    }

    [Fact]
    public void Only_the_nearest_of_the_shortest_texts_is_taken_for_one_of_its_own()
    {
        var random = new Random(11);
        var taken = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var places = 16 + random.Next(2);
            var digits = (ulong)random.NextInt64((long)Math.Pow(10, places - 1), (long)Math.Pow(10, places));
            var decimals = 2 + random.Next(18);
            var text = digits.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
            text = text.Insert(text.Length - decimals, ".");
            var number = double.Parse(text, CultureInfo.InvariantCulture);
            if (random.Next(2) == 0)
            {
                text = number.ToString("R", CultureInfo.InvariantCulture);
                if (text.Contains('E', StringComparison.Ordinal) || !text.Contains('.', StringComparison.Ordinal))
                    continue;
                (digits, decimals) = (ulong.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
                    text.Length - 1 - text.IndexOf('.', StringComparison.Ordinal));
                if (digits < 1_000_000_000_000_000)
                    continue;
            }
            if (!LongDecimal.TryShortest(digits, decimals, out var read))
                continue;
            taken++;
            Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(read));
            Assert.Equal(text, number.ToString("R", CultureInfo.InvariantCulture));
        }
        Assert.True(taken > 60_000, $"{taken}");
    }

    [Theory]
    [InlineData("numeric", "1e-05", "2e-05", "0.5")]
    [InlineData("factor", "1e-05", "0.00001", "0.5")]
    [InlineData("factor", "1e-05", "1E-5", "0.5")]
    [InlineData("numeric", "1e-05", "1e-05", "1e-05")]
    [InlineData("factor", "5e-1", "0.5", "2")]
    [InlineData("numeric", "1.0", "2.0", "0.125")]
    [InlineData("factor", "1.0", "1", "0.125")]
    [InlineData("numeric", "0.1234567890123456", "1.0", "2e-07")]
    public void Forms_that_are_rare_are_watched_in_parts(string kind, string first, string last, string others)
    {
        var data = Read("x,y", i => $"{(i == 1000 ? first : i == Rows - 1000 ? last : others)},some text");
        Assert.Equal(kind, data.Column("x").Kind);
        Assert.Equal(Rows, data.RowCount);
    }

    [Fact]
    public void Levels_are_sorted_as_their_characters_are()
    {
        string[] levels = ["b", "", "\U0001F600", "\ufffd", "\ue000x", "individual-12", "individual-2", "individual", "ä", "Z"];
        var data = Read("x,y", i => $"\"{levels[i % levels.Length]}\",1");
        Assert.Equal(levels.Where(level => level.Length > 0).Order(StringComparer.Ordinal), data.Levels("x"));
        string[] plain = ["b", "individual-12", "individual-2", "individual", "individua", "ä", "Z", "zz"];
        Assert.Equal(plain.Order(StringComparer.Ordinal), Read("x,y", i => $"{plain[i % plain.Length]},1").Levels("x"));
    }
}
