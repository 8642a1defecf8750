using EcoGlmm.Site;

// dotnet run --project docs/site -c Release -- [PAGE...]     draws the pictures of docs/, of all pages when none is named.
var docs = Repository.Docs;
string[] pages = args.Length > 0
    ? [.. args.Select(name => name.EndsWith(".md", StringComparison.Ordinal) ? name : name + ".md")]
    : [.. Directory.GetFiles(docs, "*.md").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
await using var camera = new Camera();
foreach (var page in pages)
    await new PageRun(Path.Combine(docs, page), camera).DrawAsync();
