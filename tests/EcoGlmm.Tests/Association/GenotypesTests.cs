using System.IO.Compression;

namespace EcoGlmm.Tests.Association;

public class GenotypesTests
{
    [Fact]
    public void FrequenciesMissingCallsAndHardyWeinbergAreThoseOfPlink()
    {
        using var herd = Herd.Open();
        var summary = herd.Summary();
        var reference = Herd.Reference.GetProperty("plink");
        var frequency = reference.Numbers("frequency");
        var missing = reference.Numbers("missing");
        var hardy = reference.Numbers("hardy");
        Assert.Equal(240, herd.Individuals.Count);
        Assert.Equal(reference.Texts("marker"), herd.Markers.Select(m => m.Name));
        for (var j = 0; j < summary.Count; j++)
        {
            // PLINK writes four digits
            Assert.Equal(frequency[j], Math.Min(summary[j].Frequency, 1 - summary[j].Frequency), 5e-4 * Math.Max(frequency[j], 1e-3));
            Assert.Equal(missing[j], summary[j].Missing, 5e-4 * Math.Max(missing[j], 1e-3));
            Assert.Equal(hardy[j], summary[j].HardyWeinberg, 5.1e-4 * hardy[j]);
        }
    }

    [Fact]
    public void PruningKeepsTheMarkersThatPlinkKeeps()
    {
        using var herd = Herd.Open();
        Assert.Equal(Herd.Reference.Texts("pruned"), herd.Pruned(0.2, 50, 5).Markers.Select(m => m.Name));
    }

    [Theory]
    [InlineData("centred", RelationshipKind.Centred)]
    [InlineData("standardised", RelationshipKind.Standardised)]
    public void RelationshipsAreThoseOfGemma(string name, RelationshipKind kind)
    {
        using var herd = Herd.Open();
        var matrix = herd.RelationshipMatrix(kind).ToArray();
        var reference = Herd.Reference.GetProperty(name);
        var first = reference.Numbers("first");
        var diagonal = reference.Numbers("diagonal");
        var squares = reference.Numbers("rowSumsOfSquares");
        var k = 0;
        for (var j = 0; j < 20; j++)
        {
            for (var i = j; i < 20; i++)
            {
                Assert.Equal(first[k++], matrix[i, j], 1e-8);
            }
        }

        for (var i = 0; i < diagonal.Length; i++)
        {
            Assert.Equal(diagonal[i], matrix[i, i], 1e-8);
            Assert.Equal(squares[i], Enumerable.Range(0, diagonal.Length).Sum(j => matrix[i, j] * matrix[j, i]), 1e-6);
        }
    }

    [Fact]
    public void RelationshipsDoNotDependOnThreads()
    {
        using var herd = Herd.Open();
        Assert.Equal(herd.RelationshipMatrix(maxThreads: 1).ToArray(), herd.RelationshipMatrix(maxThreads: 3).ToArray());
    }

