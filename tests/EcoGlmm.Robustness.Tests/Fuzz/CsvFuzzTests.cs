using System.Globalization;
using System.Text;

namespace EcoGlmm.Robustness.Tests.Fuzz;

/// <summary>Whatever stands in a file, it is read as a table or refused with a sentence, and a table that is written reads back the
/// same.</summary>
public class CsvFuzzTests
{
    private static readonly string[] Fields =
    [
        "1", "2.5", "007", "7", "1.10", "1.1", "1e5", "100000", "+1", "NA", "", " ", "x", "a b", " padded ", "T", "F", "TRUE", "false",
            "2020-01-01", "2020-01-01T10:00",
        "Inf", "-Inf", "NaN", "1,5", "2,25", "1.234,5", "9007199254740993", "\"quoted\"", "\"a,b\"", "\"a;b\"", "\"two\nlines\"",
        "\"say \"\"hi\"\"\"", "5\" dbh", "=1+1", "é", "Å",
        "Cafe\u0301", "\u00a0", "\ufeff", "-0", "0", "1e400", "5e-324", "\"1\"", "\"NA\"", "\"\"",
    ];

    private static readonly string[] Mutations = ["\"", ",", ";", "\t", "\n", "\r", "\r\n", " ", "\0", "\ufeff", "1", "x", "NA", "'",
        "\\", "\u00ff"];

    [Fact]
    public void A_file_is_read_and_written_and_read_again()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-fuzz-{Guid.NewGuid():N}.csv");
        var (tables, sentences) = (0, 0);
        try
        {
            foreach (var trial in Effort.Trials(200_000))
            {
                var content = Content(new Random(trial));
                File.WriteAllBytes(path, content);
                try
                {
                    var data = FieldData.ReadCsv(path);
                    Assert.NotEmpty(data.ToString());
                    Assert.NotEmpty(data.ToHtml());
                    RoundTrip(data, path, trial);
                    tables++;
                }
                catch (GlmmException sentence)
                {
                    Assert.Contains(path, sentence.Message);
                    sentences++;
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    Assert.Fail($"Trial {trial}: {Convert.ToBase64String(content)}\n{exception}");
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
        Assert.True(tables > 100 && sentences > 100, $"{tables} tables, {sentences} sentences");
    }

    [Fact]
    public void Any_table_comes_back_the_same()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-fuzz-{Guid.NewGuid():N}.csv");
        try
        {
            foreach (var trial in Effort.Trials(200_000))
                RoundTrip(Table(new Random(trial)), path, trial);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void RoundTrip(FieldData data, string path, int trial)
    {
        data.WriteCsv(path);
        var back = FieldData.ReadCsv(path);
        var what = $"trial {trial}:\n{File.ReadAllText(path)}";
        Assert.True(data.ColumnNames.SequenceEqual(back.ColumnNames), what);
        Assert.True(data.RowCount == back.RowCount, what);
        foreach (var name in data.ColumnNames)
        {
            Assert.True(data.Texts(name).SequenceEqual(back.Texts(name)), $"{name}, {what}");
            // A column without any value has no kind to come back.
            if (data.Texts(name).Any(text => text is not null))
                Assert.True(Kind(data, name) == Kind(back, name), $"The kind of {name}, {what}");
        }
    }

    private static string Kind(FieldData data, string name) => data.Select(name).ToDataTable().Columns[name]!.DataType.Name;

    private static byte[] Content(Random random)
    {
        var separator = Pick(random, [",", ";", "\t", ",", ";"]);
        var end = Pick(random, ["\n", "\r\n", "\n", "\r"]);
        var columns = random.Next(1, 6);
        var text = new StringBuilder();
        for (var row = random.Next(1, 9); row >= 0; row--)
            text.Append(string.Join(separator, Enumerable.Range(0, columns).Select(_ => Pick(random, Fields)))).Append(end);
        for (var mutations = random.Next(4); mutations > 0; mutations--)
        {
            var at = random.Next(text.Length + 1);
            if (random.Next(3) == 0 && at < text.Length)
                text.Remove(at, Math.Min(random.Next(1, 5), text.Length - at));
            else
                text.Insert(at, Pick(random, Mutations));
        }
        var encoding = random.Next(12) switch { 0 => Encoding.Unicode, 1 => Encoding.BigEndianUnicode, 2 => Encoding.Latin1, _ =>
            Encoding.UTF8 };
        var bytes = encoding.GetBytes(text.ToString());
        if (random.Next(20) == 0 && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static FieldData Table(Random random)
    {
        var rows = random.Next(1, 7);
        var columns = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var name = random.Next(3) == 0 ? Label(random) : $"c{count}";
            if (!string.IsNullOrWhiteSpace(name))
                columns[name] = Values(random, rows);
        }
        if (columns.Count == 0)
            columns["x"] = Values(random, rows);
        return FieldData.From(columns);
    }

    private static object Values(Random random, int rows) => random.Next(5) switch
    {
        0 => Enumerable.Range(0, rows).Select(_ => Number(random)).ToArray(),
        1 => Enumerable.Range(0, rows).Select(_ => random.Next(4) == 0 ? (bool?)null : random.Next(2) == 0).ToArray(),
        2 => Enumerable.Range(0, rows).Select(_ => random.Next(4) == 0 ? (DateTime?)null : new DateTime(1900, 1, 1)
            .AddSeconds(random.Next())).ToArray(),
        _ => Enumerable.Range(0, rows).Select(_ => random.Next(5) == 0 ? null : Label(random)).ToArray(),
    };

    private static double Number(Random random) => random.Next(8) switch
    {
        0 => double.NaN,
        1 => random.Next(100),
        2 => Math.Round(random.NextDouble(), 2),
        3 => random.NextDouble() * Math.Pow(10, random.Next(-300, 300)),
        4 => BitConverter.Int64BitsToDouble(random.NextInt64()),
        5 => random.NextInt64(),
        6 => random.Next(2) == 0 ? double.PositiveInfinity : double.NegativeInfinity,
        _ => random.NextDouble(),
    };

    private static string Label(Random random)
    {
        var field = Pick(random, Fields);
        return random.Next(4) switch
        {
            0 => field.Trim('"'),
            1 => random.Next(1000).ToString(CultureInfo.InvariantCulture),
            2 => field + Pick(random, Mutations).Replace("\0", "", StringComparison.Ordinal),
            _ => field,
        };
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
