namespace EcoGlmm.Robustness.Tests;

/// <summary>What the tests start as a process of its own, to be killed or to find no room on its disk.</summary>
internal static class Program
{
    /// <summary>The table that a writing process writes: large enough to be met in the middle of it.</summary>
    public const int Rows = 200_000;

    public static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["write-for-ever", var path]:
                var data = Table(Rows);
                Console.WriteLine("writing");
                while (true)
                    data.WriteCsv(path);
            case ["write-for-ever-html", var path]:
                var x = Enumerable.Range(0, 50_000).Select(i => (double)i).ToArray();
                var figure = new Figure("Points", new Panel(null, new PointTrace(x, x)));
                Console.WriteLine("writing");
                while (true)
                    figure.SaveHtml(path);
            default:
                Console.Error.WriteLine("This program is started by tests.");
                return 1;
        }
    }

    public static FieldData Table(int rows) => FieldData.From(new Dictionary<string, object>
    {
        ["site"] = Enumerable.Range(0, rows).Select(i => $"site {i % 97}").ToArray(),
        ["mass"] = Enumerable.Range(0, rows).Select(i => Math.Sqrt(i)).ToArray(),
    });
}
