using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EcoGlmm.Tests.Architecture;

/// <summary>One place where a file of src/EcoGlmm uses something that another folder declares.</summary>
/// <param name="From">The folder of the file; empty at the root.</param>
/// <param name="To">The folder that declares it.</param>
/// <param name="File">The file, from src/EcoGlmm on.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Used">The type, or the member of a type that is declared in several folders.</param>
public sealed record FolderUse(string From, string To, string File, int Line, string Used)
{
    public override string ToString() => $"{File}:{Line} uses {Used} of {(To.Length == 0 ? "the root" : To)}";
}

/// <summary>The library's source, bound as the compiler binds it, so that a use is what it means and not how it is spelled.</summary>
public sealed class SourceCode
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private readonly string _root;
    private readonly CSharpCompilation _compilation;

    private SourceCode(string root, IEnumerable<(string Path, string Text)> files)
    {
        _root = root;
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest).WithDocumentationMode(DocumentationMode.None);
        var trees = files.AsParallel().AsOrdered().Select(f => CSharpSyntaxTree.ParseText(f.Text, options, f.Path)).ToList();
        trees.Add(CSharpSyntaxTree.ParseText(ImplicitUsings, options, ""));
        // What this very process runs on is what the library is compiled against, but for the library itself.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && !name.StartsWith("EcoGlmm", StringComparison.Ordinal)
                && !name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path));
        _compilation = CSharpCompilation.Create("EcoGlmm", trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    /// <summary>The source of the library in this repository.</summary>
    public static SourceCode OfLibrary()
    {
        var root = Path.Combine(Repository(), "src", "EcoGlmm");
        return new SourceCode(root, Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin"))
            .Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllText(path))));
    }

    /// <summary>A small source for tests of this reader itself: paths from src/EcoGlmm on, and texts.</summary>
    public static SourceCode Of(params (string Path, string Text)[] files) =>
        new("/src", files.Select(f => ("/src/" + f.Path, f.Text)));

    /// <summary>Every use of what another folder declares.</summary>
    public IReadOnlyList<FolderUse> Uses() =>
        [.. _compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0).AsParallel().AsOrdered().SelectMany(Uses)];

    private List<FolderUse> Uses(SyntaxTree tree)
    {
        var model = _compilation.GetSemanticModel(tree);
        var from = FolderOf(tree);
        var uses = new List<FolderUse>();
        foreach (var node in tree.GetRoot().DescendantNodes().Where(n => n is SimpleNameSyntax or BaseObjectCreationExpressionSyntax))
        {
            var info = model.GetSymbolInfo(node);
            if (Declared(info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) is not { } symbol) continue;
            var folders = symbol.DeclaringSyntaxReferences.Select(r => FolderOf(r.SyntaxTree)).Distinct().ToList();
            if (folders.Count == 0 || folders.Contains(from)) continue;
            uses.Add(new FolderUse(from, folders.MinBy(Layers.RankOf)!, Path.GetRelativePath(_root, tree.FilePath).Replace('\\', '/'),
                node.GetLocation().GetLineSpan().StartLinePosition.Line + 1,
                symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)));
        }

        return uses;
    }

    /// <summary>
    /// What is used: the type, or the member where a type is declared in more folders than one. Null for what is not the library's.
    /// </summary>
    private static ISymbol? Declared(ISymbol? symbol)
    {
        symbol = symbol switch
        {
            IAliasSymbol alias => alias.Target,
            IMethodSymbol { ReducedFrom: { } whole } => whole,
            _ => symbol,
        };
        if (symbol is null or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol or ITypeParameterSymbol or INamespaceSymbol
            or ILabelSymbol) return null;
        var member = symbol.OriginalDefinition;
        var type = member as INamedTypeSymbol ?? member.ContainingType;
        while (type?.ContainingType is not null) type = type.ContainingType;
        if (type is null || type.DeclaringSyntaxReferences.IsEmpty) return null;
        return type.DeclaringSyntaxReferences.Length > 1 && member is not INamedTypeSymbol && !member.DeclaringSyntaxReferences.IsEmpty
            ? member
            : type.OriginalDefinition;
    }

    private string FolderOf(SyntaxTree tree)
    {
        var parts = Path.GetRelativePath(_root, tree.FilePath).Split('/', '\\');
        return parts.Length == 1 ? "" : parts[0];
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EcoGlmm.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No EcoGlmm.sln above the tests.");
        return folder;
    }
}
