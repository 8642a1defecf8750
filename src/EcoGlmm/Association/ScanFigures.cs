using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>Figures of a scan.</summary>
internal static class ScanFigures
{
    private const double AlwaysDrawn = 1e-3;
    // A spot of about two pixels each way, where a point has four
    private const int CellsAcross = 700;
    private const int CellsUp = 200;
    private const int BandPoints = 120;
    private const double LeastP = 1e-300;

    public static Figure Manhattan(AssociationScan scan, string? chromosome, long? from, long? to, GeneAnnotation? genes = null)
    {
        var rows = scan.Where(r => !double.IsNaN(AssociationScan.BestP(r)) && (chromosome is null
            || (r.Marker.Chromosome == chromosome && r.Marker.Position >= from && r.Marker.Position <= to))).ToArray();
        if (rows.Length == 0)
        {
            throw new GlmmException(chromosome is null ? "There is no tested marker to draw."
                : $"There is no tested marker on chromosome {chromosome} between {from} and {to}.");
        }

        var tested = scan.Count(r => !double.IsNaN(AssociationScan.BestP(r)));
        var chromosomes = rows.Select(r => r.Marker.Chromosome).Distinct().Order(ChromosomeOrder.Instance).ToArray();
        var isOne = chromosomes.Length == 1;
        var lengths = chromosomes.ToDictionary(c => c, c => Math.Max(1.0, rows.Where(r => r.Marker.Chromosome == c)
            .Max(r => r.Marker.Position)));
        var place = chromosomes.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => p.i);

        // One chromosome along its positions; several side by side, each as wide as the others, so that their names fit.
        double X(MarkerAssociation r) => isOne ? r.Marker.Position / 1e6
            : place[r.Marker.Chromosome] - 0.45 + 0.9 * r.Marker.Position / lengths[r.Marker.Chromosome];
        var drawn = Thin(rows, X);
        var traces = new List<PanelTrace>();
        for (var shade = 0; shade < (isOne ? 1 : 2); shade++)
        {
            var some = drawn.Where(r => isOne || place[r.Marker.Chromosome] % 2 == shade).ToArray();
            traces.Add(new PointTrace(Array.ConvertAll(some, r => X(r)), Array.ConvertAll(some, Height))
            {
                Name = shade == 0 ? "odd chromosomes" : "even chromosomes",
                Color = shade == 0 ? Palette.Blue : Palette.SkyBlue,
                Size = 4,
                Text = Array.ConvertAll(some, r => Hover(r, genes)),
            });
        }

