using System.Diagnostics;

namespace EcoGlmm.Robustness.Tests.Disk;

/// <summary>A process that is killed while it writes leaves a whole file behind: the earlier one or the new one.</summary>
public class KilledWriterTests
{
    private const int Kills = 6;

    [Theory]
    [InlineData("write-for-ever", "table.csv")]
    [InlineData("write-for-ever", "table.csv.gz")]
    [InlineData("write-for-ever-html", "figure.html")]
    public void Its_file_is_whole(string command, string name)
    {
        var folder = Directory.CreateTempSubdirectory("ecoglmm-kill-").FullName;
        try
        {
            var path = Path.Combine(folder, name);
            var random = new Random(11);
            for (var kill = 0; kill < Kills; kill++)
            {
                using (var writer = Start(command, path))
                {
                    writer.StandardOutput.ReadLine();
                    while (!File.Exists(path) && !writer.HasExited)
                        Thread.Sleep(5);
                    Thread.Sleep(random.Next(300));
                    writer.Kill();
                    writer.WaitForExit();
                }
                if (name.EndsWith(".html", StringComparison.Ordinal))
                    Assert.EndsWith("</html>", File.ReadAllText(path).TrimEnd());
                else
                    Assert.Equal(Program.Rows, FieldData.ReadCsv(path).RowCount);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string command, string path) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? Environment.ProcessPath : "dotnet",
            [typeof(Program).Assembly.Location, command, path]) { RedirectStandardOutput = true })!;
}
