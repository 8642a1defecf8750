namespace EcoGlmm.Tests.Families;

/// <summary>Finds tests/reference from wherever the tests run.</summary>
internal static class ReferenceFiles
{
    public static string Path(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "tests", "reference", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"tests/reference/{name} is not above {AppContext.BaseDirectory}.");
    }
}
