namespace EcoGlmm.Tests.Association;

/// <summary>What a scan does with files and tables that are not as they should be, or in another order.</summary>
public class ScanCareTests
{
    [Fact]
    public void ATraitWithNothingToExplainIsRefused()
    {
        using var herd = Herd.Open();
        var data = Herd.Data().With("same", r => 3.7).With("double", r => 2 * r.Number("age") + 1);
        Assert.Contains("has the same value in all", Message(() => Glmm.Scan("same ~ sex", data, herd)), StringComparison.Ordinal);
        Assert.Contains("tell the trait double exactly", Message(() => Glmm.Scan("double ~ sex + age", data, herd)),
            StringComparison.Ordinal);
        Assert.Contains("no smooths", Message(() => Glmm.Scan("weight ~ s(age, k = 4)", data, herd)), StringComparison.Ordinal);
        Assert.Contains("is for quantities", Message(() => Glmm.Scan("ill ~ sex", data, herd,
            new ScanOptions { Family = Family.Binomial(), Method = ScanMethod.Calibrated })), StringComparison.Ordinal);
        Assert.Equal(Glmm.Scan("weight ~ sex", data, herd).AsEnumerable(),
            Glmm.Scan("weight ~ sex", data, herd, new ScanOptions { Family = Family.Gaussian() }).AsEnumerable());
    }

