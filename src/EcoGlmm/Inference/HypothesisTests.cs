using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Inference;
using EcoGlmm.Numerics;
using EcoGlmm.Text;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm;

/// <summary>One linear hypothesis.</summary>
/// <param name="Name">As it was written.</param>
/// <param name="Estimate">The combination of coefficients less its value under the hypothesis.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">Denominator degrees of freedom; infinite for the normal approximation.</param>
/// <param name="Statistic">Estimate over standard error.</param>
/// <param name="PValue">Two-sided, of this hypothesis alone.</param>
/// <param name="Lower">Lower end of the interval of the estimate.</param>
/// <param name="Upper">Upper end.</param>
public sealed record HypothesisTest(string Name, double Estimate, double StandardError, double DegreesOfFreedom, double Statistic,
    double PValue,
    double Lower, double Upper);

/// <summary>Linear hypotheses about the fixed effects of the conditional part: each alone, and all together. R's
/// car::linearHypothesis.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class HypothesisTests : IReadOnlyList<HypothesisTest>, IRichDisplay, IResultTable, IIntervalTable
{
    private readonly HypothesisTest[] _rows;

    internal HypothesisTests(GlmmFit fit, IReadOnlyList<string> hypotheses, DenominatorDegrees degrees, double level)
    {
        if (hypotheses.Count == 0) throw new GlmmException("There is no hypothesis. Write one: TestHypothesis(\"age = 0.1\").");
        (Level, Degrees) = (level, degrees);
        string[] names = [.. fit.FixedEffects.Where(c => !double.IsNaN(c.Estimate) && !c.IsFixed).Select(c => c.Name)];
        var zero = ReferenceLevels(fit, names);
        var parsed = hypotheses.Select(h => LinearHypothesis.Parse(h ?? throw new ArgumentNullException(nameof(hypotheses)), names, zero))
            .ToArray();
        var inference = FixedEffectInference.For(fit, degrees);
        var l = Matrix<double>.Build.DenseOfRowArrays(parsed.Select(h => h.Weights));
        if (l.Rank() < l.RowCount)
            throw new GlmmException("The hypotheses say the same in different ways, or contradict each other, so that they cannot be "
                + "tested together. Leave one out.");
        var difference = (l * inference.Estimates) - Vector<double>.Build.Dense(parsed.Length, k => parsed[k].Value);
        _rows = [.. parsed.Select((h, k) =>
        {
            var (error, df) = (inference.StandardError(h.Weights), inference.DegreesOfFreedom(h.Weights));
            var half = StudentT.Quantile(0.5 + (level / 2), df) * error;
            var t = difference[k] / error;
            return new HypothesisTest(hypotheses[k], difference[k], error, df, t, 2 * StudentT.UpperTail(Math.Abs(t), df), difference[k]
                - half, difference[k] + half);
        })];
        var (statistic, denominator) = inference.Joint(l, difference);
        NumeratorDegrees = l.RowCount;
        DenominatorDegrees = denominator;
        Statistic = double.IsPositiveInfinity(denominator) ? statistic * NumeratorDegrees : statistic;
        PValue = FDistribution.UpperTail(statistic, NumeratorDegrees, denominator);
    }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>Where denominator degrees of freedom come from.</summary>
    public DenominatorDegrees Degrees { get; }

    /// <summary>Of all hypotheses together: F, or Wald's χ² where denominator degrees of freedom are infinite.</summary>
    public double Statistic { get; }

    /// <summary>How many hypotheses.</summary>
    public int NumeratorDegrees { get; }

    /// <summary>Denominator degrees of freedom of the joint test.</summary>
    public double DenominatorDegrees { get; }

    /// <summary>Of all hypotheses together.</summary>
    public double PValue { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public HypothesisTest this[int index] => _rows[index];

    /// <summary>The hypotheses as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Name"] = Array.ConvertAll(_rows, r => r.Name),
        ["Estimate"] = Array.ConvertAll(_rows, r => r.Estimate),
        ["StandardError"] = Array.ConvertAll(_rows, r => r.StandardError),
        ["DegreesOfFreedom"] = Array.ConvertAll(_rows, r => r.DegreesOfFreedom),
        ["Statistic"] = Array.ConvertAll(_rows, r => r.Statistic),
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
        ["Lower"] = Array.ConvertAll(_rows, r => r.Lower),
        ["Upper"] = Array.ConvertAll(_rows, r => r.Upper),
    });

    /// <inheritdoc/>
    public IEnumerator<HypothesisTest> GetEnumerator() => ((IEnumerable<HypothesisTest>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table()
    {
        var f = !double.IsPositiveInfinity(DenominatorDegrees);
        var note = DegreesWords.Of(Degrees);
        var together = f ? $"F({NumeratorDegrees}, {NumberFormat.Fixed(DenominatorDegrees, 1)}) = {NumberFormat.Fixed(Statistic, 2)}"
            : $"χ²({NumeratorDegrees}) = {NumberFormat.Fixed(Statistic, 2)}";
        var percent = NumberFormat.Significant(100 * Level);
        var content = new TableContent("Linear hypotheses")
        {
            Note = $"All together: {together}, {NumberFormat.PEquals(PValue)}. {Names.Capitalised(note)}.",
        }.Text("").Number("Difference").Number("Std. error").Number("df").Number($"Lower {percent} %").Number($"Upper {percent} %")
        .Number("t").Number("p");
        var cells = NumberFormat.Column([.. _rows.SelectMany(r => new[] { r.Estimate, r.StandardError, r.Lower, r.Upper })]);
        for (var k = 0; k < _rows.Length; k++)
        {
            content.Row(_rows[k].Name, cells[4 * k], cells[(4 * k) + 1], NumberFormat.Fixed(_rows[k].DegreesOfFreedom, 1),
                cells[(4 * k) + 2], cells[(4 * k) + 3],
                NumberFormat.Fixed(_rows[k].Statistic, 2), NumberFormat.PValue(_rows[k].PValue));
        }

        return content;
    }

    /// <summary>Names that reference levels would have: their coefficient is zero under treatment contrasts.</summary>
    private static HashSet<string> ReferenceLevels(GlmmFit fit, string[] names)
    {
        var result = new HashSet<string>(StringComparer.Ordinal);
        foreach (var variable in fit.Specification.Conditional.FixedVariableNames)
        {
            if (fit.Options.Contrasts?.ContainsKey(variable) == true || !fit.Data.TryGetColumn(variable, out var column)) continue;
            string[] levels = column switch
            {
                CategoricalColumn factor => [.. factor.Take(fit.Specification.Rows) is CategoricalColumn used
                    ? used.Codes.Where(c => c >= 0).Distinct().Order().Select(c => variable + used.Levels[c]) : []],
                LogicalColumn => [variable + "FALSE", variable + "TRUE"],
                _ => [],
            };
            if (levels.Length > 1 && !names.Contains(levels[0]) && levels.Skip(1).All(names.Contains)) result.Add(levels[0]);
        }

        return result;
    }
}
