namespace EcoGlmm.Tests.Association;

public class SeveralTraitsTests
{
    [Fact]
    public void TraitsTogetherAreAsEachAlone()
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var data = Herd.Data();
        string[] formulas = ["weight ~ sex", "log(weight) ~ sex + age", "ticks ~ age"];
        var options = new ScanOptions { Output = folder.File("scan.csv") };
        var together = Glmm.Scan(formulas, data, herd, options);
        for (var k = 0; k < formulas.Length; k++)
        {
            var alone = Glmm.Scan(formulas[k], data, herd);
            Assert.Equal(alone.AsEnumerable(), together[k].AsEnumerable());
        }

        Assert.Equal(together[2].AsEnumerable(), AssociationScan.ReadCsv(folder.File("scan-ticks.csv")).AsEnumerable());

        // the same call takes all results from the files
        var again = Glmm.Scan(formulas, data, herd, options);
        Assert.Equal(together[1].AsEnumerable(), again[1].AsEnumerable());
        Assert.Contains("would go to one file", Assert.Throws<GlmmException>(
            () => Glmm.Scan(["weight ~ sex", "weight ~ age"], data, herd, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnInteractionNeedsItsCovariate()
    {
        using var herd = Herd.Open();
        string Message(string formula, ScanOptions options) =>
            Assert.Throws<GlmmException>(() => Glmm.Scan(formula, Herd.Data(), herd, options)).Message;
        Assert.Contains("Add it to the formula", Message("weight ~ sex", new ScanOptions { Interaction = "age" }),
            StringComparison.Ordinal);
        Assert.Contains("without a family", Message("ill ~ sex", new ScanOptions { Interaction = "sex", Family = Family.Binomial() }),
            StringComparison.Ordinal);

        // a marker's product with a factor of two levels is that with its column; two copies of the data's sex give the same
        var relationship = herd.RelationshipMatrix();
        var some = herd.AtMarkers([.. Enumerable.Range(40, 20)]);
        var options = new ScanOptions { Interaction = "sex", Relationship = relationship };
        var byFactor = Glmm.Scan("weight ~ sex", Herd.Data(), some, options);
        var male = Herd.Data().With("male", Herd.Data().Texts("sex").Select(s => s == "m" ? 1.0 : 0));
        var byNumber = Glmm.Scan("weight ~ male", male, some, options with { Interaction = "male" });
        Assert.Equal(byFactor.Select(r => r.Beta), byNumber.Select(r => r.Beta));
        Assert.Contains("interaction of a marker with sex", byFactor.ToString(), StringComparison.Ordinal);

        // held variances are near the exact ones
        var held = Glmm.Scan("weight ~ sex", Herd.Data(), some, options with { Method = ScanMethod.Held });
        for (var j = 0; j < held.Count; j++)
        {
            Assert.Equal(byFactor[j].Beta, held[j].Beta, 0.2 * byFactor[j].StandardError);
            Assert.Equal(Math.Log(byFactor[j].LikelihoodRatioP), Math.Log(held[j].LikelihoodRatioP), 0.3);
        }
    }
}
