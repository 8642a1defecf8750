using System.Text.Json;
using System.Text.Json.Nodes;
using EcoGlmm.Tool.Execution;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>A session in Microsoft's kernel that has loaded the packed package as a user does, by <c>#r "nuget: EcoGlmm"</c>.</summary>
public sealed class NotebookSession : IAsyncLifetime
{
    private readonly PackedLibrary _packed = new();

    internal KernelProcess Kernel { get; private set; } = null!;

    internal IReadOnlyList<KernelEvent> FirstCell { get; private set; } = [];

    internal KernelEvent? FirstFailure { get; private set; }

    public async Task InitializeAsync()
    {
        await _packed.InitializeAsync();
        Kernel = await SharedKernel.StartAsync(TutorialFolder.Repository);
        (FirstCell, FirstFailure) = await RunAsync(
            $"#i \"nuget: {_packed.Feed}\"\n#r \"nuget: EcoGlmm, {_packed.Version}\"\nFamily.Poisson().Name");
    }

    public async Task DisposeAsync()
    {
        await Kernel.DisposeAsync();
        await _packed.DisposeAsync();
    }

    internal async Task<(List<KernelEvent> Events, KernelEvent? Failure)> RunAsync(string code, string language = "csharp",
        CancellationToken cancellation = default)
    {
        var events = new List<KernelEvent>();
        var failure = await Kernel.RunAsync(code, language, events.Add, cancellation);
        return (events, failure);
    }

    /// <summary>Asks for help at the place that a bar marks.</summary>
    internal async Task<JsonElement> AskAsync(string command, string answer, string codeWithBar)
    {
        var at = codeWithBar.IndexOf('|', StringComparison.Ordinal);
        var before = codeWithBar[..at].Split('\n');
        var events = new List<KernelEvent>();
        Assert.Null(await Kernel.ExecuteAsync(command, new JsonObject
        {
            ["code"] = codeWithBar.Remove(at, 1), ["targetKernelName"] = "csharp",
            ["linePosition"] = new JsonObject { ["line"] = before.Length - 1, ["character"] = before[^1].Length },
        }, events.Add, CancellationToken.None));
        return events.LastOrDefault(one => one.Type == answer)?.Content ?? default;
    }

    internal static List<(string MimeType, string Value)> Shown(IEnumerable<KernelEvent> events, params string[] types) =>
        [.. events.Where(one => types.Contains(one.Type)).SelectMany(one => one.Content.GetProperty("formattedValues").EnumerateArray())
            .Select(value => (value.GetProperty("mimeType").GetString()!, value.GetProperty("value").GetString()!))];

    internal static string Message(KernelEvent? failure) => failure?.Content.GetProperty("message").GetString() ?? "";
}

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NotebookCollection : ICollectionFixture<NotebookSession>
{
    public const string Name = "Notebook with the package";
}
