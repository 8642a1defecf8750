using EcoGlmm.Association;

namespace EcoGlmm.Tests.Association;

public class AssociationScanTests
{
    private const double Relative = 1e-4;

    [Theory]
    [InlineData("plain", "weight ~ 1")]
    [InlineData("covariates", "weight ~ sex + age")]
    public void AnExactScanIsGemmas(string name, string formula)
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan(formula, Herd.Data(), herd);
        var reference = Herd.Reference.GetProperty(name);
        var markers = reference.Texts("marker");
        var frequency = reference.Numbers("frequency");
        var missing = reference.Numbers("missing");
        var beta = reference.Numbers("beta");
        var se = reference.Numbers("se");
        var wald = reference.Numbers("wald");
        var ratio = reference.Numbers("likelihoodRatio");
        var score = reference.Numbers("score");
        for (var j = 0; j < markers.Length; j++)
        {
            var row = scan[markers[j]];
            Assert.Equal(frequency[j], row.Frequency, 5.1e-4);
            Assert.Equal(231 - missing[j], row.N);

            // an effect near zero is known to a part of its standard error only
            Assert.Equal(beta[j], row.Beta, Relative * Math.Abs(beta[j]) + 1e-5 * se[j]);
            Assert.Equal(se[j], row.StandardError, Relative * se[j]);
            Assert.Equal(wald[j], row.WaldP, Relative * wald[j]);
            Assert.Equal(ratio[j], row.LikelihoodRatioP, Relative * ratio[j]);
            Assert.Equal(score[j], row.ScoreP, Relative * score[j]);
        }

