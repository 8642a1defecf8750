using EcoGlmm.Tests.Display;

namespace EcoGlmm.Tests.Reporting;

public class ManuscriptTests
{
    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(c => c.Trim())];

    [Fact]
    public void MarkdownHoldsEveryEstimateWithItsInterval()
    {
        var fit = Fits.Owls;
        var lines = fit.ToMarkdown().Split('\n');
        foreach (var c in fit.FixedEffects)
        {
            var name = c.Name == "(Intercept)" ? "Intercept" : c.Name.Replace(":", " × ");
            var cells = Cells(Assert.Single(lines, l => l.StartsWith($"| {name} |")));
            var interval = fit.ConfidenceIntervals()[c.Name];
            Assert.Equal(c.Estimate, Number(cells[1]), Half(cells[1]));
            Assert.Equal(c.StandardError, Number(cells[2]), Half(cells[2]));
            var ends = cells[3].Split(" to ");
            Assert.Equal(interval.Lower, Number(ends[0]), Half(ends[0]));
            Assert.Equal(interval.Upper, Number(ends[1]), Half(ends[1]));
        }

        Assert.Contains(lines, l => l.StartsWith("| Levels of Nest | 27 |"));
    }

    private static double Number(string text) => double.Parse(text.Replace('−', '-'), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Half a unit of the last decimal shown.</summary>
    private static double Half(string text) => 0.5000001 * Math.Pow(10, -(text.Length - 1 - text.IndexOf('.')));

    [Fact]
    public void LabelsRatiosAndJournalStylesAreFollowed()
    {
        var options = new ModelTableOptions
        {
            Labels = new Dictionary<string, string> { ["FoodTreatmentSatiated"] = "Food: satiated", ["Nest"] = "nest box" },
            Exponentiate = true,
            Numbers = NumberStyle.Apa with { DecimalMark = "," },
            Columns = ModelTableColumns.Estimate | ModelTableColumns.Interval | ModelTableColumns.PValue,
        };
        var text = Fits.Owls.Table(options).ToString();
        Assert.Contains("Food: satiated × SexParentMale", text);
        Assert.Contains("Rate ratio", text);
        Assert.Contains("SD (nest box)", text);
        Assert.Contains("<,001", text);
        var c = Fits.Owls.FixedEffects["FoodTreatmentSatiated"];
        Assert.Contains(Math.Exp(c.Estimate).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture).Replace('.', ',')[..4],
            text);
    }

    [Fact]
    public void ModelsStandSideBySideWithTheUnionOfTheirRows()
    {
        var smaller = Fits.Owls.Update(". ~ . - FoodTreatment:SexParent");
        var table = Glmm.Table(("additive", smaller), ("interaction", Fits.Owls));
        Assert.Equal(["", "additive", "interaction"], table.Columns.Select(c => c.Header));
        var row = table.Sections[0].Rows.Single(r => r[0] == "FoodTreatmentSatiated × SexParentMale");
        Assert.Equal("", row[1]);
        Assert.NotEqual("", row[2]);
        Assert.Equal(["Intercept", "FoodTreatmentSatiated", "SexParentMale", "FoodTreatmentSatiated × SexParentMale"],
            table.Sections[0].Rows.Select(r => r[0]));
        Assert.Contains("\"twice\"", Assert.Throws<GlmmException>(() => Glmm.Table(("twice", smaller), ("twice", smaller))).Message);
    }

    [Fact]
    public void NamesFromDataDoNoHarm()
    {
        var table = Fits.Hostile.Table();
        Assert.DoesNotContain("<script", table.ToHtml());
        Assert.DoesNotContain("<script", table.ToMarkdown());
        var latex = new PublicationTable("50 % of \\input{x} & $y$ #1_2", [new("", false), new("a", true)], [new("", [["~^{}", "1"]])],
            []).ToLatex("tab:x");
        Assert.Contains("50 \\% of \\textbackslash{}input\\{x\\} \\& \\$y\\$ \\#1\\_2", latex);
        Assert.Contains("$\\sim$\\textasciicircum{}\\{\\} & 1 \\\\", latex);
    }

    [Fact]
    public void AReportSaysWhatAReviewerAsks()
    {
        var report = Fits.Sleep.Report();
        Assert.Contains("linear mixed model", report.Methods);
        Assert.Contains("intercepts and effects of Days for each Subject, with their correlations", report.Methods);
        Assert.Contains("restricted maximum likelihood (REML)", report.Methods);
        Assert.Contains($"EcoGlmm {Citation.Version}", report.Methods);
        Assert.Contains("simulated (quantile) residuals", report.Methods);
        Assert.Contains("Days: 10.5 (CI ", report.Results);
        Assert.Contains(report.References, r => r == Fits.Sleep.Cite());
        Assert.DoesNotContain("simulated", Fits.Sleep.Report(checks: false).Methods);
        Assert.Contains("DID NOT CONVERGE", Fits.Separated.Report(checks: false).Results + Fits.Separated.ToMarkdown());
        Assert.Contains("between 0 and 1", Assert.Throws<GlmmException>(() =>
            Fits.Sleep.Table(new ModelTableOptions { Level = 95 })).Message);
    }
}
