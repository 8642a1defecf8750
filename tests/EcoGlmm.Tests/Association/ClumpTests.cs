namespace EcoGlmm.Tests.Association;

public class ClumpTests
{
    [Fact]
    public void ClumpsHoldEachSmallPValueOnceAndAreLinkedToTheirLeads()
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd);
        var clumps = scan.Clumps(herd, lead: 0.05, member: 0.05, rSquared: 0.05, window: 5_000_000);
        var names = clumps.SelectMany(c => c.Others.Append(c.Lead)).Select(r => r.Marker.Name).ToArray();
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(scan.Count(r => r.WaldP <= 0.05), names.Length);
        Assert.Equal(["m050", "m410"], clumps.Take(2).Select(c => c.Lead.Marker.Name));
        Assert.Contains(clumps, c => c.Others.Count > 0);
        foreach (var clump in clumps)
        {
            foreach (var other in clump.Others)
            {
                Assert.True(clump.Lead.WaldP <= other.WaldP);
                Assert.InRange(Correlation(herd.Counts(clump.Lead.Marker.Name), herd.Counts(other.Marker.Name)), 0.05, 1);
            }
        }
    }

    [Fact]
    public void EffectiveTestsAreFewerThanLinkedMarkersAndAsManyAsUnlinkedOnes()
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex", Herd.Data(), herd);
        Assert.InRange(scan.EffectiveTests(herd), 50, 598);
        var data = Herd.Data();

        // one marker five times over is one test
        var column = herd.Counts("m010");
        var copies = new Dictionary<string, object> { ["animal"] = herd.Individuals.ToArray() };
        for (var k = 0; k < 5; k++)
        {
            copies[$"copy{k}"] = column;
        }

        copies["other"] = herd.Counts("m500");
        using var table = Genotypes.From(FieldData.From(copies), "animal");
        var few = Glmm.Scan("weight ~ sex", data, table, new ScanOptions { Relationship = herd.RelationshipMatrix() });
        var r = Math.Sqrt(Correlation(column, herd.Counts("m500")));
        Assert.InRange(few.EffectiveTests(table), 1.9, 2.1 + r);
    }

    private static double Correlation(double[] x, double[] y)
    {
        var both = Enumerable.Range(0, x.Length).Where(i => !double.IsNaN(x[i]) && !double.IsNaN(y[i])).ToArray();
        var mx = both.Average(i => x[i]);
        var my = both.Average(i => y[i]);
        var xy = both.Sum(i => (x[i] - mx) * (y[i] - my));
        return xy * xy / (both.Sum(i => (x[i] - mx) * (x[i] - mx)) * both.Sum(i => (y[i] - my) * (y[i] - my)));
    }
}
