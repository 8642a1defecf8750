using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace EcoGlmm.Tool.Execution;

/// <summary>What running a piece of C# gave.</summary>
/// <param name="HasValue">Whether it ends in an expression without a semicolon that has a value.</param>
/// <param name="Value">That value.</param>
/// <param name="Exception">What it threw, or null.</param>
internal sealed record ScriptResult(bool HasValue, object? Value, Exception? Exception);

/// <summary>
/// The C# of one notebook: each submission sees the variables, types and usings of those before it. EcoGlmm is the
/// assembly that this tool was built with, loaded once, so that a notebook's values and the tool's are of the same types.
/// </summary>
internal sealed class ScriptSession : IDisposable
{
    private static readonly string[] DefaultUsings =
    [
        "System", "System.Collections", "System.Collections.Generic", "System.IO", "System.Linq", "System.Text",
        "System.Threading", "System.Threading.Tasks",
    ];

    // Everything the process can already load, the framework and the tool's own dependencies, by simple name.
    private static readonly Dictionary<string, string> Platform = PlatformAssemblies();

    private readonly string _folder;
    private readonly PackageResolver _resolver;
    private readonly InteractiveAssemblyLoader _loader = new();
    private readonly Dictionary<string, MetadataReference> _references = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _usings = [.. DefaultUsings, typeof(NotebookDisplay).FullName!];
    private readonly Dictionary<string, PackageRequest> _packages = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _packageSources = [];
    private readonly Dictionary<string, string> _packageAssemblies = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _nativeLibraries = new(StringComparer.OrdinalIgnoreCase);
    private ScriptState<object>? _state;

    public ScriptSession(string folder, PackageResolver resolver)
    {
        _folder = folder;
        _resolver = resolver;
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        foreach (var (name, path) in Platform)
        {
            if (Path.GetDirectoryName(path) == framework)
                _references[name] = MetadataReference.CreateFromFile(path);
        }

        AddLoaded(typeof(NotebookDisplay).Assembly);
        AssemblyLoadContext.Default.Resolving += ResolveAssembly;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += ResolveNative;
    }

    public void Dispose()
    {
        AssemblyLoadContext.Default.Resolving -= ResolveAssembly;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll -= ResolveNative;
        _loader.Dispose();
    }

    /// <summary>Brings in what a segment's directives ask for.</summary>
    /// <exception cref="CellException">A package or an assembly cannot be had.</exception>
    public async Task AddReferencesAsync(CellSegment segment, CancellationToken cancellation)
    {
        foreach (var source in segment.PackageSources)
        {
            if (!_packageSources.Contains(source))
                _packageSources.Add(source);
        }

        var added = false;
        foreach (var package in segment.Packages)
        {
            if (package.Name.Equals("EcoGlmm", StringComparison.OrdinalIgnoreCase))
                AddEcoGlmm();
            else if (!_packages.TryGetValue(package.Name, out var known) || known.Version != package.Version)
            {
                _packages[package.Name] = package;
                added = true;
            }
        }

        if (added)
        {
            var resolved = await _resolver.ResolveAsync(_packages.Values, _packageSources, cancellation)
                .ConfigureAwait(false);
            foreach (var path in resolved.Assemblies)
                AddAssembly(path, preferPlatform: true);
            foreach (var path in resolved.NativeLibraries)
                _nativeLibraries[Path.GetFileName(path)] = path;
        }

        foreach (var assembly in segment.Assemblies)
        {
            var path = Path.GetFullPath(assembly.Path, _folder);
            if (!File.Exists(path))
                throw new CellException($"#r: there is no file \"{path}\".", assembly.Line);
            try
            {
                AddAssembly(path, preferPlatform: false);
            }
            catch (BadImageFormatException)
            {
                throw new CellException($"#r: \"{path}\" is not a .NET assembly.", assembly.Line);
            }
        }
    }

