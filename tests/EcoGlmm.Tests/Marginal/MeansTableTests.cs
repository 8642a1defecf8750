namespace EcoGlmm.Tests.Marginal;

/// <summary>How tables of means and contrasts are laid out.</summary>
public sealed class MeansTableTests
{
    private static GlmmFit Fit(double slope) => Glmm.Fit("y ~ f * h", FieldData.From(Enumerable.Range(0, 60).Select(i => new
    {
        y = Math.Exp((slope * (i % 2)) + (0.5 * (i % 3)) + (0.2 * Math.Sin(7 * i))), f = i % 2 == 0 ? "low" : "top",
        h = "pqr"[i % 3].ToString(),
    }).ToArray()), Family.Gamma(Link.Log));

    [Fact]
    public void TheFirstFactorVariesFastestAsInEmmeans()
    {
        var means = Fit(1).MarginalMeans("h + f");
        Assert.Equal(["p low", "q low", "r low", "p top", "q top", "r top"], means.Select(m => $"{m.Levels["h"]} {m.Levels["f"]}"));
        var table = means.ToFieldData();
        Assert.Equal(["p", "q", "r", "p", "q", "r"], table.Texts("h").Select(text => text!));
        Assert.Equal(["low", "low", "low", "top", "top", "top"], table.Texts("f").Select(text => text!));
    }

    [Fact]
    public void RatiosOfAColumnHaveOneFormat()
    {
        var plain = Fit(1).MarginalMeans("f").Contrasts().ToString();
        Assert.DoesNotContain("e-", plain);
        var steep = Fit(-16).MarginalMeans("f + h").Contrasts().ToString()!.Split('\n');
        string[] rows = [.. steep.Skip(2).Where(line => line.Contains(" to ", StringComparison.Ordinal))];
        Assert.Equal(15, rows.Length);
        Assert.All(rows, row => Assert.Matches(@"\d\.\d\de[+-]\d\d \(\d\.\d\de[+-]\d\d to \d\.\d\de[+-]\d\d\)", row));
    }
}
