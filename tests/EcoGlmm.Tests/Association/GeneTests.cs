using System.IO.Compression;

namespace EcoGlmm.Tests.Association;

public class GeneTests
{
    private const string Gff = "##gff-version 3\n1\tx\tregion\t1\t5000000\t.\t+\t.\tID=chr\n"
        + "chr1\tx\tgene\t1000\t2000\t.\t+\t.\tID=gene1;Name=Near%20one\n1\tx\tmRNA\t1000\t2000\t.\t+\t.\tID=rna1\n"
        + "1\tx\tgene\t1500000\t1600000\t.\t-\t.\tID=gene2\n2\tx\tgene\t1\t10\t.\t-\t.\tgene_id \"g3\"; gene_name "
        + "\"third\";\n##FASTA\n>1\nACGT\n";

    [Fact]
    public void GenesAreReadAndFound()
    {
        using var folder = new Herd.Folder();
        File.WriteAllText(folder.File("a.gff"), Gff);
        using (var packed = new GZipStream(File.Create(folder.File("a.gff.gz")), CompressionLevel.Fastest))
        {
            packed.Write(System.Text.Encoding.UTF8.GetBytes(Gff));
        }

        var genes = GeneAnnotation.ReadGff(folder.File("a.gff"));
        Assert.Equal(["Near one", "gene2", "third"], genes.Select(g => g.Name));
        Assert.Equal(genes.AsEnumerable(), GeneAnnotation.ReadGff(folder.File("a.gff.gz")).AsEnumerable());
        Assert.Equal("gene2", genes.Nearest("1", 1_550_000)!.Name);
        Assert.Equal("Near one", genes.Nearest("chr1", 3000)!.Name);
        Assert.Equal(1000, genes.Nearest("1", 3000)!.Distance(3000));
        Assert.Null(genes.Nearest("9", 1));
        Assert.Equal(["Near one"], genes.Within("1", 1, 1000).Select(g => g.Name));
        Assert.Contains("it has region, gene, mRNA", Assert.Throws<GlmmException>(
            () => GeneAnnotation.ReadGff(folder.File("a.gff"), "exon")).Message.Replace("\"", "", StringComparison.Ordinal),
                StringComparison.Ordinal);
        File.WriteAllText(folder.File("b.gff"), "1\t5\t10\n");
        Assert.Contains("Line 1", Assert.Throws<GlmmException>(() => GeneAnnotation.ReadGff(folder.File("b.gff"))).Message,
            StringComparison.Ordinal);

        using var herd = Herd.Open();
        var scan = Glmm.Scan("weight ~ sex + age", Herd.Data(), herd, new ScanOptions { Method = ScanMethod.Held });
        var strongest = scan["m050"].Marker;
        var hover = scan.ManhattanFigure(genes).Panels[0].Traces.OfType<PointTrace>().SelectMany(t => t.Text!)
            .Single(t => t.StartsWith("m050,", StringComparison.Ordinal));
        Assert.EndsWith(genes.Nearest("1", strongest.Position)!.Name, hover, StringComparison.Ordinal);

        var region = scan.RegionFigure("1", 500_000, strongest.Position + 500_000, herd, genes);
        Assert.Equal(2, region.Panels.Count);
        Assert.Contains("r² with m050", region.Subtitle, StringComparison.Ordinal);
        Assert.Equal(scan.Count(r => r.Marker.Chromosome == "1" && r.Marker.Position >= 500_000
            && r.Marker.Position <= strongest.Position + 500_000
            && !double.IsNaN(r.WaldP)), region.Panels[0].Traces.OfType<PointTrace>().Sum(t => t.X.Count));
        Assert.Equal(["gene2"], region.Panels[1].YAxis.Categories!);
        Assert.NotEmpty(region.ToHtml());
    }
}
