namespace EcoGlmm.Robustness.Tests.Disk;

/// <summary>A disk that is full takes nothing away: what stood in a file still stands there.</summary>
public class FullDiskTests
{
    private const string Earlier = "what was here before";

    private static void EarlierFileStays(string name, Action<string> write, int kilobytes = 64)
    {
        using var disk = SmallDisk.Mount(kilobytes);
        if (disk is null)
            return;   // no small disk to be had on this machine
        var path = Path.Combine(disk.Folder, name);
        File.WriteAllText(path, Earlier);
        var failure = Assert.Throws<GlmmException>(() => write(path));
        Assert.Contains(path, failure.Message);
        Assert.Contains("The earlier file is unchanged", failure.Message);
        Assert.Equal(Earlier, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(disk.Folder));
    }

    [Fact]
    public void Csv() => EarlierFileStays("table.csv", path => Program.Table(20_000).WriteCsv(path));

    [Fact]
    public void CompressedCsv() => EarlierFileStays("table.csv.gz", path => Program.Table(200_000).WriteCsv(path));

    [Fact]
    public void Page() => EarlierFileStays("figure.html", path => Figure().SaveHtml(path));

    [Fact]
    public void Picture() => EarlierFileStays("figure.svg", path => Figure().SaveSvg(path), kilobytes: 8);

    private static Figure Figure()
    {
        var x = Enumerable.Range(0, 20_000).Select(i => (double)i).ToArray();
        return new Figure("Points", new Panel(null, new PointTrace(x, x)));
    }
}
