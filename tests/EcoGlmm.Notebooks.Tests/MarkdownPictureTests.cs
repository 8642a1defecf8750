using EcoGlmm.Tool.Pages;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>A page that is passed on holds pictures that lie beside its notebook, and no other file.</summary>
public sealed class MarkdownPictureTests : IDisposable
{
    private readonly string _around = Directory.CreateTempSubdirectory("ecoglmm-pictures-").FullName;

    [Theory]
    [InlineData("inside.png", true)]
    [InlineData("deeper/inside.png", true)]
    [InlineData("deeper/../inside.png", true)]
    [InlineData("../outside.png", false)]
    [InlineData("linked.png", false)]
    [InlineData("linked/outside.png", false)]
    [InlineData("absent.png", false)]
    public void Only_pictures_beside_the_notebook_are_embedded(string url, bool embedded)
    {
        var folder = Path.Combine(_around, "study");
        Directory.CreateDirectory(Path.Combine(folder, "deeper"));
        byte[] picture = [137, 80, 78, 71];
        foreach (var path in new[] { "outside.png", "study/inside.png", "study/deeper/inside.png" })
            File.WriteAllBytes(Path.Combine(_around, path), picture);
        File.CreateSymbolicLink(Path.Combine(folder, "linked.png"), Path.Combine(_around, "outside.png"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "linked"), _around);

        var html = new MarkdownRenderer(folder).ToHtml($"![a nest]({url})");

        Assert.Equal(embedded, html.Contains(Convert.ToBase64String(picture), StringComparison.Ordinal));
        Assert.Contains("a nest", html, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absolute_path_is_not_embedded()
    {
        File.WriteAllBytes(Path.Combine(_around, "secret.png"), [1, 2, 3]);
        Assert.DoesNotContain("base64", new MarkdownRenderer(Path.Combine(_around, "study")).ToHtml($"![a]({_around}/secret.png)"),
            StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_around, true);
}
