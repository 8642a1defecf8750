namespace EcoGlmm.Site;

internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Docs => Path.Combine(Root, "docs");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("EcoGlmm.sln is in no folder above this program.");
    }
}
