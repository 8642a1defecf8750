using EcoGlmm.Hosts;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.CSharp;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>The package's extension.dib, run cell by cell.</summary>
[Collection(RunnerCollection.Name)]
public sealed class ExtensionTests : IAsyncLifetime
{
    private const string Data =
        "var owls = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), sex = i % 2 == 0 ? \"f\" : \"m\", nest = \"n\" + i % 6 }).ToList();";

    private readonly CSharpKernel _kernel = new();
    private readonly CancellationTokenSource _interrupt = new();
    private readonly KernelInvocationContext _context;

    public ExtensionTests()
    {
        _context = new KernelInvocationContext(_interrupt.Token) { HandlingKernel = _kernel };
    }

    public async Task InitializeAsync()
    {
        KernelInvocationContext.Current = _context;
        await LoadAsync(_kernel);
    }

    private static async Task LoadAsync(CSharpKernel kernel)
    {
        foreach (var cell in Cells())
            await kernel.RunAsync(cell);
    }

    public Task DisposeAsync()
    {
        KernelInvocationContext.Current = null;
        NotebookHost.LiveDisplay = null;
        NotebookHost.Interruption = null;
        _interrupt.Dispose();
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Cells() =>
        File.ReadAllText(Path.Combine(TutorialFolder.Repository, "src", "EcoGlmm", "Hosts", "extension.dib"))
            .Split("#!csharp\n", StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task Loading_says_one_line_and_brings_the_using_but_no_variables()
    {
        var line = Assert.Single(_context.Displayed);
        Assert.Equal(["text/plain"], line.MimeTypes);
        Assert.Matches(@"^EcoGlmm \d+\.\d+\.\d+: .*#!glmm --help$", Assert.IsType<string>(line.Values[0]));
        Assert.Empty(_kernel.ScriptState!.Variables);
        Assert.Equal("poisson", await _kernel.RunAsync("Family.Poisson().Name"));
    }

    [Fact]
    public async Task Loading_again_keeps_the_magic_command()
    {
        KernelInvocationContext.Current = _context;
        await LoadAsync(_kernel);
        Assert.Single(_kernel.Directives);
        Assert.Empty(_context.Failures);
    }

    [Fact]
    public async Task Loaded_by_a_cell_of_another_language_it_says_nothing_and_breaks_nothing()
    {
        var kernel = new CSharpKernel(hasLibrary: false);
        var context = new KernelInvocationContext(_interrupt.Token) { HandlingKernel = kernel };
        KernelInvocationContext.Current = context;
        await LoadAsync(kernel);
        Assert.Empty(context.Displayed);
        Assert.Empty(kernel.Directives);
    }

    [Fact]
    public void Where_there_are_no_magic_commands_the_greeting_says_so() =>
        Assert.EndsWith("The command #!glmm needs a later version of .NET Interactive.", NotebookHost.Greeting(magicCommand: false));

    [Fact]
    public async Task The_magic_command_fits_shows_and_keeps()
    {
        await _kernel.RunAsync(Data);
        await _kernel.InvokeAsync("#!glmm", new()
        {
            ["data"] = "owls", ["family"] = "nbinom2", ["formula"] = "calls ~ sex + (1|nest)", ["as"] = "fit",
        }, _context);
        var shown = _context.Displayed[^1];
        var fit = Assert.IsType<GlmmFit>(shown.Values[0]);
        Assert.Contains("text/html", shown.MimeTypes);
        Assert.Equal(60, fit.ObservationCount);
        Assert.Equal("nbinom2", fit.Family.Name);
        Assert.Same(fit, await _kernel.RunAsync("fit"));
    }

    [Fact]
    public async Task Every_option_reaches_the_model()
    {
        await _kernel.RunAsync("var rows = Enumerable.Range(1, 80).Select(i => new { y = i % 4 * (i % 3), x = i % 7 / 7.0, w = 1.0, o = 0.1, g = \"g\" + i % 8 }).ToArray();");
        await _kernel.InvokeAsync("#!glmm", new()
        {
            ["data"] = "rows", ["formula"] = "y ~ x", ["family"] = "nbinom2", ["link"] = "sqrt", ["zi"] = "~ 1", ["dispersion"] = "~ x",
            ["weights"] = "w", ["offset"] = "o", ["reml"] = false,
        }, _context);
        var fit = Assert.IsType<GlmmFit>(_context.Displayed[^1].Values[0]);
        Assert.Equal("sqrt", fit.Family.Link.Name);
        Assert.Equal(("~ 1", "~ x", "w", "o"), (fit.Options.ZeroInflation, fit.Options.Dispersion, fit.Options.Weights, fit.Options.Offset));
        await _kernel.InvokeAsync("#!glmm", new() { ["data"] = "rows", ["formula"] = "y ~ x + (1|g)", ["reml"] = true }, _context);
        Assert.True(Assert.IsType<GlmmFit>(_context.Displayed[^1].Values[0]).Options.Reml);
    }

    [Fact]
    public async Task What_is_missing_is_said_with_an_example()
    {
        await _kernel.RunAsync(Data);
        Task Invoke(Dictionary<string, object> options) => _kernel.InvokeAsync("#!glmm", options, _context);
        await Invoke(new() { ["formula"] = "y ~ x" });
        await Invoke(new() { ["data"] = "owls" });
        await Invoke(new() { ["data"] = "owls", ["reml"] = true });
        await Invoke(new() { ["data"] = "owl" });
        await Invoke(new() { ["data"] = "60 rows, 3 columns\ncalls sex nest" });
        await Invoke(new() { ["data"] = "owls", ["formula"] = "call ~ sex" });
        Assert.Collection(_context.Failures,
            message => Assert.StartsWith("#!glmm needs --data", message),
            message => Assert.StartsWith("#!glmm needs a formula", message),
            message => Assert.Contains("before --reml", message),
            message => Assert.Contains("no variable \"owl\"", message),
            message => Assert.Contains("without @", message),
            message => Assert.EndsWith("Did you mean \"calls\"?", message));
    }

    [Fact]
    public async Task Help_and_completions_describe_the_command()
    {
        await _kernel.RunAsync(Data + " var n = 3; var text = \"a\";");
        await _kernel.InvokeAsync("#!glmm", new() { ["help"] = true }, _context);
        var help = Assert.IsType<string>(_context.Displayed[^1].Values[0]);
        var directive = _kernel.Directives.Keys.Single();
        Assert.NotEmpty(directive.Description!);
        Assert.All(directive.Parameters, p => Assert.NotEmpty(p.Description));
        Assert.All(directive.Parameters.Where(p => p.Name is not ("--help" or "--formula")), p => Assert.Contains(p.Name, help));
        Assert.Equal(["owls"], directive.Parameters.Single(p => p.Name == "--data").Completions);
        Assert.Contains("compois", directive.Parameters.Single(p => p.Name == "--family").Completions);
        Assert.Equal("--formula", directive.Parameters.Single(p => p.AllowImplicitName).Name);
    }

    [Fact]
    public async Task A_long_calculation_updates_one_display_and_takes_it_away()
    {
        KernelInvocationContext.Current = _context;
        using (var progress = LiveProgress.Start("Bootstrapping", total: 4))
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Delay(700);
                progress.Advance();
            }
        }

        var bar = _context.Displayed[^1];
        Assert.Equal(2, _context.Displayed.Count);
        Assert.True(bar.Values.Count >= 3);
        var html = bar.Values.OfType<IRichDisplay>().Select(value => value.ToHtml()).ToList();
        Assert.Contains("<progress max=\"1\" value=\"0.", html[0]);
        Assert.Contains("Bootstrapping: ", html[0]);
        Assert.Equal("<span></span>", html[^1]);
    }

    [Fact]
    public void Interrupting_the_cell_ends_the_fit()
    {
        KernelInvocationContext.Current = _context;
        _interrupt.Cancel();
        var rows = Enumerable.Range(0, 60).Select(i => new { y = i % 7, x = i % 5, g = "g" + (i % 6) }).ToArray();
        Assert.ThrowsAny<OperationCanceledException>(() => Glmm.Fit("y ~ x + (1 | g)", rows, Family.Poisson()));
    }
}