        // nobody has one allele
        Assert.True(double.IsNaN(scan["m007"].Beta) && double.IsNaN(scan["m007"].WaldP));
        Assert.Equal(600, scan.Count);
    }

    [Fact]
    public void MarkersInAnotherOrderAndIndividualsInAnotherOrderGiveTheSame()
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var relationship = herd.RelationshipMatrix();
        var options = new ScanOptions { Relationship = relationship };
        var scan = Glmm.Scan("weight ~ sex", Herd.Data(), herd, options);
        herd.AtMarkers([.. Enumerable.Range(0, 600).Select(j => 599 - j)]).WithIndividuals(herd.Individuals.Skip(3).Reverse())
            .WritePlink(folder.File("turned"));
        using var turned = Genotypes.Open(folder.File("turned.bed"));
        var other = Glmm.Scan("weight ~ sex", Herd.Data(), turned, options);
        var some = Glmm.Scan("weight ~ sex", Herd.Data().Where(r => !new[] { "a001", "a002", "a003" }.Contains(r.Text("animal"))),
            herd, options);
        Assert.Equal("m600", other[0].Marker.Name);
        foreach (var row in some)
        {
            if (double.IsNaN(row.Beta))
            {
                continue;
            }

            Assert.Equal(row.Beta, other[row.Marker.Name].Beta, 1e-9);
            Assert.Equal(row.WaldP, other[row.Marker.Name].WaldP, 1e-9);
        }

        Assert.NotEqual(scan["m050"].Beta, some["m050"].Beta);
    }

    [Fact]
    public void ThreadsAndPartsDoNotChangeABit()
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var data = Herd.Data();
        var one = Glmm.Scan("weight ~ sex", data, herd, new ScanOptions { MaxThreads = 1 });
        var three = Glmm.Scan("weight ~ sex", data, herd, new ScanOptions { MaxThreads = 3 });
        Assert.Equal(one.AsEnumerable(), three.AsEnumerable());
        string[] files = [folder.File("1.csv"), folder.File("2.csv")];
        for (var part = 1; part <= 2; part++)
        {
            Glmm.Scan("weight ~ sex", data, herd, new ScanOptions { Part = part, Parts = 2, Output = files[part - 1] });
        }

        Assert.Equal(one.AsEnumerable(), AssociationScan.ReadCsv(files).AsEnumerable());
    }

    [Fact]
    public async Task AnInterruptedScanGoesOnWithTheSameBits()
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var data = Herd.Data();
        var whole = folder.File("whole.csv");
        var resumed = folder.File("resumed.csv");
        Glmm.Scan("weight ~ sex", data, herd, new ScanOptions { Output = whole });
        using var cancellation = new CancellationTokenSource();
        var options = new ScanOptions { Output = resumed, MaxThreads = 1 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Glmm.ScanAsync("weight ~ sex", data, herd, options,
            new Told(p =>
            {
                if (p.Stage == "markers" && p.Done >= 240)
                {
                    cancellation.Cancel();
                }
            }), cancellation.Token));
        var length = new FileInfo(resumed).Length;
        Assert.InRange(length, 1000, new FileInfo(whole).Length - 1000);

        // killed in the middle of a line
        File.AppendAllText(resumed, "m999,1,55");
        var least = int.MaxValue;
        var scan = Glmm.ScanAsync("weight ~ sex", data, herd, options, new Told(p => least = Math.Min(least, p.Stage == "markers"
            ? p.Total : least)));
        Assert.Equal(600, (await scan).Count);
        Assert.True(least < 600);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(resumed));
        Assert.Contains("does not hold results of this very scan", Assert.Throws<GlmmException>(
            () => Glmm.Scan("weight ~ age", data, herd, options)).Message, StringComparison.Ordinal);
        Assert.Equal(600, Glmm.Scan("weight ~ age", data, herd, options with { Overwrite = true }).Count);
    }

    [Fact]
    public void VariancesHeldAreNearTheExactOnes()
    {
        using var herd = Herd.Open();
        var exact = Glmm.Scan("weight ~ sex", Herd.Data(), herd);
        var held = Glmm.Scan("weight ~ sex", Herd.Data(), herd, new ScanOptions { Method = ScanMethod.Held });
        for (var j = 0; j < exact.Count; j++)
        {
            if (!double.IsNaN(exact[j].Beta))
            {
                Assert.Equal(exact[j].ScoreP, held[j].ScoreP);

                // one that explains much changes the variances, which only the exact scan sees
                if (exact[j].WaldP > 1e-3)
                {
                    Assert.Equal(Math.Log10(exact[j].WaldP), Math.Log10(held[j].WaldP), 0.05 - 0.1 * Math.Log10(exact[j].WaldP));
                }
            }
        }
    }

    [Fact]
    public void LeavingOutChromosomesFindsTheCausalMarkersWithSmallerPValues()
    {
        using var herd = Herd.Open();
        var all = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd);
        var others = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, new ScanOptions { LeaveOneChromosomeOut = true });
        Assert.True(others["m050"].WaldP < all["m050"].WaldP);
        Assert.True(others["m410"].WaldP < all["m410"].WaldP);

        // against the matrix of the other chromosomes by hand
        var first = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd,
            new ScanOptions { Relationship = herd.RelationshipMatrix(withoutChromosome: "1") });
        Assert.Equal(first["m050"].WaldP, others["m050"].WaldP, 1e-7 * first["m050"].WaldP);
    }

    [Fact]
    public void NamesThatDoNotFitAreToldInASentence()
    {
        using var herd = Herd.Open();
        var data = Herd.Data();
        string Message(FieldData table, ScanOptions? options = null) =>
            Assert.Throws<GlmmException>(() => Glmm.Scan("weight ~ sex", table, herd, options)).Message;
        Assert.Contains("ScanOptions.Individual", Message(FieldData.From(new Dictionary<string, object>
        {
            ["weight"] = data.Numbers("weight"),
            ["sex"] = data.Texts("sex"),
        })), StringComparison.Ordinal);
        Assert.Contains("None of the values", Message(data, new ScanOptions { Individual = "family" }), StringComparison.Ordinal);
        Assert.Contains("more than one row", Message(data.With("animal", data.Texts("animal").Select(a => a == "a002" ? "a001" : a))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void SaddlepointTailsAreNearTheExactOnes()
    {
        // one carrier in twenty of an allele, every fiftieth ill: the sum of cases among carriers is binomial
        const int carriers = 40;
        var probability = Enumerable.Repeat(0.02, carriers).ToArray();
        var scores = new BinomialScores(probability, [.. Enumerable.Repeat(1.0, carriers)]);
        var g = Enumerable.Repeat(1.0, carriers).ToArray();
        foreach (var cases in new[] { 4, 5, 6 })
        {
            var exact = Enumerable.Range(cases, carriers + 1 - cases).Sum(k => MathNet.Numerics.Distributions.Binomial.PMF(0.02,
                carriers, k));
            var beyond = Enumerable.Range(cases + 1, carriers - cases).Sum(k => MathNet.Numerics.Distributions.Binomial.PMF(0.02,
                carriers, k));
            var saddlepoint = Saddlepoint.TwoSided(scores, g, cases - 0.8);
            var normal = UpperTail.ChiSquare(Math.Pow(cases - 0.8, 2) / (carriers * 0.02 * 0.98));

            // of a sum of whole numbers the smooth tail lies between those with and without the value itself
            Assert.InRange(saddlepoint, beyond, exact);
            Assert.True(normal < 0.2 * exact);
        }
    }

    [Fact]
    public void CardAndFiguresSayWhatWasDone()
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd);
        Assert.InRange(scan.Lambda(), 0.8, 1.2);
        Assert.Contains("231 individuals, 600 markers of herd.bed", scan.ToString(), StringComparison.Ordinal);
        Assert.Contains("m050", scan.ToHtml(), StringComparison.Ordinal);
        var manhattan = scan.ManhattanFigure();
        Assert.Equal(["1", "2", "3", "4", "5"], manhattan.Panels[0].XAxis.Categories!);
        Assert.Contains("598 markers", manhattan.Subtitle, StringComparison.Ordinal);
        Assert.Contains("λ", scan.QuantileFigure().Panels[0].Annotations[0].Text, StringComparison.Ordinal);
        Assert.NotEmpty(scan.RegionFigure("1", 1_000_000, 3_000_000).ToHtml());
        Assert.Equal(["marker", "chromosome", "position", "effect_allele", "other_allele", "frequency", "n", "beta", "se", "p_wald",
            "p_lrt", "p_score"],
            scan.ToFieldData().ColumnNames);
    }

    private sealed class Told(Action<ScanProgress> tell) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) => tell(value);
    }
}
