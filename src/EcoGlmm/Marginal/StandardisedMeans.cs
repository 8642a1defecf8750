using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The mean response if every row of the sample were at one level.</summary>
/// <param name="Level">The level, or the value of a covariate.</param>
/// <param name="Estimate">The mean on the response scale.</param>
/// <param name="StandardError">Its standard error by the delta method.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record StandardisedMean(string Level, double Estimate, double StandardError, double Lower, double Upper);

/// <summary>A difference of means on the response scale, or an average slope.</summary>
/// <param name="Name">"b - a", or the covariate.</param>
/// <param name="Estimate">The difference, or the slope per unit of the covariate.</param>
/// <param name="StandardError">Its standard error by the delta method.</param>
/// <param name="Statistic">Estimate over standard error.</param>
/// <param name="PValue">Two-sided, by the normal distribution.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record AverageEffect(string Name, double Estimate, double StandardError, double Statistic, double PValue, double Lower, double Upper);

/// <summary>
/// Standardisation (g-computation): the model's mean response over the rows of the sample, with one variable set to each of its
/// levels in all rows and the others as they are; zero inflation counts in.
/// </summary>
/// <remarks>
/// J. Robins (1986), Mathematical Modelling 7, 1393-1512; A. C. Skene et al., in the regression form of S. Muller &amp; R. MacLehose
/// (2014), Int. J. Epidemiol. 43, 962-970. Standard errors hold the sample's covariates fixed.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class StandardisedMeans : IReadOnlyList<StandardisedMean>, IResultTable
{
    private readonly StandardisedMean[] _means;
    private readonly AverageEffect[] _effects;

    internal StandardisedMeans(GlmmFit fit, string variable, IReadOnlyList<double>? at, RandomEffectsUse use, double level)
    {
        Variable = variable;
        RandomEffects = use;
        Level = level;
        var average = new SampleAverage(fit, variable, use);
        var points = at is null ? average.Variable.Points : average.Variable.At([.. at]).Points;
        if (points.Length < 2)
        {
            throw new GlmmException($"\"{variable}\" is a covariate with many values: say which to compare, for example Standardise(\"{variable}\", at: [1, 2]), "
                + $"or ask for its average slope, AverageSlope(\"{variable}\").");
        }

        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        var averages = Enumerable.Range(0, points.Length).Select(k => average.At(points.Take([.. Enumerable.Repeat(k, fit.ObservationCount)]))).ToArray();
        var labels = Enumerable.Range(0, points.Length).Select(k => points is NumericColumn numbers ? NumberFormat.Significant(numbers.Values[k]) : points.TextAt(k)!).ToArray();
        _means = [.. averages.Select((a, k) => Mean(fit, labels[k], a, z))];
        _effects = [.. Enumerable.Range(1, points.Length - 1).Select(k => Effect($"{labels[k]} - {labels[0]}", fit, averages[k].Minus(averages[0]), z))];
    }

    /// <summary>The variable that is set.</summary>
    public string Variable { get; }

    /// <summary>What is done with random effects.</summary>
    public RandomEffectsUse RandomEffects { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Differences of the means to the first.</summary>
    public IReadOnlyList<AverageEffect> Effects => _effects;

    /// <inheritdoc/>
    public int Count => _means.Length;

    /// <inheritdoc/>
    public StandardisedMean this[int index] => _means[index];

    /// <summary>The means as data, one row each; their differences are <c>FieldData.From(means.Effects)</c>.</summary>
    public FieldData ToFieldData() => FieldData.From(_means);

    /// <inheritdoc/>
    public IEnumerator<StandardisedMean> GetEnumerator() => ((IEnumerable<StandardisedMean>)_means).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(EffectTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(EffectTables.Of(this));

    internal string Words => "Means over the rows of the sample, " + RandomEffects switch
    {
        RandomEffectsUse.Conditional => "each with the random effects of its own levels",
        RandomEffectsUse.Population => "all random effects at zero (the typical level)",
        _ => "averaged over the distribution of the random effects",
    };

    internal static AverageEffect Effect(string name, GlmmFit fit, SampleAverage.Result difference, double z)
    {
        var error = Math.Sqrt(difference.Variance(fit.Estimate));
        var statistic = difference.Value / error;
        return new AverageEffect(name, difference.Value, error, statistic, 2 * SpecialFunctions.NormalCdf(-Math.Abs(statistic)),
            difference.Value - (z * error), difference.Value + (z * error));
    }

    private static StandardisedMean Mean(GlmmFit fit, string label, SampleAverage.Result average, double z)
    {
        var error = Math.Sqrt(average.Variance(fit.Estimate));
        var (lower, upper) = average.Response.Interval(average.Value, z * error);
        return new StandardisedMean(label, average.Value, error, lower, upper);
    }
}
