using System.Reflection;

namespace EcoGlmm.Interactive;

/// <summary>The library and what its public surface refers to, for languages that did not load the package themselves.</summary>
internal static class PackageAssemblies
{
    public static IReadOnlyList<string> Paths()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var waiting = new Queue<Assembly>([typeof(GlmmFit).Assembly]);
        while (waiting.TryDequeue(out var assembly))
        {
            if (assembly.Location.Length == 0 || assembly.Location.StartsWith(framework, StringComparison.Ordinal)
                || !found.TryAdd(assembly.GetName().Name!, assembly.Location))
                continue;
            foreach (var reference in assembly.GetReferencedAssemblies())
            {
                if (Load(reference) is { } loaded) waiting.Enqueue(loaded);
            }
        }

        return [.. found.Values];
    }

    // A dependency that is only used where nobody has looked yet may be missing from the machine: it is no user's concern here.
    private static Assembly? Load(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return null;
        }
    }
}
