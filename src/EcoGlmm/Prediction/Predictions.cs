using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The scale of a prediction.</summary>
public enum PredictionScale
{
    /// <summary>The response: counts, probabilities, proportions; with zero inflation.</summary>
    Response,

    /// <summary>The linear predictor of the conditional part.</summary>
    Link,
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
[TypeFormatterSource(typeof(RichDisplayFormatters))]
public sealed class Predictions : IRichDisplay
{
    internal Predictions(double[] estimate, double[] standardError, double[] lower, double[] upper, double level, int unseenLevelRows)
    {
        Estimate = estimate;
        StandardError = standardError;
        Lower = lower;
        Upper = upper;
        Level = level;
        UnseenLevelRows = unseenLevelRows;
    }

    /// <summary>Predicted values.</summary>
    public double[] Estimate { get; }

    /// <summary>Standard errors on the same scale (by the delta method on the response scale).</summary>
    public double[] StandardError { get; }

    /// <summary>Lower ends of the intervals.</summary>
    public double[] Lower { get; }

    /// <summary>Upper ends of the intervals.</summary>
    public double[] Upper { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Rows with a grouping level that was not in the data, predicted with a random effect of zero.</summary>
    public int UnseenLevelRows { get; }

    /// <summary>
    /// Individuals that the model has not seen, where it uses their mean, first or last value of a variable (<c>within()</c>, <c>between()</c>,
    /// <c>first()</c>, <c>last()</c>): these were taken from the rows predicted for, while a known individual keeps those of the training rows.
    /// </summary>
    public IReadOnlyList<string> NewIndividuals { get; internal init; } = [];

    /// <summary>The predictions as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, double[]>
    {
        ["Estimate"] = Estimate,
        ["StandardError"] = StandardError,
        ["Lower"] = Lower,
        ["Upper"] = Upper,
    });

    /// <inheritdoc/>
    public override string ToString() => ResultTables.Text(ResultTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTables.Html(ResultTables.Of(this));
}
