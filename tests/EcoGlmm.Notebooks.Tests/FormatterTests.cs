using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive.Formatting;

namespace EcoGlmm.Notebooks.Tests;

/// <summary>What .NET Interactive makes of the library's objects once the notebook extension has registered how they are drawn.</summary>
public sealed partial class FormatterTests
{
    static FormatterTests() => EcoGlmm.Interactive.RichDisplayFormatters.Register();

    private static Figure Sample() => new("Mass <by> age", new Panel("Owls", new PointTrace([1, 2, 3], [4, 5, 6]))
    {
        XAxis = "Age", YAxis = "Mass", Annotations = [new("p = 0.041")],
    });

    [Fact]
    public void A_figure_prefers_html() =>
        Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(typeof(Figure)).First());

    [Fact]
    public void A_figure_as_html_is_its_own()
    {
        var html = Sample().ToDisplayString("text/html");
        Assert.Contains("class=\"ecoglmm-figure\"", html);
        Assert.Contains(".show(\"ecoglmm-", html);
        Assert.Contains("data:image/svg+xml;base64,", html);
        Assert.DoesNotContain("Mass <by> age", html);
    }

    [Fact]
    public void A_figure_as_plain_text_is_its_description()
    {
        var text = Sample().ToDisplayString("text/plain");
        Assert.Equal(Sample().ToString(), text);
        Assert.Contains("p = 0.041", text);
    }

    public static TheoryData<string> Containers => ["list", "array", "tuple", "anonymous", "dictionary"];

    [Theory]
    [MemberData(nameof(Containers))]
    public void A_figure_inside_something_else_is_still_drawn(string container)
    {
        object shown = container switch
        {
            "list" => new List<Figure> { Sample(), Sample() },
            "array" => new[] { Sample() },
            "tuple" => (1, Sample()),
            "anonymous" => new { Name = "owls", Chart = Sample() },
            _ => new Dictionary<string, Figure> { ["owls"] = Sample() },
        };
        var html = shown.ToDisplayString("text/html");
        Assert.Contains("<div class=\"ecoglmm-figure\" id=\"ecoglmm-", html);
        Assert.Contains("<script>", html);
    }

    [Fact]
    public void A_type_of_the_users_own_is_drawn_as_it_draws_itself()
    {
        Assert.Equal("<b>own</b>", new Own().ToDisplayString("text/html"));
        Assert.Equal("own", new Own().ToDisplayString("text/plain"));
        Assert.Equal(["text/html", "text/plain"], Formatter.GetPreferredMimeTypesFor(typeof(Own)));
    }

    [Fact]
    public void Progress_is_drawn_as_a_bar_and_leaves_nothing_behind()
    {
        var bar = new EcoGlmm.Text.ProgressBar("Fitting <y>", 0.25, "1 of 4", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9));
        var html = bar.ToDisplayString("text/html");
        Assert.Contains("<progress max=\"1\" value=\"0.25\" aria-label=\"Fitting &lt;y&gt;\"", html);
        Assert.Contains("Fitting &lt;y&gt;: 1 of 4, 3 s, 9 s to go", html);
        Assert.Equal("<span></span>", EcoGlmm.Text.ProgressBar.Gone.ToDisplayString("text/html"));
    }

    private static GlmmFit Fit() => Glmm.Fit("y ~ x + (1 | g)",
        Enumerable.Range(0, 60).Select(i => new { y = (i * 7 % 5) + (i % 6), x = (double)(i % 10), g = "nest" + (i % 6) }).ToArray(),
        Family.Poisson());

    public static TheoryData<string> Results =>
        ["fit", "coefficients", "modes", "group", "components", "predictions", "intervals", "convergence", "comparison", "data",
            "test", "residuals"];

    /// <summary>Lists and records of the library are drawn by it, not taken apart by the notebook.</summary>
    [Theory]
    [MemberData(nameof(Results))]
    public void A_result_is_shown_as_it_draws_itself(string what)
    {
        var fit = Fit();
        object shown = what switch
        {
            "fit" => fit,
            "coefficients" => fit.FixedEffects,
            "modes" => fit.RandomEffects,
            "group" => fit.RandomEffects["g"],
            "components" => fit.VarianceComponents,
            "predictions" => fit.Predict(),
            "intervals" => fit.ConfidenceIntervals(),
            "convergence" => fit.Convergence,
            "comparison" => Glmm.Compare(fit),
            "data" => fit.Data,
            "test" => fit.SimulatedResiduals(50).TestUniformity(),
            _ => fit.SimulatedResiduals(50),
        };
        var rich = Assert.IsAssignableFrom<IRichDisplay>(shown);
        Assert.Equal("text/html", Formatter.GetPreferredMimeTypesFor(shown.GetType()).First());
        Assert.Equal(rich.ToString(), shown.ToDisplayString("text/plain"));
        var html = shown.ToDisplayString("text/html");
        if (what is "residuals" or "test") Assert.Contains("class=\"ecoglmm-figure\"", html);
        Assert.Equal(WithoutTimesShown(rich.ToHtml()), WithoutTimesShown(html));
    }

    /// <summary>A figure shown for the second time has an id of its own: its digest, and how often it was shown.</summary>
    private static string WithoutTimesShown(string html) => TimesShown().Replace(html, "$1");

    [GeneratedRegex("(ecoglmm-[0-9a-f]{12})-[0-9]+")]
    private static partial Regex TimesShown();

    private sealed class Own : IRichDisplay
    {
        public string ToHtml() => "<b>own</b>";

        public override string ToString() => "own";
    }
}
