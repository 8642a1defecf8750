using System.Text.Json;
using EcoGlmm.Tests.Reference;

namespace EcoGlmm.Tests.Association;

/// <summary>Scans against GEMMA, PLINK and score tests written out in R (tests/reference/scans.R).</summary>
public class ScanReferenceTests
{
    private const double Relative = 1e-4;

    private static readonly JsonElement Reference = Read();

    [Fact]
    public void AnInteractionIsGemmas()
    {
        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, new ScanOptions { Interaction = "age" });

        // GEMMA's score p-values of an interaction are at the variances of the model that has neither marker nor covariate, ours at those
        // of the model that they test; ScoreReferenceTests has both.
        Compare("interaction", scan, 590, comparesScores: false);
    }

    [Fact]
    public void MarkersInAnotherOrderAndFewerIndividualsAreGemmas()
    {
        using var herd = Herd.Open();
        using var folder = new Herd.Folder();
        var order = new int[600];
        var markers = Reference.Texts("some", "marker");
        var left = Enumerable.Range(0, 600).Select(j => herd.Markers[j].Name).Except(markers).ToArray();
        markers.Concat(left).Select(herd.IndexOf).ToArray().CopyTo(order, 0);
        herd.AtMarkers(order).WritePlink(folder.File("some"));
        using var some = Genotypes.Open(folder.File("some.bed"));
        Assert.Equal(markers[0], some.Markers[0].Name);
        var without = Reference.Texts("without").ToHashSet();
        var data = Herd.Data().Where(r => !without.Contains(r.Text("animal")!));
        Compare("some", Glmm.Scan("weight ~ sex", data, some), 590);
    }

    [Fact]
    public void ARareIllnessHasSaddlepointTails()
    {
        using var herd = Herd.Open();
        var rare = Reference.GetProperty("rare");
        var ill = rare.Texts("animal").Zip(rare.Numbers("ill")).ToDictionary(p => p.First, p => p.Second);
        var data = Herd.Data();
        data = data.With("rare", data.Texts("animal").Select(a => ill[a!]));
        var scan = Glmm.Scan("rare ~ sex", data, herd, new ScanOptions { Family = Family.Binomial() });
        var markers = rare.Texts("marker");
        var (beta, se, p, normal) = (rare.Numbers("beta"), rare.Numbers("se"), rare.Numbers("p"), rare.Numbers("normal"));
        var corrected = 0;
        for (var j = 0; j < markers.Length; j++)
        {
            if (double.IsNaN(beta[j]))
            {
                continue;
            }

            var row = scan[markers[j]];
            Assert.Equal(beta[j], row.Beta, 2e-4 * se[j]);
            Assert.Equal(se[j], row.StandardError, Relative * se[j]);
            var z = Math.Abs(beta[j] / se[j]);
            if (Math.Abs(z - 2) > 0.001 && !double.IsNaN(p[j]))
            {
                Assert.Equal(p[j], row.ScoreP, 1e-3 * p[j]);
                corrected += Math.Abs(Math.Log(p[j] / normal[j])) > 0.1 ? 1 : 0;
            }
        }

        Assert.True(corrected > 5);
    }

    [Fact]
    public void WithoutRelationshipsAScanIsPlinksLinearModel()
    {
        using var herd = Herd.Open();
        var unrelated = new double[240, 240];
        for (var i = 0; i < 240; i++)
        {
            unrelated[i, i] = 1;
        }

        var scan = Glmm.Scan("weight ~ sex", Herd.Data(), herd,
            new ScanOptions { Relationship = RelationshipMatrix.From(unrelated, herd.Individuals), Method = ScanMethod.Held });
        var linear = Reference.GetProperty("linear");
        var (markers, beta, p) = (linear.Texts("marker"), linear.Numbers("beta"), linear.Numbers("p"));
        Assert.True(markers.Length > 20);
        for (var j = 0; j < markers.Length; j++)
        {
            if (double.IsNaN(beta[j]))
            {
                continue;
            }

            // PLINK prints four digits
            var row = scan[markers[j]];
            Assert.Equal(beta[j], row.Beta, 6e-4 * Math.Abs(beta[j]));
            Assert.Equal(p[j], row.WaldP, 6e-4 * p[j]);
        }
    }

    private static void Compare(string name, AssociationScan scan, int least, bool comparesScores = true)
    {
        var reference = Reference.GetProperty(name);
        var markers = reference.Texts("marker");
        var (beta, se) = (reference.Numbers("beta"), reference.Numbers("se"));
        var (wald, ratio, score) = (reference.Numbers("wald"), reference.Numbers("likelihoodRatio"), reference.Numbers("score"));
        Assert.True(markers.Length >= least);
        for (var j = 0; j < markers.Length; j++)
        {
            var row = scan[markers[j]];
            if (double.IsNaN(beta[j]) || double.IsNaN(se[j]))
            {
                continue;
            }

            Assert.Equal(beta[j], row.Beta, Relative * Math.Abs(beta[j]) + 1e-5 * se[j]);
            Assert.Equal(se[j], row.StandardError, Relative * se[j]);
            Assert.Equal(wald[j], row.WaldP, Relative * wald[j]);
            Assert.Equal(ratio[j], row.LikelihoodRatioP, Relative * ratio[j]);
            if (comparesScores)
            {
                Assert.Equal(score[j], row.ScoreP, Relative * score[j]);
            }
        }
    }

    private static JsonElement Read()
    {
        using var stream = File.OpenRead(Path.Combine(ReferenceFit.RepositoryFolder, "tests", "reference", "scans.json"));
        return JsonDocument.Parse(stream).RootElement.Clone();
    }
}
