using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Marginal;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The mean response if every row of the sample were at one level.</summary>
/// <param name="Level">The level, or the value of a covariate.</param>
/// <param name="Estimate">The mean on the response scale.</param>
/// <param name="StandardError">Its standard error by the delta method.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record StandardisedMean(string Level, double Estimate, double StandardError, double Lower, double Upper);

/// <summary>A ratio of two means on the response scale, or of their odds.</summary>
/// <param name="Name">"b / a".</param>
/// <param name="Estimate">The ratio.</param>
/// <param name="StandardError">Its standard error by the delta method.</param>
/// <param name="Statistic">Its logarithm over the standard error of that.</param>
/// <param name="PValue">Two-sided, that the ratio is one.</param>
/// <param name="Lower">Lower end of the interval, made on the scale of logarithms.</param>
/// <param name="Upper">Upper end.</param>
public sealed record AverageRatio(string Name, double Estimate, double StandardError, double Statistic, double PValue, double Lower,
    double Upper);

/// <summary>A difference of means on the response scale, or an average slope.</summary>
/// <param name="Name">"b - a", or the covariate.</param>
/// <param name="Estimate">The difference, or the slope per unit of the covariate.</param>
/// <param name="StandardError">Its standard error by the delta method.</param>
/// <param name="Statistic">Estimate over standard error.</param>
/// <param name="PValue">Two-sided, by Student's t with the degrees of freedom of the variable's coefficients.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record AverageEffect(string Name, double Estimate, double StandardError, double Statistic, double PValue, double Lower,
    double Upper);

