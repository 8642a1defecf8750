using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;

namespace EcoGlmm.Site;

/// <summary>What a block's code can call beside the library.</summary>
/// <param name="shown">Where what it displays is kept.</param>
public sealed class Cell(List<object> shown)
{
    public void display(object value) => shown.Add(value);
}

/// <summary>Runs the blocks of one page as a notebook would, and keeps what they show where pictures are asked for.</summary>
internal sealed partial class PageRun(string path, Camera camera)
{
    private static readonly string[] Usings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text", "System.Threading.Tasks", "EcoGlmm",
    ];

    private readonly List<object> _shown = [];

    public async Task DrawAsync()
    {
        var text = (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n");
        var blocks = PageParts.Of(text);
        var last = blocks.ToList().FindLastIndex(block => block.Pictures.Count > 0);
        if (last < 0)
            return;
        using var folder = new WorkFolder();
        var options = ScriptOptions.Default.WithImports(Usings).AddReferences(AppDomain.CurrentDomain.GetAssemblies()
            .Where(a => !a.IsDynamic && a.Location.Length > 0).Append(typeof(Glmm).Assembly)
            .Append(typeof(Microsoft.Data.Analysis.DataFrame).Assembly));
        var state = await CSharpScript.RunAsync("", options, new Cell(_shown));
        foreach (var block in blocks.Take(last + 1))
        {
            _shown.Clear();
            try
            {
                state = await state.ContinueWithAsync(block.Code, options);
            }
            catch (Exception e) when (e is CompilationErrorException or GlmmException)
            {
                throw new InvalidOperationException($"{Path.GetFileName(path)}, line {block.Line}: {e.Message}", e);
            }

            if (state.ReturnValue is { } value)
                _shown.Add(value);
            if (_shown.Count < block.Pictures.Count)
                throw new InvalidOperationException($"{Path.GetFileName(path)}, line {block.Line}: {block.Pictures.Count} pictures stand "
                    + $"under a block that shows {_shown.Count}.");
            foreach (var (picture, shown) in block.Pictures.Zip(_shown.TakeLast(block.Pictures.Count)))
                await SaveAsync(Path.Combine(Repository.Docs, picture), shown);
        }
    }

    private async Task SaveAsync(string file, object shown)
    {
        if (file.EndsWith(".svg", StringComparison.Ordinal))
        {
            var svg = ((Figure)shown).ToSvg();
            // White paper, so that dark ink can be read on a dark page too.
            await File.WriteAllTextAsync(file, FirstTag().Replace(svg, "$0<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>", 1));
        }
        else
        {
            await camera.ShootAsync(Html(shown), file);
        }

        Console.WriteLine($"{Path.GetFileName(file)} {new FileInfo(file).Length / 1024.0:0.0} kB");
    }

    private static string Html(object shown) => shown.GetType().GetMethod("ToHtml", [])?.Invoke(shown, null) as string
        ?? throw new InvalidOperationException($"A {shown.GetType().Name} has no ToHtml().");

    [GeneratedRegex("<svg[^>]*>")]
    private static partial Regex FirstTag();

    /// <summary>A folder with the data sets, which blocks may write to.</summary>
    private sealed class WorkFolder : IDisposable
    {
        private readonly string _before = Environment.CurrentDirectory;
        private readonly string _path = Directory.CreateTempSubdirectory("ecoglmm-pictures").FullName;

        public WorkFolder()
        {
            Directory.CreateSymbolicLink(Path.Combine(_path, "datasets"), Path.Combine(Repository.Root, "datasets"));
            Environment.CurrentDirectory = _path;
        }

        public void Dispose()
        {
            Environment.CurrentDirectory = _before;
            Directory.Delete(_path, recursive: true);
        }
    }
}
