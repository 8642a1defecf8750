namespace EcoGlmm.Notebooks.Tests;

/// <summary>
/// A copy of the repository's data beside an empty folder for notebooks, so that running a tutorial leaves the sources alone.
/// </summary>
internal sealed class TutorialFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ecoglmm-tutorial-").FullName;

    public TutorialFolder()
    {
        Directory.CreateDirectory(Notebooks);
        var data = Directory.CreateDirectory(Path.Combine(_folder, "datasets")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Repository, "datasets")))
            File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
    }

    /// <summary>The folder of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The folder above notebooks and datasets.</summary>
    public string Root => _folder;

    public string Notebooks => Path.Combine(_folder, "notebooks");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EcoGlmm.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("EcoGlmm.sln lies in no folder above the tests.");
    }
}