/// <summary>
/// Standardisation (g-computation): the model's mean response over the rows of the sample, with one variable set to each of its
/// levels in all rows and the others as they are; zero inflation counts in.
/// </summary>
/// <remarks>
/// J. Robins (1986), Mathematical Modelling 7, 1393-1512; A. C. Skene et al., in the regression form of S. Muller &amp; R. MacLehose
/// (2014), Int. J. Epidemiol. 43, 962-970. Standard errors hold the sample's covariates fixed.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class StandardisedMeans : IReadOnlyList<StandardisedMean>, IResultTable, IIntervalTable
{
    private readonly StandardisedMean[] _means;
    private readonly AverageEffect[] _effects;
    private readonly AverageRatio[] _ratios;
    private readonly AverageRatio[] _odds;

    internal StandardisedMeans(GlmmFit fit, string variable, IReadOnlyList<double>? at, RandomEffectsUse use, double level)
    {
        Variable = variable;
        Caution = FitWords.FewGroupsBehindT(fit);
        RandomEffects = use;
        Level = level;
        var average = new SampleAverage(fit, variable, use);
        var points = at is null ? average.Variable.Points : average.Variable.At([.. at]).Points;
        if (points.Length < 2)
        {
            throw new GlmmException($"\"{variable}\" is a covariate with many values: say which to compare, for example "
                + $"Standardise(\"{variable}\", at: [1, 2]), or ask for its average slope, AverageSlope(\"{variable}\").");
        }

        DegreesOfFreedom = SmallSample.DegreesOf(fit, variable);
        var z = StudentT.Quantile(0.5 + (level / 2), DegreesOfFreedom);
        var averages = Enumerable.Range(0, points.Length)
            .Select(k => average.At(points.Take([.. Enumerable.Repeat(k, fit.ObservationCount)]))).ToArray();
        var labels = Enumerable.Range(0, points.Length).Select(k => points is NumericColumn numbers
            ? NumberFormat.Significant(numbers.Values[k]) : points.TextAt(k)!).ToArray();
        var zMean = StudentT.Quantile(0.5 + (level / 2), SmallSample.DegreesOf(fit, variable, withIntercept: true));
        _means = [.. averages.Select((a, k) => Mean(fit, labels[k], a, zMean))];
        _effects = [.. Enumerable.Range(1, points.Length - 1).Select(k => Effect($"{labels[k]} - {labels[0]}", fit, averages[k]
            .Minus(averages[0]), z, DegreesOfFreedom))];
        var bounds = averages[0].Response.Bounds;
        _ratios = bounds.Low >= 0 ? Ratios(_ => 1, m => m) : [];
        _odds = bounds is { Low: >= 0, High: <= 1 } ? Ratios(m => 1 / (1 - m), m => m / (1 - m)) : [];

        // ∂ log(odds or mean)/∂ψ = gradient · factor / m.
        AverageRatio[] Ratios(Func<double, double> factor, Func<double, double> of) => [.. Enumerable.Range(1, points.Length - 1)
            .Select(k =>
        {
            var (a, b) = (averages[k], averages[0]);
            var (wa, wb) = (factor(a.Value) / a.Value, factor(b.Value) / b.Value);
            var log = new SampleAverage.Result(Math.Log(of(a.Value) / of(b.Value)), [.. a.Gradient.Zip(b.Gradient, (x, y) => (wa * x)
                - (wb * y))],
                [.. a.Effects.Zip(b.Effects, (x, y) => (wa * x) - (wb * y))], a.Response);
            var (ratio, error) = (Math.Exp(log.Value), Math.Sqrt(log.Variance(fit.Estimate)));
            var t = log.Value / error;
            return new AverageRatio($"{labels[k]} / {labels[0]}", ratio, ratio * error, t, 2 * StudentT.UpperTail(Math.Abs(t),
                DegreesOfFreedom),
                ratio * Math.Exp(-z * error), ratio * Math.Exp(z * error));
        })];
    }

    /// <summary>The variable that is set.</summary>
    public string Variable { get; }

    /// <summary>What is done with random effects.</summary>
    public RandomEffectsUse RandomEffects { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Differences of the means to the first.</summary>
    public IReadOnlyList<AverageEffect> Effects => _effects;

    /// <summary>Ratios of the means to the first: risk ratios of probabilities, rate ratios of counts; empty where means may be
    /// negative.</summary>
    public IReadOnlyList<AverageRatio> Ratios => _ratios;

    /// <summary>Ratios of the odds m/(1 − m) to those of the first; empty where means are not probabilities.</summary>
    public IReadOnlyList<AverageRatio> OddsRatios => _odds;

    /// <summary>
    /// Degrees of freedom of the intervals: of the variable's coefficients, Satterthwaite's for Gaussian models and between-within for
    /// others;
    /// infinite without random effects.
    /// </summary>
    public double DegreesOfFreedom { get; }

    /// <inheritdoc/>
    public int Count => _means.Length;

    /// <inheritdoc/>
    public StandardisedMean this[int index] => _means[index];

    /// <summary>The means as data, one row each; their differences are <c>FieldData.From(means.Effects)</c>.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_means);

    /// <inheritdoc/>
    public IEnumerator<StandardisedMean> GetEnumerator() => ((IEnumerable<StandardisedMean>)_means).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(EffectTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(EffectTables.Of(this));

    /// <summary>What few groups do to the intervals; null where there are many.</summary>
    internal string? Caution { get; }

    internal string Words => "Means over the rows of the sample, " + RandomEffects switch
    {
        RandomEffectsUse.Conditional => "each with the random effects of its own levels",
        RandomEffectsUse.Population => "all random effects at zero (the typical level)",
        _ => "averaged over the distribution of the random effects",
    };

    internal static AverageEffect Effect(string name, GlmmFit fit, SampleAverage.Result difference, double z, double degrees)
    {
        var error = Math.Sqrt(difference.Variance(fit.Estimate));
        var statistic = difference.Value / error;
        return new AverageEffect(name, difference.Value, error, statistic, 2 * StudentT.UpperTail(Math.Abs(statistic), degrees),
            difference.Value - (z * error), difference.Value + (z * error));
    }

    private static StandardisedMean Mean(GlmmFit fit, string label, SampleAverage.Result average, double z)
    {
        var error = Math.Sqrt(average.Variance(fit.Estimate));
        var (lower, upper) = average.Response.Interval(average.Value, z * error);
        return new StandardisedMean(label, average.Value, error, lower, upper);
    }
}
