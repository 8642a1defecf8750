using System.Text.RegularExpressions;

namespace EcoGlmm.Tool.Execution;

/// <summary>
/// In a notebook that this command runs, <c>#r "nuget: EcoGlmm"</c> is the EcoGlmm beside this command: the same build, and
/// nothing to restore.
/// </summary>
internal static partial class BuiltInPackage
{
    private static readonly string[] Libraries =
        ["EcoGlmm", "CsvHelper", "MathNet.Numerics", "NetTopologySuite", "Microsoft.Data.Analysis", "Microsoft.ML.DataView", "Apache.Arrow",
            "EcoGlmm.Interactive"];

    /// <summary>The cell without its lines that ask for the package, whose numbers the other lines keep.</summary>
    /// <param name="code">The cell's code.</param>
    /// <param name="isAsked">Whether there was such a line.</param>
    public static string Without(string code, out bool isAsked)
    {
        isAsked = Directive().IsMatch(code);
        return isAsked ? Directive().Replace(code, "") : code;
    }

    /// <summary>What the C# kernel runs to have the package, for all languages: as its own extension loader does, from the files
    /// here.</summary>
    public static string Code
    {
        get
        {
            var files = Libraries.Select(name => Path.Combine(AppContext.BaseDirectory, name + ".dll")).Where(File.Exists);
            return $$"""
                {
                    System.Reflection.Assembly extension = null;
                    foreach (var file in new[] { {{string.Join(", ", files.Select(file => $"@\"{file}\""))}} })
                        extension = System.Runtime.Loader.AssemblyLoadContext.Default.LoadFromAssemblyPath(file);
                    var type = extension.GetType("EcoGlmm.Interactive.NotebookExtension");
                    var loaded = (Microsoft.DotNet.Interactive.IKernelExtension)Activator.CreateInstance(type);
                    await loaded.OnLoadAsync(Microsoft.DotNet.Interactive.Kernel.Root);
                    // A saved notebook is not to hold how long a fit took.
                    type.GetMethod("WithoutProgress").Invoke(null, null);
                }
                """;
        }
    }

    [GeneratedRegex("""^[ \t]*#r[ \t]+"nuget:[ \t]*EcoGlmm[ \t]*(,[^"]*)?"[ \t]*$""", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Directive();
}
