namespace EcoGlmm.Notebooks.Tests;

/// <summary>The packed package in Microsoft's kernel, spoken to by its own protocol, as a user's editor does.</summary>
[Collection(NotebookCollection.Name)]
public sealed class ExtensionTests(NotebookSession session)
{
    private const string Data =
        "var owls = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), sex = i % 2 == 0 ? \"f\" : \"m\", nest = "
        + "\"n\" + i % 6 }).ToArray();\nvar frame = FieldData.From(owls).Rename(\"sex\", \"sex of parent\").ToDataFrame();";

    private static readonly string[] Displayed = ["DisplayedValueProduced", "ReturnValueProduced"];

    private async Task<List<(string MimeType, string Value)>> ShownAsync(string code, string language = "csharp")
    {
        var (events, failure) = await session.RunAsync(code, language);
        Assert.True(failure is null, NotebookSession.Message(failure));
        // On a busy machine a fit takes long enough to show its progress.
        return [.. NotebookSession.Shown(events, Displayed).Where(one => !one.Value.StartsWith("<div role=\"status\"",
            StringComparison.Ordinal))];
    }

    private async Task<string> FailureAsync(string code) => NotebookSession.Message((await session.RunAsync(code)).Failure);

    [Fact]
    public void The_first_cell_has_the_namespace_at_once_says_one_line_and_no_warning()
    {
        Assert.True(session.FirstFailure is null, NotebookSession.Message(session.FirstFailure));
        Assert.DoesNotContain(session.FirstCell, one => one.Type is "StandardErrorValueProduced" or "ErrorProduced");
        Assert.All(session.FirstCell.Where(one => one.Type == "DiagnosticsProduced"),
            one => Assert.Equal(0, one.Content.GetProperty("diagnostics").GetArrayLength()));
        var shown = NotebookSession.Shown(session.FirstCell, Displayed);
        Assert.Matches(@"^EcoGlmm \d+\.\d+\.\d+: .*#!glmm --help$", Assert.Single(shown, one => one.Value.StartsWith("EcoGlmm ",
            StringComparison.Ordinal)).Value);
        Assert.Contains("poisson", shown[^1].Value);
    }

    [Fact]
    public async Task Results_are_drawn_alone_and_inside_collections_from_a_DataFrame_too()
    {
        var card = Assert.Single(await ShownAsync(Data + "\nvar fit = Glmm.Fit(\"calls ~ `sex of parent` + (1 | nest)\", frame, "
            + "Family.Poisson());\nfit"), one => one.MimeType == "text/html");
        Assert.Contains("ecoglmm-card", card.Value);
        Assert.Contains("ecoglmm-figure", (await ShownAsync("fit.SimulatedResiduals(50)"))[0].Value);
        Assert.Contains("ecoglmm-card", (await ShownAsync("new[] { fit }"))[0].Value);
        Assert.Contains("Estimate", (await ShownAsync("fit.FixedEffects.ToDataFrame()"))[0].Value);
    }

    [Fact]
    public async Task The_magic_command_fits_shows_and_keeps_with_every_option()
    {
        await ShownAsync(Data);
        var shown = await ShownAsync("#!glmm --data owls --family nbinom2 --link sqrt --dispersion \"~ sex\" --as byNest \"calls ~ sex + "
            + "(1|nest)\"\nbyNest.Family.Link.Name + byNest.Options.Dispersion");
        Assert.Contains("ecoglmm-card", shown[0].Value);
        Assert.Contains("sqrt~ sex", shown[^1].Value);
        Assert.Contains("--family", (await ShownAsync("#!glmm --help"))[0].Value);
    }

    [Theory]
    [InlineData("#!glmm --data owls", "#!glmm needs a formula")]
    [InlineData("#!glmm \"calls ~ sex\"", "#!glmm needs --data")]
    [InlineData("#!glmm --data owl \"calls ~ sex\"", "There is no variable \"owl\" in this notebook's C#.")]
    [InlineData("#!glmm --data owls --as 2x \"calls ~ sex\"", "cannot be one")]
    [InlineData("#!glmm --data owls \"call ~ sex\"", "Did you mean \"calls\"?")]
    [InlineData("Glmm.Fit(\"call ~ sex\", owls)", "Did you mean \"calls\"?")]
    public async Task A_mistake_is_one_sentence_without_a_trace(string code, string said)
    {
        await ShownAsync(Data);
        var message = await FailureAsync(code);
        Assert.Contains(said, message);
        Assert.DoesNotContain("   at ", message);
        Assert.DoesNotContain("GlmmException", message);
    }

