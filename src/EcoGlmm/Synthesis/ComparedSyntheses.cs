using System.Collections;
using EcoGlmm.Numerics;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What a method says of the counts of all studies.</summary>
/// <param name="Method">The method.</param>
/// <param name="Studies">How many studies it uses.</param>
/// <param name="Estimate">The mean effect, a logarithm for ratios; NaN where the method has none.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Lower">Lower end of its interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Tau">Standard deviation of true effects; NaN for methods with one effect for all studies.</param>
public sealed record ComparedSynthesis(string Method, int Studies, double Estimate, double StandardError, double Lower,
    double Upper, double Tau);

/// <summary>
/// The same counts by several methods: the synthesis in one stage, two stages with half an event added where there is none (inverse
/// variances, restricted maximum likelihood), two stages without such studies, Mantel and Haenszel's estimate (standard errors: J. Robins,
/// N.
/// Breslow and S. Greenland, Biometrics 42 (1986) 311-323; T. Sato, Biometrics 45 (1989) 1323-1324) and Peto's.
/// </summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class ComparedSyntheses : IReadOnlyList<ComparedSynthesis>, IResultTable
{
    private readonly ComparedSynthesis[] _rows;
    private readonly bool _isRatio;
    private readonly double _level;

    private ComparedSyntheses(ComparedSynthesis[] rows, bool isRatio, double level) => (_rows, _isRatio, _level) = (rows, isRatio, level);

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public ComparedSynthesis this[int index] => _rows[index];

    /// <summary>The table as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <inheritdoc/>
    public IEnumerator<ComparedSynthesis> GetEnumerator() => ((IEnumerable<ComparedSynthesis>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static ComparedSyntheses Of(Synthesis synthesis, SynthesisNumbers numbers)
    {
        if (numbers.Arms is not { } arms)
        {
            throw new GlmmException("Methods are compared for counts, where zeros make them differ.");
        }

        var measure = numbers.Measure;
        var quantile = SpecialFunctions.NormalQuantile(0.5 + numbers.Level / 2);
        ComparedSynthesis Row(string method, int studies, EffectSize e, double tau) =>
            new(method, studies, e.Effect, e.StandardError, e.Effect - quantile * e.StandardError, e.Effect + quantile * e.StandardError,
                tau);
        var rows = new List<ComparedSynthesis> { new("One stage, counts as they are", synthesis.Count, synthesis.Estimate,
            synthesis.StandardError, synthesis.Lower, synthesis.Upper, synthesis.Tau) };
        int[] informative = [.. Enumerable.Range(0, arms.Count).Where(i => !arms.SaysNothing(i, measure))];
        int[] whole = [.. informative.Where(i => IsUsable(arms, i, measure))];
        foreach (var (method, kept, corrected) in new[] { ("Two stages, half an event where none", informative, true),
            ("Two stages, without studies with zeros", whole, false) })
        {
            var (estimate, tau) = TwoStages([.. kept.Select(i => StudyMeasures.Effect(arms, i, measure, corrected))]);
            rows.Add(Row(method, kept.Length, estimate, tau));
        }

        rows.Add(Row("Mantel and Haenszel", informative.Length, ClassicalRatios.MantelHaenszel(arms, measure), double.NaN));
        if (measure == SynthesisMeasure.OddsRatio)
        {
            rows.Add(Row("Peto", informative.Length, ClassicalRatios.Peto(arms), double.NaN));
        }

        return new ComparedSyntheses([.. rows], numbers.IsRatio, numbers.Level);
    }

    // without a zero in any cell
    private static bool IsUsable(StudyArms arms, int i, SynthesisMeasure measure) => arms.TreatedEvents[i] > 0 && arms.ControlEvents[i] > 0
        && (measure == SynthesisMeasure.RateRatio || (arms.TreatedEvents[i] < arms.TreatedSize[i]
            && arms.ControlEvents[i] < arms.ControlSize[i]));

    private static (EffectSize Mean, double Tau) TwoStages(EffectSize[] sizes)
    {
        if (sizes.Length == 0)
        {
            return (new EffectSize(double.NaN, double.NaN), double.NaN);
        }

        if (sizes.Length == 1)
        {
            return (sizes[0], double.NaN);
        }

        var data = FieldData.From(new Dictionary<string, object>
        {
            ["study"] = sizes.Select((_, i) => $"{i + 1}").ToArray(),
            ["effect"] = Array.ConvertAll(sizes, s => s.Effect),
            ["variance"] = Array.ConvertAll(sizes, s => s.Variance),
        });
        var mean = MetaAnalysis.Fit("effect ~ 1 + (1 | study)", data, "variance");
        return (new EffectSize(mean.Estimate, mean.StandardError * mean.StandardError), mean.Tau);
    }

    internal TableContent Table()
    {
        string Shown(double value) => double.IsNaN(value) ? "–" : NumberFormat.Significant(_isRatio ? Math.Exp(value) : value, 3);
        var content = new TableContent("The same counts by other methods").Text("Method").Number("Studies").Number(_isRatio ? "Ratio"
            : "Difference");
        ResultTable.Ends(content, _level);
        content.Number("τ");
        foreach (var r in _rows)
        {
            content.Row(r.Method, NumberFormat.Count(r.Studies), Shown(r.Estimate), Shown(r.Lower), Shown(r.Upper),
                double.IsNaN(r.Tau) ? "" : NumberFormat.Significant(r.Tau, 3));
        }

        return content;
    }
}
