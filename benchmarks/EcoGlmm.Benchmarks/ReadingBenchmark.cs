using System.Diagnostics;
using System.Globalization;
using Apache.Arrow;
using Microsoft.Data.Analysis;

namespace EcoGlmm.Benchmarks;

/// <summary>
/// Large tables into field data: a CSV file of counts, numbers, groups and years, a data reader that gives the same rows, the columns
/// of a DataFrame, and a record batch of Arrow. The clock, the processor's seconds and the most memory, each in a process of its own.
/// </summary>
internal static class ReadingBenchmark
{
    private static readonly string[] Sources = ["csv", "reader", "frame", "arrow"];

    public static void Run(Arguments arguments)
    {
        var rows = int.Parse(arguments.Value("rows") ?? "10000000", CultureInfo.InvariantCulture);
        if (arguments.Value("source") is { } source)
        {
            Measure(source, arguments.Value("file")!, rows);
            return;
        }

        var path = Path.Combine(Repository.Artifacts, "reading.csv");
        using (var rowsOut = new StreamWriter(path))
        {
            rowsOut.WriteLine("count,x,group,year");
            foreach (var row in SimulatedRows.Of(rows))
                rowsOut.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Count},{row.X:F4},{row.Group},{row.Year}"));
        }

        Console.WriteLine("| from | cores | clock (s) | processor (s) | rows a second, millions | MB/s | most memory (MB) |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|");
        foreach (var one in Sources)
        {
            foreach (var cores in one == "csv" ? [1, 2] : new[] { 1 })
            {
                Environment.SetEnvironmentVariable("DOTNET_PROCESSOR_COUNT", cores.ToString(CultureInfo.InvariantCulture));
                Console.Write(Repository.RunSelf("reading", $"--source={one}", $"--file={path}", $"--rows={rows}"));
            }
        }

        File.Delete(path);
    }

    private static void Measure(string source, string path, int rows)
    {
        var (name, bytes) = (source, 0L);
        Func<FieldData> read;
        switch (source)
        {
            case "csv":
                (name, bytes) = ("CSV", new FileInfo(path).Length);
                read = () => FieldData.ReadCsv(path);
                break;
            case "reader":
                name = "IDataReader";
                read = () => FieldData.From(new SimulatedRows(rows));
                break;
            case "arrow":
                name = "Arrow record batch";
                var batch = Batch(rows);
                read = () => FieldData.FromArrow(batch);
                break;
            default:
                name = "DataFrame";
                var frame = new DataFrame(new PrimitiveDataFrameColumn<int>("count", SimulatedRows.Of(rows).Select(row => row.Count)),
                    new PrimitiveDataFrameColumn<double>("x", SimulatedRows.Of(rows).Select(row => row.X)),
                    new PrimitiveDataFrameColumn<int>("year", SimulatedRows.Of(rows).Select(row => row.Year)));
                read = () => FieldData.From(frame);
                break;
        }

        var (clock, processor) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var run = 0; run < 3; run++)
        {
            var used = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            if (read().RowCount != rows) throw new InvalidOperationException("Rows are missing.");
            clock = Math.Min(clock, watch.Elapsed.TotalSeconds);
            processor = Math.Min(processor, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }

        var speed = bytes > 0 ? (bytes / clock / 1e6).ToString("F0", CultureInfo.InvariantCulture) : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Environment.ProcessorCount} | {clock:F2} | "
            + $"{processor:F2} | {rows / clock / 1e6:F1} | {speed} | "
            + $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} |"));
    }

    private static RecordBatch Batch(int rows)
    {
        var (count, x) = (new Int32Array.Builder().Reserve(rows), new DoubleArray.Builder().Reserve(rows));
        var (group, year) = (new StringArray.Builder().Reserve(rows), new Int32Array.Builder().Reserve(rows));
        foreach (var row in SimulatedRows.Of(rows))
        {
            count.Append(row.Count);
            x.Append(row.X);
            group.Append(row.Group);
            year.Append(row.Year);
        }

        return new RecordBatch.Builder().Append("count", false, count.Build()).Append("x", false, x.Build())
            .Append("group", false, group.Build()).Append("year", false, year.Build()).Build();
    }
}
