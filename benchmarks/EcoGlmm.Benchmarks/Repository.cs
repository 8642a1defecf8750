namespace EcoGlmm.Benchmarks;

/// <summary>Where the repository is: the nearest folder above the program that holds the solution.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The benchmarks run from within the repository.");
    }
}
