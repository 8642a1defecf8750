namespace EcoGlmm.Tests.Architecture;

/// <summary>The library's folders lie in layers: each uses those below it, and none that lies above.</summary>
public sealed class LayerTests
{
    private static readonly Lazy<IReadOnlyList<FolderUse>> Library = new(() => SourceCode.OfLibrary().Uses());

    [Fact]
    public void No_folder_uses_one_above_it()
    {
        Assert.True(Library.Value.Count > 5000, $"Only {Library.Value.Count} uses were found: the source was not read.");
        Assert.Equal("", string.Join("\n", Library.Value.Where(Layers.IsUpward)));
    }

    [Fact]
    public void Folders_form_no_circle() => Assert.Equal("", string.Join("\n", Layers.Circle(Library.Value)));

    [Fact]
    public void Every_folder_has_a_layer() =>
        Assert.Equal("", string.Join("\n", Library.Value.Where(u => Layers.RankOf(u.From) < 0 || Layers.RankOf(u.To) < 0)));

    /// <summary>The reader finds what it is meant to: a call, an extension method, a constructor without a type's name.</summary>
    [Fact]
    public void An_arrow_upward_is_named_with_file_line_and_type()
    {
        var uses = SourceCode.Of(
            ("Numerics/Sum.cs", "namespace A;\ninternal static class Sum\n{\n    static int X(Fit f) => f.Count() + Size.Of;\n    static "
                + "Fit New() => new();\n}"),
            ("Fit.cs", "namespace A;\ninternal sealed class Fit;"),
            ("Inference/Extensions.cs", "namespace A;\ninternal static class Extensions\n{\n    public static int Count(this Fit f) => "
                + "Size.Of;\n}"),
            ("Prediction/Size.cs", "namespace A;\ninternal static class Size\n{\n    public const int Of = 1;\n}")).Uses();
        var upward = uses.Where(Layers.IsUpward).Select(u => u.ToString()).ToList();
        Assert.Contains("Numerics/Sum.cs:4 uses Extensions of Inference", upward);
        Assert.Contains("Numerics/Sum.cs:4 uses Size of Prediction", upward);
        Assert.Contains("Numerics/Sum.cs:5 uses Fit of the root", upward);
        Assert.DoesNotContain(upward, u => u.StartsWith("Inference", StringComparison.Ordinal));
        Assert.Empty(Layers.Circle(uses));
    }

    [Fact]
    public void A_circle_within_a_layer_is_found()
    {
        var uses = SourceCode.Of(
            ("Inference/A.cs", "namespace N;\nclass A { B? Next; }"), ("Prediction/B.cs", "namespace N;\nclass B { C? Next; }"),
            ("Diagnostics/C.cs", "namespace N;\nclass C { A? Next; }")).Uses();
        Assert.Equal(3, Layers.Circle(uses).Count);
    }

    /// <summary>A type in pieces belongs where it begins, and each of its members where it is written.</summary>
    [Fact]
    public void A_member_counts_where_it_is_written()
    {
        var uses = SourceCode.Of(
            ("Glmm.cs", "namespace N;\nstatic partial class Glmm { public static int Fit() => 1; }"),
            ("Inference/Glmm.cs", "namespace N;\nstatic partial class Glmm { public static int Compare() => Fit(); }"),
            ("Prediction/P.cs", "namespace N;\nclass P { int A = Glmm.Fit(); int B = Glmm.Compare(); }")).Uses();
        Assert.Equal(["Inference"], uses.Where(u => u.From == "Prediction" && u.Used.Contains("Compare", StringComparison.Ordinal))
            .Select(u => u.To));
        Assert.DoesNotContain(uses, Layers.IsUpward);
    }
}