        var threshold = 0.05 / tested;
        var where = chromosome is null ? "along the genome" : $"on chromosome {chromosome}";
        var title = scan.Description is { } made ? $"{made.Response}: associations {where}" : $"Associations {where}";
        return new Figure(title, new Panel(null, traces)
        {
            XAxis = isOne ? new Axis($"Chromosome {chromosomes[0]}, position (Mb)") : new Axis("Chromosome") { Categories = chromosomes },
            YAxis = "−log₁₀ p",
            Shapes = [PanelShape.HorizontalLine(-Math.Log10(threshold)) with { Color = Palette.Vermillion }],
            Annotations = [new PanelAnnotation($"Line: p = {NumberFormat.Significant(threshold, 2)}, 5 % for {NumberFormat.Count(tested)} "
                + $"markers together (Bonferroni)") { Color = Palette.Vermillion }],
        })
        {
            Subtitle = Drawn(drawn.Length, rows.Length),
            PanelHeight = 380,
        };
    }

    public static Figure Quantiles(AssociationScan scan)
    {
        var p = scan.Select(AssociationScan.BestP).Where(v => !double.IsNaN(v)).Order().ToArray();
        if (p.Length == 0)
        {
            throw new GlmmException("There is no tested marker to draw.");
        }

        var m = p.Length;
        var x = new List<double>();
        var y = new List<double>();
        var last = (-1, -1);
        var top = Math.Log10(m + 1);
        for (var i = 0; i < m; i++)
        {
            var expected = -Math.Log10((i + 0.5) / m);
            var observed = -Math.Log10(Math.Max(p[i], LeastP));
            var cell = ((int)(CellsAcross * expected / top), (int)(CellsUp * observed / top));
            if (p[i] < AlwaysDrawn && i < 2000 || cell != last)
            {
                x.Add(expected);
                y.Add(observed);
                last = cell;
            }
        }

        var ranks = Enumerable.Range(0, BandPoints)
            .Select(k => Math.Clamp((int)Math.Round(Math.Pow(m, k / (BandPoints - 1.0))), 1, m)).Distinct().ToArray();
        double[] Band(double level) => Array.ConvertAll(ranks,
            r => -Math.Log10(MathNet.Numerics.Distributions.Beta.InvCDF(r, m - r + 1.0, level)));
        var expectedOfRanks = Array.ConvertAll(ranks, r => -Math.Log10((r - 0.5) / m));
        var end = expectedOfRanks[0];
        return new Figure("Are the p-values as they should be?", new Panel(null,
            new LineTrace([0, end], [0, end]) { Name = "no association", Color = Palette.Ink, Dash = LineDash.Dash, Width = 1 },
            new LineTrace(expectedOfRanks, expectedOfRanks) { Lower = Band(0.975), Upper = Band(0.025), Name = "95 % band",
                ShowInLegend = true, Color = Palette.SkyBlue, Width = 0.5 },
            new PointTrace(x, y) { Name = "markers", ShowInLegend = true, Color = Palette.Blue, Size = 4 })
        {
            XAxis = "−log₁₀ p expected without any association",
            YAxis = "−log₁₀ p observed",
            Annotations = [new PanelAnnotation($"λ = {NumberFormat.Fixed(scan.Lambda(), 3)}") { Bold = true }],
        })
        { Subtitle = Drawn(x.Count, m), PanelHeight = 420 };
    }

    // All small p-values, and of the others the first in each cell of a fine grid.
    private static MarkerAssociation[] Thin(MarkerAssociation[] rows, Func<MarkerAssociation, double> x)
    {
        var left = rows.Min(x);
        var width = Math.Max(1e-9, rows.Max(x) - left);
        var height = Math.Max(3, rows.Max(Height));
        var taken = new HashSet<(int, int)>();
        return Array.FindAll(rows, r => AssociationScan.BestP(r) < AlwaysDrawn
            || taken.Add(((int)(CellsAcross * (x(r) - left) / width), (int)(CellsUp * Height(r) / height))));
    }

    /// <summary>−log₁₀ p.</summary>
    public static double Height(MarkerAssociation r) => -Math.Log10(Math.Max(AssociationScan.BestP(r), LeastP));

    /// <summary>Name, position and p-value of a marker, and the nearest gene.</summary>
    public static string Hover(MarkerAssociation r, GeneAnnotation? genes)
    {
        var text = $"{r.Marker.Name}, {r.Marker.Chromosome}:{NumberFormat.Count(r.Marker.Position)}, p = "
            + $"{NumberFormat.Significant(AssociationScan.BestP(r), 3)}";
        if (genes?.Nearest(r.Marker.Chromosome, r.Marker.Position) is not { } gene)
        {
            return text;
        }

        var distance = gene.Distance(r.Marker.Position);
        return text + (distance == 0 ? $", in {gene.Name}" : $", {NumberFormat.Significant(distance / 1000.0, 2)} kb from {gene.Name}");
    }

    private static string Drawn(int drawn, int all) => drawn == all ? $"{NumberFormat.Count(all)} markers"
        : $"{NumberFormat.Count(drawn)} of {NumberFormat.Count(all)} markers are drawn: all with p < 0.001, and one for each spot that "
            + $"others would cover";
}
