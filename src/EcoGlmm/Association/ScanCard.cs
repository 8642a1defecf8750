using EcoGlmm.Text;

namespace EcoGlmm.Association;

/// <summary>What a scan says, and whether to trust it, as a card and as text.</summary>
internal static class ScanCard
{
    private const int ShownMarkers = 10;
    private const double InflationToMention = 1.05;
    private const double InflationToWarnOf = 1.10;
    private const double DeflationToMention = 0.90;

    public static string Html(AssociationScan scan)
    {
        var lambda = scan.Lambda();
        var (status, sentence) = Verdict(scan, lambda);
        var html = new HtmlWriter(frame: status == Status.Problem ? Status.Problem : null)
            .Heading(Heading(scan), status, Word(status));
        if (scan.Description is { } made)
        {
            html.Paragraph($"{Size(scan, made)} {made.Method}").Code(made.Formula);
        }

        html.Message(status, sentence).Facts([.. Facts(scan, lambda)]).Table(Hits(scan));
        foreach (var note in Notes(scan))
        {
            html.Note(note);
        }

        return html.ToHtml();
    }

    public static string Text(AssociationScan scan)
    {
        var lambda = scan.Lambda();
        var lines = new List<string> { Heading(scan) };
        if (scan.Description is { } made)
        {
            lines.Add(made.Formula);
            lines.Add($"{Size(scan, made)} {made.Method}");
        }

        lines.Add(Verdict(scan, lambda).Sentence);
        lines.Add(string.Join("; ", Facts(scan, lambda).Select(f => $"{f.Label} {f.Value}")));
        lines.Add(TextTable.Draw(Hits(scan)).TrimEnd('\n'));
        lines.AddRange(Notes(scan));
        return string.Join("\n", lines);
    }

    private static string Heading(AssociationScan scan) =>
        scan.Description is { } made ? $"Scan of {NumberFormat.Count(scan.Count)} markers for {made.Response}"
        : $"Scan of {NumberFormat.Count(scan.Count)} markers";

    private static string Size(AssociationScan scan, ScanDescription made)
    {
        var records = made.Rows == made.Individuals ? "" : $"{NumberFormat.Count(made.Rows)} records of ";
        return $"{records}{NumberFormat.Count(made.Individuals)} individuals, {NumberFormat.Count(scan.Count)} markers of {made.Source}.";
    }

    private static (Status Status, string Sentence) Verdict(AssociationScan scan, double lambda)
    {
        var value = NumberFormat.Fixed(lambda, 3);
        if (double.IsNaN(lambda))
        {
            return (Status.Problem, "No marker could be tested: at each one all individuals are alike, or the covariates explain it.");
        }

        if (lambda > InflationToWarnOf)
        {
            return (Status.Caution, $"Test statistics are inflated (λ = {value}): the median marker looks more associated than it "
                + "should if few markers matter. Structure or relatedness may be unaccounted for, or the trait is moved by very many "
                + "markers. Look at QuantileFigure(), and try principal components among the covariates.");
        }

        return lambda > InflationToMention
            ? (Status.Caution, $"Test statistics are slightly inflated (λ = {value}). Look at QuantileFigure().")
            : lambda < DeflationToMention
            ? (Status.Caution, $"Test statistics are smaller than by chance (λ = {value}), which costs power: a relationship matrix that "
                + "holds the tested marker itself does that. Try LeaveOneChromosomeOut.")
            : (Status.Ok, $"Test statistics are as they should be where few markers matter (λ = {value}): relatedness and structure are "
                + $"accounted for.");
    }

    private static string Word(Status status) => status switch
    {
        Status.Ok => "calibrated",
        Status.Caution => "look closer",
        _ => "no test",
    };

    private static IEnumerable<(string Label, string Value)> Facts(AssociationScan scan, double lambda)
    {
        var tested = scan.Count(r => !double.IsNaN(AssociationScan.BestP(r)));
        yield return ("λ", NumberFormat.Fixed(lambda, 3));
        yield return ("markers tested", NumberFormat.Count(tested));
        yield return ("Bonferroni threshold", NumberFormat.Significant(0.05 / Math.Max(1, tested), 2));
        yield return ("markers below it", NumberFormat.Count(scan.Count(r => AssociationScan.BestP(r) < 0.05 / tested)));
        if (scan.Description is { } made && !double.IsNaN(made.Heritability))
        {
            yield return ("variance by relationships", NumberFormat.Fixed(100 * made.Heritability, 1) + " %");
        }
    }

    private static TableContent Hits(AssociationScan scan)
    {
        var best = scan.Where(r => !double.IsNaN(AssociationScan.BestP(r))).OrderBy(AssociationScan.BestP).Take(ShownMarkers).ToArray();
        var content = new TableContent($"The {Names.Count(best.Length, "marker")} with the smallest p-values")
            .Text("Marker").Text("Chromosome").Number("Position").Text("Alleles").Number("Frequency").Number("Effect")
            .Number("Std. error").Number("p");
        for (var i = 0; i < best.Length; i++)
        {
            var r = best[i];
            content.Row(r.Marker.Name, r.Marker.Chromosome, NumberFormat.Count(r.Marker.Position), $"{r.Marker.EffectAllele} (other: "
                + $"{r.Marker.OtherAllele})",
                NumberFormat.Fixed(r.Frequency, 3), NumberFormat.Significant(r.Beta, 3), NumberFormat.Significant(r.StandardError, 3),
                NumberFormat.Significant(AssociationScan.BestP(r), 2));
        }

        return content;
    }

    private static IEnumerable<string> Notes(AssociationScan scan)
    {
        yield return "The effect is that of one more copy of the first-named allele.";
        var untested = scan.Count(r => double.IsNaN(AssociationScan.BestP(r)));
        if (untested > 0)
        {
            yield return $"{Names.Count(untested, "marker")} could not be tested: all individuals are alike there, or the covariates "
                + $"explain it.";
        }

        foreach (var note in scan.Description?.Notes ?? [])
        {
            yield return note;
        }
    }
}