    [Fact]
    public async Task A_mistake_in_a_formula_is_marked_with_a_caret()
    {
        await ShownAsync(Data);
        Assert.Matches("(?m)^ *\\^", await FailureAsync("Glmm.Fit(\"calls ~ sex + )\", owls)"));
    }

    [Theory]
    [InlineData("#!glmm --data |", "owls")]
    [InlineData("#!glmm --family |", "compois")]
    [InlineData("#!glmm --data owls \"calls ~ s|", "sex")]
    [InlineData("#!glmm --data frame \"calls ~ s|\"", "`sex of parent`")]
    [InlineData("Glmm.Fit(\"calls ~ ne|\", owls)", "nest")]
    [InlineData("Glmm.Fit(\"ca|", "calls")]
    [InlineData("var again = Glmm.Fit(\"calls ~ sex\", frame, Family.Poisson(), new GlmmOptions { ZeroInflation = \"~ `s|\" });",
        "`sex of parent`")]
    [InlineData("Glmm.Fit(\"calls ~ po|\", owls)", "poly")]
    [InlineData("owls.|", "Length")]
    public async Task Completions_know_the_variables_families_columns_and_functions(string code, string offered)
    {
        await ShownAsync(Data);
        var completions = await session.AskAsync("RequestCompletions", "CompletionsProduced", code);
        Assert.Contains(completions.GetProperty("completions").EnumerateArray(), item => item.GetProperty("insertText")
            .GetString() == offered);
    }

    [Fact]
    public async Task A_completion_replaces_the_word_it_completes()
    {
        await ShownAsync(Data);
        var span = (await session.AskAsync("RequestCompletions", "CompletionsProduced", "var x = 1;\nGlmm.Fit(\"calls ~ ne|\", owls)"))
            .GetProperty("linePositionSpan");
        Assert.Equal((1, 18, 20), (span.GetProperty("start").GetProperty("line").GetInt32(),
            span.GetProperty("start").GetProperty("character").GetInt32(), span.GetProperty("end").GetProperty("character").GetInt32()));
    }

    [Theory]
    [InlineData("Glmm.Fit(\"calls ~ sc|ale(nest)\", owls)", "standard deviation")]
    [InlineData("Glmm.Fit(\"cal|ls ~ sex\", frame)", "Double")]
    [InlineData("var data = FieldData.From(owls);", null)]
    public async Task Hovering_explains_functions_and_columns(string code, string? said)
    {
        await ShownAsync(Data);
        if (said is null) return;
        var hover = await session.AskAsync("RequestHoverText", "HoverTextProduced", code);
        Assert.Contains(said, hover.GetProperty("content")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_long_calculation_updates_one_display_and_can_be_cancelled()
    {
        await ShownAsync(Data + "\nvar fit = Glmm.Fit(\"calls ~ sex + (1 | nest)\", owls, Family.Poisson());");
        using var cancel = new CancellationTokenSource();
        var events = new List<Tool.Execution.KernelEvent>();
        var clock = new System.Diagnostics.Stopwatch();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.Kernel.RunAsync(
            "fit.ConfidenceIntervals(IntervalMethod.Bootstrap, simulations: 1000000)", "csharp", one =>
        {
            events.Add(one);
            if (events.Count(e => e.Type == "DisplayedValueUpdated") < 3 || clock.IsRunning) return;
            clock.Start();
            cancel.Cancel();
        }, cancel.Token));
        var bar = Assert.Single(events, one => one.Type == "DisplayedValueProduced");
        Assert.Contains("<progress ", NotebookSession.Shown([bar], Displayed)[0].Value);
        Assert.All(events.Where(one => one.Type == "DisplayedValueUpdated"),
            one => Assert.Equal(bar.Content.GetProperty("valueId").GetString(), one.Content.GetProperty("valueId").GetString()));
        Assert.Contains("2", (await ShownAsync("1 + 1"))[0].Value);
    }
}
