using EcoGlmm.Data;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Probabilities of the categories of an ordered response, [row][category]; NaN where a variable of the model is missing.
/// </summary>
/// <remarks>
/// Immutable, and safe to share among threads. The arrays are copies: take one once before a loop over it.
/// </remarks>
public sealed class CategoryPredictions : IResultTable, IIntervalTable
{
    private readonly double[][] _probability;
    private readonly double[][] _standardError;
    private readonly double[][] _lower;
    private readonly double[][] _upper;

    internal CategoryPredictions(IReadOnlyList<string> categories, double[][] probability, double[][] standardError,
        double[][] lower, double[][] upper, double level)
    {
        Categories = categories;
        (_probability, _standardError, _lower, _upper) = (probability, standardError, lower, upper);
        Level = level;
    }

    /// <summary>Names of the categories, in their order.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>Number of rows predicted.</summary>
    public int RowCount => _probability.Length;

    /// <summary>Probabilities; those of a row add up to one. A copy.</summary>
    public double[][] Probability => Copy(_probability);

    /// <summary>Standard errors of the probabilities, by the delta method. A copy.</summary>
    public double[][] StandardError => Copy(_standardError);

    /// <summary>Lower ends of the intervals, made on the logit scale. A copy.</summary>
    public double[][] Lower => Copy(_lower);

    /// <summary>Upper ends of the intervals. A copy.</summary>
    public double[][] Upper => Copy(_upper);

    /// <summary>Coverage of each interval.</summary>
    public double Level { get; }

    /// <summary>The probabilities of one category, for every row.</summary>
    /// <param name="category">Its name.</param>
    /// <exception cref="GlmmException">There is no such category.</exception>
    public double[] Of(string category)
    {
        ArgumentNullException.ThrowIfNull(category);
        var at = Enumerable.Range(0, Categories.Count).FirstOrDefault(k => Categories[k] == category, -1);
        return at >= 0
            ? Array.ConvertAll(_probability, row => row[at])
            : throw new GlmmException($"There is no category \"{category}\"{Text.NearestName.Suggestion(category, Categories)}");
    }

    /// <summary>The rows predicted for; null where the predictions stand for no rows of data.</summary>
    internal FieldData? Rows { get; init; }

    /// <summary>Columns of <see cref="Rows"/> to show beside the probabilities.</summary>
    internal IReadOnlyList<string> Shown { get; init; } = [];

    /// <summary>
    /// The probabilities as data, one row each: the columns of the rows predicted for, then one column for each category. A
    /// column of the data that is called as a category has " (data)" added to its name here.
    /// </summary>
    public FieldData ToFieldData() => ResultData.Beside(Rows, FieldData.From(Categories.ToDictionary(c => c, Of)));

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(PredictionTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(PredictionTables.Of(this));

    private static double[][] Copy(double[][] rows) => Array.ConvertAll(rows, row => (double[])row.Clone());
}
