using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// How well a model predicts rows that it was not fitted to: proper scores, which no other distribution than the true one can improve on
/// average, and whether its predictive distributions are calibrated.
/// </summary>
/// <remarks>T. Gneiting &amp; A. Raftery (2007), Strictly proper scoring rules, prediction, and estimation, J. Am. Stat. Assoc. 102,
/// 359-378. Immutable, and safe to share among threads.</remarks>
public sealed class CrossValidation : IRichDisplay
{
    private readonly string _how;

    internal CrossValidation(string how, double[] logScores, double[] crps, double[] squared, double[] pit, int[] folds, int failures)
    {
        (_how, LogScores, RankedProbabilityScores, SquaredErrors, Pit, Folds, FailedFolds) = (how, logScores, crps, squared, pit,
            folds, failures);
    }

    /// <summary>By row used, the logarithm of its predictive density: higher is better. NaN in folds that could not be fitted.</summary>
    public double[] LogScores { get; }

    /// <summary>By row, the continuous ranked probability score, in units of the response: lower is better.</summary>
    public double[] RankedProbabilityScores { get; }

    /// <summary>By row, the squared error of the predicted mean; for a yes/no response the Brier score.</summary>
    public double[] SquaredErrors { get; }

    /// <summary>
    /// By row, where the response lies in its predictive distribution (randomised where that has steps): uniform between 0 and 1 if
    /// calibrated.
    /// </summary>
    public double[] Pit { get; }

    /// <summary>The fold that each row was left out with, from 0.</summary>
    public int[] Folds { get; }

    /// <summary>Folds whose model could not be fitted or did not converge.</summary>
    public int FailedFolds { get; }

    /// <summary>Mean log score.</summary>
    public double LogScore => Mean(LogScores);

    /// <summary>Sum of log scores: the expected log predictive density.</summary>
    public double Elpd => LogScores.Where(v => !double.IsNaN(v)).Sum();

    /// <summary>Mean continuous ranked probability score.</summary>
    public double Crps => Mean(RankedProbabilityScores);

    /// <summary>Mean squared error of the mean; the Brier score of a yes/no response.</summary>
    public double Brier => Mean(SquaredErrors);

    /// <summary>The calibration of the predictive distributions: flat bars are good, a valley says too narrow, a hill too wide.</summary>
    public Figure Plot() => new("Calibration", new Panel(null, new HistogramTrace([.. Pit.Where(v => !double.IsNaN(v))]) { BinStart = 0,
        BinWidth = 0.1, Density = true })
    {
        XAxis = new Axis("Place of the response in its prediction") { Minimum = 0, Maximum = 1 },
        YAxis = new Axis("Density"),
        Shapes = [PanelShape.HorizontalLine(1)],
    });

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading("Cross-validation").Table(Table()).Html(Plot().ToHtml()).ToHtml();

    private static double Mean(double[] values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    private TableContent Table()
    {
        var content = new TableContent(null) { Note =
            $"{_how}.{(FailedFolds > 0 ? $" {FailedFolds} folds could not be fitted and are left out." : "")}" }.Text("Score")
            .Number("Mean").Text("");
        content.Row("Log score", NumberFormat.Significant(LogScore), "higher is better");
        content.Row("CRPS", NumberFormat.Significant(Crps), "lower is better, in units of the response");
        content.Row("Squared error (Brier)", NumberFormat.Significant(Brier), "lower is better");
        return content;
    }
}