    /// <summary>Compiles and runs C#, awaiting what it awaits.</summary>
    /// <param name="code">The code, its lines numbered as in the cell.</param>
    /// <param name="name">What stack traces call the file that the code is in.</param>
    /// <param name="cancellation">Cancels compilation; code that runs is left to end by itself.</param>
    /// <exception cref="CompilationErrorException">The code does not compile.</exception>
    public async Task<ScriptResult> RunAsync(string code, string name, CancellationToken cancellation)
    {
        var options = ScriptOptions.Default
            .WithReferences(_references.Values)
            .WithImports(_usings)
            .WithLanguageVersion(LanguageVersion.Preview)
            .WithAllowUnsafe(true)
            .WithOptimizationLevel(OptimizationLevel.Release)
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8)
            .WithFilePath(name);
        var script = _state is null
            ? CSharpScript.Create<object>(code, options, assemblyLoader: _loader)
            : _state.Script.ContinueWith<object>(code, options);
        var compilation = script.GetCompilation();
        var hasValue = EndsInValue(compilation);
        var state = _state is null
            ? await script.RunAsync(null, _ => true, cancellation).ConfigureAwait(false)
            : await script.RunFromAsync(_state, _ => true, cancellation).ConfigureAwait(false);
        _state = state;
        return new ScriptResult(hasValue && state.Exception is null, state.ReturnValue, state.Exception);
    }

    private static bool EndsInValue(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.Last();
        var last = ((CompilationUnitSyntax)tree.GetRoot()).Members.LastOrDefault();
        if (last is not GlobalStatementSyntax { Statement: ExpressionStatementSyntax statement }
            || !statement.SemicolonToken.IsMissing)
        {
            return false;
        }

        var type = compilation.GetSemanticModel(tree).GetTypeInfo(statement.Expression).Type;
        return type?.SpecialType != SpecialType.System_Void;
    }

    private void AddEcoGlmm()
    {
        var library = typeof(IRichDisplay).Assembly;
        AddLoaded(library);
        foreach (var dependency in library.GetReferencedAssemblies())
        {
            if (!_references.ContainsKey(dependency.Name!) && Platform.TryGetValue(dependency.Name!, out var path))
                AddAssembly(path, preferPlatform: true);
        }

        if (!_usings.Contains("EcoGlmm"))
            _usings.Add("EcoGlmm");
    }

    private void AddLoaded(Assembly assembly)
    {
        _loader.RegisterDependency(assembly);
        _references[assembly.GetName().Name!] = MetadataReference.CreateFromFile(assembly.Location);
    }

    private void AddAssembly(string path, bool preferPlatform)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (_packageAssemblies.ContainsKey(name) || (preferPlatform && IsFramework(name)))
            return;
        if (preferPlatform && Platform.TryGetValue(name, out var own))
            path = own;
        _packageAssemblies[name] = path;
        AddLoaded(AssemblyLoadContext.Default.LoadFromAssemblyPath(path));
    }

    private static bool IsFramework(string name) =>
        Platform.TryGetValue(name, out var path)
        && Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location);

    private Assembly? ResolveAssembly(AssemblyLoadContext context, AssemblyName name)
    {
        if (_packageAssemblies.TryGetValue(name.Name!, out var path))
            return context.LoadFromAssemblyPath(path);
        foreach (var folder in _packageAssemblies.Values.Select(Path.GetDirectoryName).Distinct())
        {
            var sibling = Path.Combine(folder!, name.Name + ".dll");
            if (File.Exists(sibling))
                return context.LoadFromAssemblyPath(sibling);
        }

        return null;
    }

    private IntPtr ResolveNative(Assembly assembly, string name)
    {
        foreach (var file in (string[])[name, $"{name}.so", $"lib{name}.so", $"lib{name}.dylib", $"{name}.dll"])
        {
            if (_nativeLibraries.TryGetValue(file, out var path) && NativeLibrary.TryLoad(path, out var handle))
                return handle;
        }

        return IntPtr.Zero;
    }

    private static Dictionary<string, string> PlatformAssemblies()
    {
        var paths = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator);
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in paths.Where(path => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)))
            byName.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        return byName;
    }
}
