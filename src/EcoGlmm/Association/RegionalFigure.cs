using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>A region of a scan: markers by position, coloured by linkage disequilibrium with the strongest, genes below.</summary>
internal static class RegionalFigure
{
    private const int MostGenes = 20;
    private const int LaneHeight = 16;

    // From r² on, with its colour and words
    private static readonly (double From, string Color, string Name)[] Linkage =
    [
        (0.8, Palette.Vermillion, "r² ≥ 0.8"), (0.6, Palette.Orange, "r² 0.6 to 0.8"), (0.4, Palette.Green, "r² 0.4 to 0.6"),
        (0.2, Palette.SkyBlue, "r² 0.2 to 0.4"), (0, Palette.Blue, "r² below 0.2"),
    ];

    public static Figure Draw(AssociationScan scan, string chromosome, long from, long to, Genotypes? markers, GeneAnnotation? genes)
    {
        var plain = ScanFigures.Manhattan(scan, chromosome, from, to, genes);
        var axis = plain.Panels[0].XAxis with { Minimum = from / 1e6, Maximum = to / 1e6 };
        var panel = plain.Panels[0] with { XAxis = axis };
        var subtitle = plain.Subtitle!;
        if (markers is not null)
        {
            panel = panel with { Traces = ByLinkage(scan, chromosome, from, to, markers, genes, out var lead) };
            subtitle += $"; colours: r² with {lead}, the strongest";
        }

        var near = genes?.Within(chromosome, from, to) ?? [];
        if (near.Count == 0)
        {
            return new Figure(plain.Title, panel) { Subtitle = subtitle, PanelHeight = plain.PanelHeight };
        }

        var middle = Lead(scan, chromosome, from, to).Marker.Position;
        var drawn = near.OrderBy(g => g.Distance(middle)).Take(MostGenes).OrderBy(g => g.Start).ToArray();
        var names = drawn.Select((g, k) => drawn.Take(k).Any(d => d.Name == g.Name) ? $"{g.Name} ({k + 1})" : g.Name).ToArray();
        var lanes = new PanelTrace[drawn.Length];
        for (var k = 0; k < drawn.Length; k++)
        {
            var start = Math.Max(drawn[k].Start, from) / 1e6;
            var end = Math.Min(drawn[k].End, to) / 1e6;
            var hover = $"{drawn[k].Name}, {NumberFormat.Count(drawn[k].Start)} to {NumberFormat.Count(drawn[k].End)}";
            lanes[k] = new LineTrace([start, end], [k, k]) { Color = Palette.Ink, Width = 5, Text = [hover, hover] };
        }

        var title = drawn.Length == near.Count ? "Genes" : $"Genes: the {MostGenes} nearest to the strongest marker, of {near.Count}";
        var below = new Panel(title, lanes) { XAxis = axis, YAxis = new Axis { Categories = names, Reversed = true } };
        return new Figure(plain.Title, panel, below) { Subtitle = subtitle, Columns = 1, PanelHeight = Math.Max(300,
            LaneHeight * drawn.Length) };
    }

    private static MarkerAssociation Lead(AssociationScan scan, string chromosome, long from, long to) =>
        Within(scan, chromosome, from, to).MinBy(AssociationScan.BestP)!;

    private static IEnumerable<MarkerAssociation> Within(AssociationScan scan, string chromosome, long from, long to) =>
        scan.Where(r => r.Marker.Chromosome == chromosome && r.Marker.Position >= from && r.Marker.Position <= to
            && !double.IsNaN(AssociationScan.BestP(r)));

    private static List<PanelTrace> ByLinkage(AssociationScan scan, string chromosome, long from, long to, Genotypes markers,
        GeneAnnotation? genes,
        out string lead)
    {
        var rows = Within(scan, chromosome, from, to).ToArray();
        var strongest = lead = rows.MinBy(AssociationScan.BestP)!.Marker.Name;
        var linkage = new LinkageDisequilibrium(markers);
        var planes = linkage.Planes(markers.IndexOf(lead));
        var squares = Array.ConvertAll(rows, r => linkage.RSquared(planes, linkage.Planes(markers.IndexOf(r.Marker.Name))));
        var traces = new List<PanelTrace>();
        for (var k = 0; k < Linkage.Length; k++)
        {
            var some = Enumerable.Range(0, rows.Length).Where(i => Array.FindIndex(Linkage, l => squares[i] >= l.From) is var own
                && (own < 0 ? Linkage.Length - 1 : own) == k).Select(i => rows[i]).ToArray();
            if (some.Length > 0)
            {
                traces.Insert(0, new PointTrace(Array.ConvertAll(some, r => r.Marker.Position / 1e6), Array.ConvertAll(some,
                    ScanFigures.Height))
                {
                    Name = Linkage[k].Name, ShowInLegend = true, Color = Linkage[k].Color, Size = 6,
                    Symbols = Array.ConvertAll(some, r => r.Marker.Name == strongest ? MarkerSymbol.Diamond : MarkerSymbol.Circle),
                    Sizes = Array.ConvertAll(some, r => r.Marker.Name == strongest ? 11.0 : 6),
                    Text = Array.ConvertAll(some, r => ScanFigures.Hover(r, genes)),
                });
            }
        }

        return traces;
    }
}