    [Fact]
    public void ACovariateThatOthersTellIsLeftOutAndSaidSo()
    {
        using var herd = Herd.Open();
        var data = Herd.Data().With("twice", r => 2 * r.Number("age"));
        var options = new ScanOptions { Method = ScanMethod.Held, Interaction = "sex" };
        var plain = Glmm.Scan("weight ~ age + sex", data, herd, options);
        var both = Glmm.Scan("weight ~ age + twice + sex", data, herd, options);
        Assert.Equal(plain.AsEnumerable(), both.AsEnumerable());
        Assert.Contains("\"twice\" left out of the covariates", both.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Chromosomes that stand mixed in the file are tested one after another, each model made once.</summary>
    [Fact]
    public void LeavingChromosomesOutOfAMixedFileGivesTheSame()
    {
        using var folder = new Herd.Folder();
        using var herd = Herd.Open();
        var order = Enumerable.Range(0, herd.Markers.Count).OrderBy(j => (j * 7919) % 1009).ToArray();
        herd.AtMarkers(order).WritePlink(folder.File("mixed.bed"));
        using var mixed = Genotypes.Open(folder.File("mixed.bed"));
        Assert.NotEqual(herd.Markers.Select(m => m.Name), mixed.Markers.Select(m => m.Name));
        var options = new ScanOptions { LeaveOneChromosomeOut = true };
        var sorted = Glmm.Scan("weight ~ sex", Herd.Data(), herd, options);
        var scan = Glmm.Scan("weight ~ sex", Herd.Data(), mixed, options with { Output = folder.File("mixed.csv") });
        Assert.Equal(mixed.Markers, scan.Select(r => r.Marker));
        foreach (var row in sorted.Where(r => !double.IsNaN(r.Beta)))
        {
            Assert.Equal(row.WaldP, scan[row.Marker.Name].WaldP, 1e-8 * row.WaldP);
        }

        Assert.Equal(scan.Select(r => r.Marker.Name).Order(), AssociationScan.ReadCsv(folder.File("mixed.csv")).Select(r => r.Marker.Name)
            .Order());
        var again = Glmm.Scan("weight ~ sex", Herd.Data(), mixed, options with { Output = folder.File("mixed.csv") });
        Assert.Equal(scan.AsEnumerable(), again.AsEnumerable());
        Assert.Equal(scan.ToString(), again.ToString());
        var planned = Plan.Scan("weight ~ sex", Herd.Data(), mixed, options).ToFolder(folder.File("plan"), 2).Run();
        Assert.Equal(scan.AsEnumerable(), planned.Result<AssociationScan>().AsEnumerable());
    }

    [Theory]
    [InlineData("chr10", "chr9")]
    [InlineData("X", "22")]
    [InlineData("MT", "X")]
    [InlineData("0", "1")]
    [InlineData("2R", "2L")]
    public void ChromosomesStandInTheirOrderInTheFigure(string later, string earlier)
    {
        var table = FieldData.From(new Dictionary<string, object>
        {
            ["id"] = Enumerable.Range(0, 40).Select(i => $"i{i}").ToArray(),
            ["a"] = Enumerable.Range(0, 40).Select(i => (double)(i % 3)).ToArray(),
            ["b"] = Enumerable.Range(0, 40).Select(i => (double)(i / 7 % 3)).ToArray(),
            ["y"] = Enumerable.Range(0, 40).Select(i => Math.Sin(i * i)).ToArray(),
        });
        using var markers = Genotypes.From(table, "id", [new Marker("a", later, 5, "A", "C"), new Marker("b", earlier, 9, "A", "C")]);
        var scan = Glmm.Scan("y ~ 1", table, markers, new ScanOptions { Individual = "id" });
        Assert.Equal([earlier, later], scan.ManhattanFigure().Panels[0].XAxis.Categories!);
    }

    [Fact]
    public void UnnamedMarkersAreCalledByPositionAndWhereSeveralLieByAlleles()
    {
        using var folder = new Herd.Folder();
        var bed = folder.Copy();
        var lines = File.ReadAllLines(Path.ChangeExtension(bed, ".bim")).Select(l => l.Split('\t')).ToArray();
        foreach (var k in new[] { 1, 2, 3 }) lines[k][1] = ".";
        lines[2][3] = lines[1][3];
        (lines[1][4], lines[1][5], lines[2][4], lines[2][5]) = ("A", "C", "A", "G");
        File.WriteAllLines(Path.ChangeExtension(bed, ".bim"), lines.Select(l => string.Join("\t", l)));
        using var herd = Genotypes.Open(bed);
        var place = $"{lines[1][0]}:{lines[1][3]}";
        Assert.Equal([$"{place}:C:A", $"{place}:G:A", $"{lines[3][0]}:{lines[3][3]}"], herd.Markers.Skip(1).Take(3).Select(m => m.Name));
    }

    [Fact]
    public void WhatCannotBeReadIsToldInASentence()
    {
        using var folder = new Herd.Folder();
        using var herd = Herd.Open();
        void Says(string words, Action action) => Assert.Contains(words, Message(action), StringComparison.Ordinal);
        Says("plink --file NAME --make-bed", () => Genotypes.Open("herd.ped"));
        Says("from 0 to 0.5", () => herd.Where(new GenotypeFilter { MinimumFrequency = 2 }));
        Says("from 0 to 1", () => herd.Where(new GenotypeFilter { MaximumMissing = 5 }));
        Says("from 0 to 1", () => herd.Where(new GenotypeFilter { MinimumHardyWeinberg = -1 }));

        var bed = folder.Copy();
        File.AppendAllText(bed, "more");
        Says("Either something was written behind its end, or", () => Genotypes.Open(bed));

        File.WriteAllText(folder.File("t.csv"), "id,m1,m2\na,0,1\nb,AA,2\n");
        Says("\"m1\" of t.csv has \"AA\" in row 2; genotypes are 0, 1 or 2", () => Genotypes.Open(folder.File("t.csv")));

        // a file in blocks that was cut at the end of a block
        byte[] block = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(folder.File("cut.vcf.gz"), [.. block[..^4], 1, 0, 0, 0]);
        Says("lacks the mark that bgzip puts at the end", () => Genotypes.Open(folder.File("cut.vcf.gz")));

        // names as PLINK's VCF files have them
        var named = FieldData.From(new Dictionary<string, object>
        {
            ["id"] = herd.Individuals.Zip(herd.Families, (i, f) => $"{f}_{i}").ToArray(),
            ["m"] = herd.Counts("m050").Select(v => double.IsNaN(v) ? 0 : v).ToArray(),
        });
        using var joined = Genotypes.From(named, "id");
        Says("as PLINK joins them", () => Glmm.Scan("weight ~ sex", Herd.Data(), joined));
    }

    [Fact]
    public void AMatrixAsGemmaWritesItIsReadWithNames()
    {
        using var folder = new Herd.Folder();
        using var herd = Herd.Open();
        var matrix = herd.RelationshipMatrix();
        var path = folder.File("herd.cXX.txt");
        File.WriteAllLines(path, herd.Individuals.Select(a => string.Join("\t", herd.Individuals.Select(b =>
            matrix[a, b].ToString("R", System.Globalization.CultureInfo.InvariantCulture)))));
        var read = RelationshipMatrix.ReadCsv(path, herd.Individuals);
        Assert.Equal(matrix["a001", "a002"], read["a001", "a002"]);
        Assert.Equal(Glmm.Scan("weight ~ sex", Herd.Data(), herd).AsEnumerable(),
            Glmm.Scan("weight ~ sex", Herd.Data(), herd, new ScanOptions { Relationship = read }).AsEnumerable(),
            (a, b) => a.Marker == b.Marker && (double.IsNaN(a.WaldP) || Math.Abs(a.WaldP - b.WaldP) <= 1e-8 * a.WaldP));
        Assert.Contains("numbers alone", Message(() => RelationshipMatrix.ReadCsv(path)), StringComparison.Ordinal);
        Assert.Contains("239 names", Message(() => RelationshipMatrix.ReadCsv(path, [.. herd.Individuals.Skip(1)])),
            StringComparison.Ordinal);
    }

    private static string Message(Action action) => Assert.Throws<GlmmException>(action).Message;
}
