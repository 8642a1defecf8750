using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A t-test of a fixed effect.</summary>
/// <param name="Name">Name of the coefficient.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">Denominator degrees of freedom.</param>
/// <param name="Statistic">Estimate over standard error.</param>
/// <param name="PValue">Two-sided, by Student's t.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end.</param>
public sealed record CoefficientTest(string Name, double Estimate, double StandardError, double DegreesOfFreedom, double Statistic,
    double PValue, double Lower, double Upper);

/// <summary>Tests of the fixed effects of the conditional part with denominator degrees of freedom.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class CoefficientTests : IReadOnlyList<CoefficientTest>, IResultTable, IIntervalTable
{
    private readonly CoefficientTest[] _rows;

    internal CoefficientTests(GlmmFit fit, DenominatorDegrees degrees, double level)
        : this(fit, FixedEffectInference.For(fit, degrees), DegreesWords.Of(degrees), level) => Degrees = degrees;

    internal CoefficientTests(GlmmFit fit, ClusterRobustInference inference, double level)
        : this(fit, inference, inference.Words, level) => (Robust, Degrees) = (inference.Kind, DenominatorDegrees.BetweenWithin);

    private CoefficientTests(GlmmFit fit, FixedEffectInference inference, string words, double level)
    {
        (Level, Words) = (level, words);
        var kept = fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed).ToArray();
        _rows = [.. kept.Select((c, j) =>
        {
            var l = new double[kept.Length];
            l[j] = 1;
            var (estimate, error, df) = (inference.Estimates[j], inference.StandardError(l), inference.DegreesOfFreedom(l));
            var half = StudentT.Quantile(0.5 + (level / 2), df) * error;
            return new CoefficientTest(c.Name, estimate, error, df, estimate / error,
                2 * StudentT.UpperTail(Math.Abs(estimate / error), df), estimate - half, estimate + half);
        })];
    }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Where the degrees of freedom come from; those of robust tests depend on <see cref="Robust"/>.</summary>
    public DenominatorDegrees Degrees { get; }

    /// <summary>The kind of cluster-robust standard errors; null where they are the model's.</summary>
    public ClusterRobust? Robust { get; }

    internal string Words { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public CoefficientTest this[int index] => _rows[index];

    /// <summary>The test of a coefficient.</summary>
    /// <exception cref="GlmmException">There is no such coefficient.</exception>
    public CoefficientTest this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name)
                ?? throw new GlmmException($"There is no coefficient \"{name}\"{NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    /// <summary>The tests as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <inheritdoc/>
    public IEnumerator<CoefficientTest> GetEnumerator() => ((IEnumerable<CoefficientTest>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(TestTables.Of(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(TestTables.Of(this));
}
