using System.Text.RegularExpressions;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using DuckDB.NET.Data;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.Data.Analysis;
using Microsoft.Data.Sqlite;
using MiniExcelLibs;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>The recipes of docs/data.md for other libraries' data, word by word, against those libraries.</summary>
[Collection(RunnerCollection.Name)]
public sealed partial class RecipeTests
{
    /// <summary>Whether a block needs a package or a file that a notebook of the documentation does not have.</summary>
    public static bool IsRecipe(DocumentBlock block) => OtherPackage().IsMatch(block.Text) || block.Text.Contains("visits.arrow",
        StringComparison.Ordinal);

    [Fact]
    public async Task Sqlite()
    {
        using var folder = new TutorialFolder();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Root, "fieldwork.db")}"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE owls (calls INTEGER, sex TEXT, nest TEXT, year INTEGER); INSERT INTO owls VALUES (3, 'f', "
                + "'A', 2010), (NULL, 'm', 'B', 2011), (5, 'm', 'B', 2009)";
            command.ExecuteNonQuery();
        }

        SqliteConnection.ClearAllPools();
        var visits = await RunAsync(folder, "Microsoft.Data.Sqlite", "visits", typeof(SqliteConnection), typeof(SQLitePCL.raw));
        Assert.Equal([3.0, double.NaN], visits.Numbers("calls"));
        Assert.Equal(["A", "B"], visits.Levels("nest"));
        SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task DuckDB_reads_csv_and_parquet()
    {
        using var folder = new TutorialFolder();
        var means = await RunAsync(folder, "DuckDB.NET.Data.Full", "means", typeof(DuckDBConnection));
        var ours = FieldData.ReadCsv(Path.Combine(folder.Root, "datasets", "owls.csv")).GroupBy("Nest", "FoodTreatment")
            .Aggregate(("Calls", g => g.Mean("SiblingNegotiation"))).SortBy("Nest", "FoodTreatment");
        Assert.Equal(ours.Texts("Nest"), means.Texts("Nest"));
        Assert.Equal(ours.Numbers("Calls"), means.Numbers("Calls").Select((value, i) => Math.Abs(value - ours.Numbers("Calls")[i]) < 1e-9
            ? ours.Numbers("Calls")[i] : value));
    }

    [Fact]
    public async Task Excel()
    {
        using var folder = new TutorialFolder();
        await MiniExcel.SaveAsAsync(Path.Combine(folder.Root, "visits.xlsx"),
            new[] { new { Nest = "A", Calls = (double?)4.5, Fed = true }, new { Nest = "B", Calls = (double?)null, Fed = false } });
        var sheet = await RunAsync(folder, "MiniExcel", "sheet", typeof(MiniExcel));
        Assert.Equal(["Nest", "Calls", "Fed"], sheet.ColumnNames);
        Assert.Equal([4.5, double.NaN], sheet.Numbers("Calls"));
        Assert.Equal(["TRUE", "FALSE"], sheet.Texts("Fed").AsEnumerable());
    }

    [Fact]
    public async Task Arrow()
    {
        using var folder = new TutorialFolder();
        var owls = FieldData.ReadCsv(Path.Combine(folder.Root, "datasets", "owls.csv"));
        var batch = new RecordBatch.Builder()
            .Append("SiblingNegotiation", true, new DoubleArray.Builder().AppendRange(owls.Numbers("SiblingNegotiation")).Build())
            .Append("Nest", true, new StringArray.Builder().AppendRange(owls.Texts("Nest")).Build()).Build();
        await using (var file = File.Create(Path.Combine(folder.Root, "visits.arrow")))
        {
            using var writer = new ArrowFileWriter(file, batch.Schema);
            await writer.WriteRecordBatchAsync(batch);
            await writer.WriteEndAsync();
        }

        var block = DocumentBlocks.Of("data.md").Single(one => one.Text.Contains("visits.arrow", StringComparison.Ordinal)).Text;
        var read = await RunCodeAsync(folder, block, "batch", typeof(ArrowFileReader));
        Assert.Equal(599, read.RowCount);
        Assert.Equal(27, read.Levels("Nest").Count);
    }

    private static Task<FieldData> RunAsync(TutorialFolder folder, string package, string variable, params Type[] of)
    {
        var block = DocumentBlocks.Of("data.md").Single(one => one.Text.StartsWith($"#r \"nuget: {package}\"\n",
            StringComparison.Ordinal)).Text;
        return RunCodeAsync(folder, block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..], variable, of);
    }

    private static async Task<FieldData> RunCodeAsync(TutorialFolder folder, string code, string variable, params Type[] of)
    {
        var options = ScriptOptions.Default.AddImports("System", "EcoGlmm").AddReferences(
            [typeof(Glmm).Assembly, typeof(DataFrame).Assembly, typeof(Microsoft.ML.IDataView).Assembly,
                typeof(System.Data.Common.DbDataReader).Assembly, .. of.Select(type => type.Assembly)]);
        var before = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(folder.Root);
        try
        {
            var state = await CSharpScript.RunAsync(code, options);
            foreach (var open in state.Variables.Select(one => one.Value).OfType<IDisposable>()) open.Dispose();
            return Assert.IsType<FieldData>(state.GetVariable(variable).Value);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    [GeneratedRegex("^#r \"nuget: (?!EcoGlmm\\b)", RegexOptions.Multiline)]
    private static partial Regex OtherPackage();
}
