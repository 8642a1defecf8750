using EcoGlmm.Data;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The scale of a prediction.</summary>
public enum PredictionScale
{
    /// <summary>The response: counts, probabilities, proportions; with zero inflation.</summary>
    Response,

    /// <summary>The linear predictor of the conditional part.</summary>
    Link,

    /// <summary>The mean of the conditional part alone, without zero inflation. glmmTMB's type "conditional".</summary>
    ConditionalMean,

    /// <summary>The probability of a structural zero, by the zero inflation alone. glmmTMB's type "zprob".</summary>
    ZeroProbability,
}

/// <summary>What a prediction does with random effects.</summary>
public enum RandomEffectsUse
{
    /// <summary>The conditional modes of the row's levels.</summary>
    Conditional,

    /// <summary>All random effects at zero: the typical level, not the population's average on a curved scale.</summary>
    Population,

    /// <summary>
    /// The mean over the distribution of the random effects, integrated: the population's average (a marginal mean). It
    /// differs from the typical level's wherever the link is curved.
    /// </summary>
    Averaged,
}

/// <summary>Predictions, one entry for each row asked for; NaN where a variable of the model is missing.</summary>
/// <remarks>
/// Immutable, and safe to share among threads. The arrays are copies: take one once before a loop over it.
/// </remarks>
public sealed class Predictions : IResultTable, IIntervalTable
{
    private readonly double[] _estimate;
    private readonly double[] _standardError;
    private readonly double[] _lower;
    private readonly double[] _upper;

    internal Predictions(double[] estimate, double[] standardError, double[] lower, double[] upper, double level, int unseenLevelRows)
    {
        (_estimate, _standardError, _lower, _upper) = (estimate, standardError, lower, upper);
        Level = level;
        UnseenLevelRows = unseenLevelRows;
    }

    /// <summary>Number of rows predicted.</summary>
    public int RowCount => _estimate.Length;

    /// <summary>Predicted values; a copy.</summary>
    public double[] Estimate => (double[])_estimate.Clone();

    /// <summary>Standard errors on the same scale (by the delta method on the response scale); a copy.</summary>
    public double[] StandardError => (double[])_standardError.Clone();

    /// <summary>Lower ends of the intervals; a copy.</summary>
    public double[] Lower => (double[])_lower.Clone();

    /// <summary>Upper ends of the intervals; a copy.</summary>
    public double[] Upper => (double[])_upper.Clone();

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Rows with a grouping level that was not in the data, predicted with a random effect of zero.</summary>
    public int UnseenLevelRows { get; }

    /// <summary>
    /// Individuals that the model has not seen, where it uses their mean, first or last value of a variable (<c>within()</c>,
    /// <c>between()</c>,
    /// <c>first()</c>, <c>last()</c>): these were taken from the rows predicted for, while a known individual keeps those of the training
    /// rows.
    /// </summary>
    public IReadOnlyList<string> NewIndividuals { get; internal init; } = [];

    /// <summary>
    /// By row, whether it goes beyond the data of the fit: a number of the fixed effects outside the range that was seen, or levels of two
    /// factors that never stood in one row. The interval knows nothing of what happens out there. A copy.
    /// </summary>
    public bool[] Extrapolates => (bool[])Outside.Rows.Clone();

    /// <summary>What goes beyond the data, one entry for each variable or pair of factors; empty where nothing does.</summary>
    public IReadOnlyList<string> Extrapolations => Outside.Sentences;

    /// <summary>The rows predicted for; null where the predictions stand for no rows of data.</summary>
    internal FieldData? Rows { get; init; }

    /// <summary>What goes beyond the data; null for the rows of the fit.</summary>
    internal Lazy<Extrapolation>? Beyond { get; init; }

    /// <summary>Columns of <see cref="Rows"/> to show beside the predictions.</summary>
    internal IReadOnlyList<string> Shown { get; init; } = [];

    private Extrapolation Outside => Beyond?.Value ?? Extrapolation.None(RowCount);

    /// <summary>
    /// The predictions as data, one row each: the columns of the rows predicted for, then Estimate, StandardError, Lower and
    /// Upper, and Extrapolates where any row does. A column of the data that has one of these names is called "Estimate (data)" here.
    /// </summary>
    public FieldData ToFieldData()
    {
        var predicted = new Dictionary<string, object>
        {
            ["Estimate"] = _estimate,
            ["StandardError"] = _standardError,
            ["Lower"] = _lower,
            ["Upper"] = _upper,
        };
        if (Outside.Rows.Contains(true)) predicted.Add("Extrapolates", Outside.Rows);
        return ResultData.Beside(Rows, FieldData.From(predicted));
    }

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(PredictionTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(PredictionTables.Of(this));
}
