using EcoGlmm.Text;
using Microsoft.Playwright;

namespace EcoGlmm.Browser.Tests;

[Collection(BrowserCollection.Name)]
public sealed class CardTests(BrowserFixture browser)
{
    private static string Card() => new HtmlWriter()
        .Heading("Generalized linear mixed model", Status.Ok, "converged")
        .Code("SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)")
        .Paragraph("Negative binomial counts (variance μ + μ²/θ), log link, fitted by maximum likelihood (Laplace) to 599 rows in "
            + "27 nests.")
        .Facts(("AIC", "3429.3"), ("BIC", "3455.6"), ("Log-likelihood", "-1708.63"), ("θ", "0.847"))
        .Table(new TableContent("Fixed effects") { Note = "Wald tests; *** p < 0.001, ** p < 0.01, * p < 0.05" }
            .Text("Term").Number("Estimate").Number("Std. error").Number("z").Number("p").Text("")
            .Row("(Intercept)", "0.7353", "0.1172", "6.27", "<0.001", "***")
            .Row("FoodTreatmentSatiated", "-0.7926", "0.1690", "-4.69", "<0.001", "***")
            .Row("SexParentMale", "-0.0634", "0.1302", "-0.49", "0.626", "")
            .Row("FoodTreatmentSatiated:SexParentMale", "0.1412", "0.2065", "0.68", "0.494", ""))
        .Message(Status.Ok, "The optimiser converged: largest gradient 3e-06, Hessian positive definite.")
        .Message(Status.Caution, "The variance of Nest is near zero.")
        .Message(Status.Problem, "The Hessian is not positive definite.")
        .Details("Conditional modes", w => w.Paragraph("27 nests"))
        .ToHtml();

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_card_takes_the_pages_colours(bool dark)
    {
        await using var page = await browser.Open(
            BrowserFixture.Notebook([Card()], dark), new PageSettings { Dark = dark, Scripts = false });
        await page.Shoot(dark ? "card-dark" : "card-light");
        var cell = page.Page.Locator("td.ecoglmm-number").First;
        Assert.Equal("0.7353", await cell.TextContentAsync());
        Assert.Equal(1, await page.Page.GetByRole(AriaRole.Table, new() { Name = "Fixed effects" }).CountAsync());
        Assert.Equal(4, await page.Page.GetByRole(AriaRole.Rowheader).CountAsync());
        Assert.Empty(page.Errors);
    }

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fit_as_a_page_of_its_own_follows_the_readers_theme(bool dark)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ecoglmm-test-{Guid.NewGuid():N}.html");
        var rows = Enumerable.Range(0, 60).Select(i => new { calls = (i * 7 % 5) + (i % 6), sex = i % 2 == 0 ? "f" : "m", nest = "n"
            + (i % 6) }).ToArray();
        Glmm.Fit("calls ~ sex + (1 | nest)", rows, Family.Poisson()).SaveHtml(path);
        var html = await File.ReadAllTextAsync(path);
        File.Delete(path);
        await using var page = await browser.Open(html, new PageSettings { Dark = dark, Scripts = false });
        await page.Shoot(dark ? "fit-page-dark" : "fit-page-light");
        Assert.Equal("calls ~ sex + (1 | nest)", await page.Page.TitleAsync());
        var ink = await page.Page.Locator("td").First.EvaluateAsync<string>("e => getComputedStyle(e).color");
        Assert.Equal(dark ? "rgb(216, 216, 216)" : "rgb(51, 51, 51)", ink);
        Assert.Equal(await page.Count("table"), await page.Count("table > caption"));
        Assert.Equal(0, await page.Count("th:not([scope])"));
    }
}
