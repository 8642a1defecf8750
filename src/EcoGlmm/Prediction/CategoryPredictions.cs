using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>
/// Probabilities of the categories of an ordered response, [row][category]; NaN where a variable of the model is missing.
/// </summary>
[TypeFormatterSource(typeof(RichDisplayFormatters))]
public sealed class CategoryPredictions : IRichDisplay
{
    internal CategoryPredictions(IReadOnlyList<string> categories, double[][] probability, double[][] standardError,
        double[][] lower, double[][] upper, double level)
    {
        Categories = categories;
        Probability = probability;
        StandardError = standardError;
        Lower = lower;
        Upper = upper;
        Level = level;
    }

    /// <summary>Names of the categories, in their order.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>Probabilities; those of a row add up to one.</summary>
    public double[][] Probability { get; }

    /// <summary>Standard errors of the probabilities, by the delta method.</summary>
    public double[][] StandardError { get; }

    /// <summary>Lower ends of the intervals, made on the logit scale.</summary>
    public double[][] Lower { get; }

    /// <summary>Upper ends of the intervals.</summary>
    public double[][] Upper { get; }

    /// <summary>Coverage of each interval.</summary>
    public double Level { get; }

    /// <summary>The probabilities of one category, for every row.</summary>
    /// <param name="category">Its name.</param>
    /// <exception cref="GlmmException">There is no such category.</exception>
    public double[] Of(string category)
    {
        var at = Enumerable.Range(0, Categories.Count).FirstOrDefault(k => Categories[k] == category, -1);
        return at >= 0
            ? Array.ConvertAll(Probability, row => row[at])
            : throw new GlmmException($"There is no category \"{category}\"{Text.NearestName.Suggestion(category, Categories)}");
    }

    /// <summary>The probabilities as data: one row each, one column for each category.</summary>
    public FieldData ToFieldData() => FieldData.From(Categories.ToDictionary(c => c, Of));

    /// <inheritdoc/>
    public override string ToString() => ResultTables.Text(ResultTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTables.Html(ResultTables.Of(this));
}
