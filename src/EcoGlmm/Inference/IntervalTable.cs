using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>How confidence intervals are made.</summary>
public enum IntervalMethod
{
    /// <summary>Estimate ± normal quantile × standard error.</summary>
    Wald,

    /// <summary>
    /// By the profile likelihood, for standard deviations, correlations and the dispersion too; by maximum likelihood for REML
    /// fits. A refit for each step of each end.
    /// </summary>
    Profile,

    /// <summary>Percentiles of 500 parametric bootstrap fits, or as many as are asked for, for all
    /// parameters.</summary>
    Bootstrap,

    /// <summary>
    /// Estimate ± quantile of Student's t × standard error, for few groups, of the conditional part: Kenward and Roger's for Gaussian
    /// models,
    /// <see cref="DenominatorDegrees.RestrictedBetweenWithin"/> for others.
    /// </summary>
    SmallSample,
}

/// <summary>One interval.</summary>
/// <param name="Part">The part of the model.</param>
/// <param name="Name">Name of the coefficient.</param>
/// <param name="Estimate">Its estimate.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
public sealed record Interval(ModelPart Part, string Name, double Estimate, double Lower, double Upper)
{
    /// <summary>The estimate's standard error, where the interval is made from one; otherwise NaN.</summary>
    public double StandardError { get; init; } = double.NaN;

    internal ParameterKind Kind { get; init; }
}

/// <summary>
/// Confidence intervals of fixed effects and of the dispersion ("sigma", the number that a fit's card and <c>fit.Sigma</c> have; where
/// it has predictors, their coefficients), and, by profile or bootstrap, of standard deviations ("sd_Days|Subject") and correlations
/// ("cor_Days.(Intercept)|Subject").
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class IntervalTable : IReadOnlyList<Interval>, IResultTable, IIntervalTable
{
    private readonly Interval[] _rows;

    private IntervalTable(IEnumerable<Interval> rows, double level)
    {
        _rows = [.. rows];
        Level = level;
    }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public Interval this[int index] => _rows[index];

    /// <summary>The interval of a parameter; of the conditional part where several parts have one of that name.</summary>
    /// <exception cref="GlmmException">There is no such parameter.</exception>
    public Interval this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Name == name) ?? this[ModelPart.Conditional, name];
        }
    }

    /// <summary>The interval of a coefficient of a part of the model.</summary>
    /// <exception cref="GlmmException">There is no such coefficient.</exception>
    public Interval this[ModelPart part, string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.Find(_rows, r => r.Part == part && r.Name == name)
                ?? throw new GlmmException(Array.Find(_rows, r => r.Name == name) is { } elsewhere
                    ? $"There is no \"{name}\" in the {part} part: it belongs to the {elsewhere.Part} part. Write "
                        + $"[ModelPart.{elsewhere.Part}, \"{name}\"] or [\"{name}\"]."
                    : $"There is no coefficient \"{name}\" in the {part} "
                        + $"part{Text.NearestName.Suggestion(name, _rows.Select(r => r.Name))}");
        }
    }

    internal static IntervalTable Of(IEnumerable<Interval> rows, double level) => new(rows, level);

    internal static IntervalTable SmallSample(GlmmFit fit, double level) => new(
        new CoefficientTests(fit, FixedEffectInference.SmallSampleOf(fit), level).Select(t => new Interval(ModelPart.Conditional, t.Name,
            t.Estimate, t.Lower, t.Upper)
        {
            StandardError = t.StandardError,
        }), level);

    internal static IntervalTable Wald(GlmmFit fit, double level)
    {
        var z = SpecialFunctions.NormalQuantile(0.5 + (level / 2));
        IEnumerable<Interval> Of(ModelPart part, CoefficientTable table) =>
            table.Select(c => new Interval(part, c.Name, c.Estimate, c.Estimate - (z * c.StandardError), c.Estimate
                + (z * c.StandardError)));
        var dispersion = VarianceWald.OfDispersion(fit, level) is { } sigma ? [sigma]
            : Of(ModelPart.Dispersion, fit.DispersionEffects);
        return new IntervalTable(
            Of(ModelPart.Conditional, fit.FixedEffects)
                .Concat(Of(ModelPart.ZeroInflation, fit.ZeroInflationEffects))
                .Concat(dispersion), level);
    }

    /// <summary>The intervals of coefficients as ratios; those of standard deviations, correlations and the dispersion as they
    /// are.</summary>
    /// <exception cref="GlmmException">The exponential of a coefficient has no meaning with the model's link.</exception>
    internal IntervalTable Exponentiated(Family family)
    {
        foreach (var part in _rows.Where(r => r.Kind == ParameterKind.Coefficient).Select(r => r.Part).Distinct())
        {
            if (FitWords.RatioName(family, part) is null)
            {
                throw new GlmmException($"The exponential of a coefficient has no meaning with the {family.Link.Name} link. "
                    + "Leave exponentiate out.");
            }
        }

        return new IntervalTable(_rows.Select(r => r.Kind != ParameterKind.Coefficient ? r : r with
        {
            Estimate = Math.Exp(r.Estimate),
            Lower = Math.Exp(r.Lower),
            Upper = Math.Exp(r.Upper),
            StandardError = Math.Exp(r.Estimate) * r.StandardError,
        }), Level) { RatioName = FitWords.RatioName(family, ModelPart.Conditional), DispersionSymbol = DispersionSymbol };
    }

    /// <summary>What the exponentials of coefficients are; null where coefficients stand as they are.</summary>
    internal string? RatioName { get; private init; }

    /// <summary>What the card calls the dispersion; null where it is not known.</summary>
    internal string? DispersionSymbol { get; private init; }

    internal IntervalTable Of(GlmmFit fit) => WithSymbol(fit.Family.Words.Dispersion?.Symbol);

    internal IntervalTable WithSymbol(string? dispersion) => new(_rows, Level) { DispersionSymbol = dispersion };

    /// <summary>One row for each interval, with the columns Part, Name, Estimate, Lower and Upper.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows.Select(i => new { Part = i.Part.ToString(), i.Name, i.Estimate,
        i.Lower, i.Upper }));

    /// <inheritdoc/>
    public IEnumerator<Interval> GetEnumerator() => ((IEnumerable<Interval>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table(this));

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table(this));

    private static TableContent Table(IntervalTable intervals)
    {
        var level = NumberFormat.Significant(100 * intervals.Level);
        var parts = intervals.Any(i => i.Part != ModelPart.Conditional);
        var content = new TableContent($"Confidence intervals ({level} %)");
        if (parts) content.Text("Part");
        content.Text("Coefficient").Number(intervals.RatioName ?? "Estimate").Number("Lower").Number("Upper");
        var columns = ResultTable.Together([.. intervals.Select(i => i.Estimate)], [.. intervals.Select(i => i.Lower)],
            [.. intervals.Select(i => i.Upper)]);
        for (var r = 0; r < intervals.Count; r++)
        {
            var numbers = double.IsNaN(intervals[r].Estimate) ? ["dropped", "", ""] : new[] { columns[0][r], columns[1][r], columns[2][r] };
            var name = intervals[r].Kind == ParameterKind.Dispersion && intervals.DispersionSymbol is { } symbol
                ? $"{intervals[r].Name} ({symbol})" : intervals[r].Name;
            content.Row(parts ? [ModelPartNames.InTable(intervals[r].Part), name, .. numbers] : [name, .. numbers]);
        }

        return content;
    }
}