    [Fact]
    public void LeavingAChromosomeOutIsTheMatrixOfTheOthers()
    {
        using var herd = Herd.Open();
        var without = herd.RelationshipMatrix(withoutChromosome: "2").ToArray();
        var others = herd.Where(m => m.Chromosome != "2").RelationshipMatrix().ToArray();
        Assert.Equal(others, without);
        Assert.Contains("chromosome", Assert.Throws<GlmmException>(() => herd.RelationshipMatrix(withoutChromosome: "7")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void PlinkFilesThatAreWrittenReadBackTheSame()
    {
        using var folder = new Herd.Folder();
        using var herd = Herd.Open();
        var some = herd.WithIndividuals(["a005", "a240", "a001", "a017", "a100"]).Where(m => m.Chromosome == "3");
        some.WritePlink(folder.File("some.bed"));
        using var again = Genotypes.Open(folder.File("some.bed"));
        Assert.Equal(some.Individuals, again.Individuals);
        Assert.Equal(some.Markers, again.Markers);
        foreach (var marker in some.Markers)
        {
            Assert.Equal(some.Counts(marker.Name), again.Counts(marker.Name));
        }

        var all = herd.Counts("m300");
        Assert.Equal([all[4], all[239], all[0], all[16], all[99]], some.Counts("m300"));
    }

    [Fact]
    public void ATableAndAVcfGiveTheSameGenotypes()
    {
        using var folder = new Herd.Folder();
        string[] names = ["x1", "x2", "x3", "x4", "x5"];
        using var table = Genotypes.From(FieldData.From(new Dictionary<string, object>
        {
            ["who"] = names,
            ["m1"] = new double[] { 0, 1, 2, double.NaN, 1 },
            ["m2"] = new double[] { 2, 0, 0, 1, 0 },
        }), "who");
        var text = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tx1\tx2\tx3\tx4\tx5\n"
            + "1\t100\tm1\tA\tG\t.\tPASS\t.\tGT:DP\t0/0:3\t0|1:2\t1/1:9\t./.:0\t1/0:1\n"
            + "1\t150\tthree\tA\tG,T\t.\tPASS\t.\tGT\t0/0\t0/1\t1/2\t0/0\t0/0\n"
            + "1\t200\tm2\tC\tT\t.\tPASS\t.\tGT\t1/1\t0/0\t0/0\t0/1\t0/0\n";
        var path = folder.File("few.vcf.gz");

        // two members, as bgzip writes them
        using (var file = File.Create(path))
        {
            foreach (var part in new[] { text[..150], text[150..] })
            {
                using var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
                gzip.Write(System.Text.Encoding.UTF8.GetBytes(part));
            }
        }

        using var vcf = Genotypes.Open(path);
        Assert.Equal(names, vcf.Individuals);
        Assert.Equal(new Marker("m1", "1", 100, "G", "A"), vcf.Markers[0]);
        Assert.Equal(table.Counts("m1"), vcf.Counts("m1"));
        Assert.Equal(table.Counts("m2"), vcf.Counts("m2"));
        Assert.Contains("1 variant with more than two alleles", vcf.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedFilesAreRefusedInASentence()
    {
        using var folder = new Herd.Folder();
        var bed = folder.Copy();
        string Message() => Assert.Throws<GlmmException>(() => Genotypes.Open(bed)).Message;
        var bytes = File.ReadAllBytes(bed);
        File.WriteAllBytes(bed, bytes[..^100]);
        Assert.Contains("cut short", Message(), StringComparison.Ordinal);
        File.WriteAllBytes(bed, [0x6c, 0x1c, 1, .. bytes[3..]]);
        Assert.Contains("does not begin as a PLINK .bed file", Message(), StringComparison.Ordinal);
        File.WriteAllBytes(bed, [0x6c, 0x1b, 0, .. bytes[3..]]);
        Assert.Contains("individual by individual", Message(), StringComparison.Ordinal);
        File.WriteAllBytes(bed, bytes);
        var lines = File.ReadAllLines(folder.File("herd.bim"));
        lines[4] = lines[3];
        File.WriteAllLines(folder.File("herd.bim"), lines);
        Assert.Contains("\"m004\" stands more than once", Message(), StringComparison.Ordinal);
        File.Delete(folder.File("herd.bim"));
        Assert.Contains("herd.bim\" does not exist", Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void FiltersLookAtTheIndividualsOfTheView()
    {
        using var herd = Herd.Open();
        var common = herd.Where(new GenotypeFilter { MinimumFrequency = 0.05, MaximumMissing = 0.05, MinimumHardyWeinberg = 1e-4,
            Chromosomes = ["1", "4"] });
        Assert.All(common.Summary(), s =>
        {
            Assert.InRange(s.Frequency, 0.05, 0.95);
            Assert.True(s.Missing <= 0.05 && s.HardyWeinberg >= 1e-4);
            Assert.Contains(s.Marker.Chromosome, new[] { "1", "4" });
        });
        var expected = herd.Summary().Count(s => Math.Min(s.Frequency, 1 - s.Frequency) >= 0.05 && s.Missing <= 0.05
            && s.HardyWeinberg >= 1e-4
            && s.Marker.Chromosome is "1" or "4" && Math.Min(s.Frequency, 1 - s.Frequency) >= 0.05 && s.Missing <= 0.05
            && s.HardyWeinberg >= 1e-4);
        Assert.Equal(expected, common.Markers.Count);
        Assert.Throws<GlmmException>(() => herd.Where(new GenotypeFilter { MinimumFrequency = 0.51 }));
    }

    [Fact]
    public void PrincipalComponentsTellThePopulationsApart()
    {
        using var herd = Herd.Open();
        var components = herd.PrincipalComponents(2);
        var first = components.Scores(1);
        var one = first.Take(120).ToArray();
        var two = first.Skip(120).ToArray();
        Assert.True(one.Max() < two.Min() || two.Max() < one.Min());
        Assert.Equal(0, first.Sum(), 1e-10);
        Assert.Equal(1, first.Sum(v => v * v), 1e-10);
    }

    [Fact]
    public void SimulatedPopulationsAreWhatWasAskedFor()
    {
        var design = new PopulationDesign { Individuals = 300, Markers = 400, Chromosomes = 4, Generations = 3, Populations = 2,
            Missing = 0.02, CausalShares = [0.1], Prevalence = 0.2 };
        var simulated = Genotypes.Simulate(design, 5);
        var again = Genotypes.Simulate(design, 5);
        Assert.Equal(simulated.Data.Numbers("trait"), again.Data.Numbers("trait"));
        Assert.Equal(simulated.Genotypes.Counts("m77"), again.Genotypes.Counts("m77"));
        Assert.Equal(0.2, simulated.Data.Numbers("ill").Average(), 0.01);
        Assert.Equal(0.02, simulated.Genotypes.Summary().Average(s => s.Missing), 0.003);

        // the young resemble their parents by half
        var matrix = simulated.Genotypes.RelationshipMatrix(RelationshipKind.Standardised);
        var (id, sire, population) = (simulated.Data.Texts("id"), simulated.Data.Texts("sire"), simulated.Data.Texts("population"));
        var related = Enumerable.Range(0, 300).Where(i => sire[i] is not null).Average(i => matrix[id[i]!, sire[i]!]);
        var unrelated = Enumerable.Range(0, 298).Where(i => population[i] == population[i + 2] && sire[i] is null)
            .Average(i => matrix[id[i]!, id[i + 2]!]);
        Assert.Equal(0.5, related - unrelated, 0.1);
    }

    [Fact]
    public void APopulationThatIsWrittenAsItIsSimulatedIsTheSame()
    {
        using var folder = new Herd.Folder();
        var design = new PopulationDesign { Individuals = 301, Markers = 403, Chromosomes = 3, Generations = 3, Populations = 2,
            Missing = 0.02, CausalShares = [0.1] };
        var simulated = Genotypes.Simulate(design, 5);
        var written = Genotypes.Simulate(design, folder.File("flock.bed"), 5);
        using (written.Genotypes)
        {
            Assert.Equal(simulated.Data.Numbers("trait"), written.Data.Numbers("trait"));
            Assert.Equal(simulated.Effects, written.Effects);
            Assert.Equal(simulated.Genotypes.Markers, written.Genotypes.Markers);
            Assert.Equal(simulated.Genotypes.Individuals, written.Genotypes.Individuals);
            Assert.All(simulated.Genotypes.Markers,
                m => Assert.Equal(simulated.Genotypes.Counts(m.Name), written.Genotypes.Counts(m.Name)));
        }

        Assert.Contains("cannot be written", Assert.Throws<GlmmException>(() => Genotypes.Simulate(design, folder.File("no/where.bed")))
            .Message, StringComparison.Ordinal);
    }
}
