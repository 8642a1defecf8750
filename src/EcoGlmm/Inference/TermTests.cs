using System.Collections;
using EcoGlmm.Inference;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>Which hypothesis the test of a whole term is of, where terms are not orthogonal.</summary>
public enum TestKind
{
    /// <summary>Sequential: each term after those before it in the formula.</summary>
    TypeOne,

    /// <summary>
    /// Each term after all that do not contain it: main effects as if there were no interactions with them. In Gaussian models a factor is
    /// not contained in its interaction with a covariate (SAS, lmerTest); in generalized ones it is (car).
    /// </summary>
    TypeTwo,

    /// <summary>
    /// Each term after all others, averaged over the levels of the factors that it interacts with, all alike (and where covariates that
    /// it interacts with are zero: centre them).
    /// </summary>
    TypeThree,
}

/// <summary>The test of a whole term.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <param name="Term">The term, as in the formula.</param>
/// <param name="NumeratorDegrees">Its coefficients.</param>
/// <param name="DenominatorDegrees">Denominator degrees of freedom; infinite for Wald's χ².</param>
/// <param name="Statistic">F; with infinite denominator degrees of freedom Wald's χ².</param>
/// <param name="PValue">The probability of a statistic as large, if all of the term's effects are zero.</param>
public sealed record TermTest(string Term, int NumeratorDegrees, double DenominatorDegrees, double Statistic, double PValue);

/// <summary>Tests of the whole terms of the conditional part: one row for a factor with many levels. R's anova of lmerTest, and car's
/// Anova.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class TermTests : IReadOnlyList<TermTest>, IRichDisplay, IResultTable
{
    private readonly TermTest[] _rows;

    internal TermTests(GlmmFit fit, TestKind kind, DenominatorDegrees degrees)
    {
        (Kind, Degrees) = (kind, degrees);
        var inference = FixedEffectInference.For(fit, degrees);
        _rows = [.. TermHypotheses.Of(fit, kind, inference.Covariance).Select(h =>
        {
            var (statistic, denominator) = inference.Joint(h.L, h.L * inference.Estimates);
            var numerator = h.L.RowCount;
            var infinite = double.IsPositiveInfinity(denominator);
            return new TermTest(h.Term, numerator, denominator, infinite ? statistic * numerator : statistic,
                FDistribution.UpperTail(statistic, numerator, denominator));
        })];
    }

    /// <summary>Which hypotheses.</summary>
    public TestKind Kind { get; }

    /// <summary>Where denominator degrees of freedom come from.</summary>
    public DenominatorDegrees Degrees { get; }

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public TermTest this[int index] => _rows[index];

    /// <summary>The test of a term.</summary>
    /// <exception cref="GlmmException">There is no such term.</exception>
    public TermTest this[string term]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(term);
            return Array.Find(_rows, r => r.Term == term)
                ?? throw new GlmmException($"There is no term \"{term}\"{NearestName.Suggestion(term, _rows.Select(r => r.Term))}");
        }
    }

    /// <summary>The tests as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Term"] = Array.ConvertAll(_rows, r => r.Term),
        ["NumeratorDegrees"] = Array.ConvertAll(_rows, r => (double)r.NumeratorDegrees),
        ["DenominatorDegrees"] = Array.ConvertAll(_rows, r => r.DenominatorDegrees),
        ["Statistic"] = Array.ConvertAll(_rows, r => r.Statistic),
        ["PValue"] = Array.ConvertAll(_rows, r => r.PValue),
    });

    /// <inheritdoc/>
    public IEnumerator<TermTest> GetEnumerator() => ((IEnumerable<TermTest>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    private TableContent Table()
    {
        var f = Degrees != EcoGlmm.DenominatorDegrees.Infinite;
        var type = Kind switch { TestKind.TypeOne => "I", TestKind.TypeTwo => "II", _ => "III" };
        var note = DegreesWords.Of(Degrees);
        var content = new TableContent($"Tests of terms (type {type})") { Note = Names.Capitalised(note) + "." }.Text("").Number("df");
        if (f) content.Number("Denominator df");
        content.Number(f ? "F" : "χ²").Number("p");
        foreach (var r in _rows)
        {
            content.Row([r.Term, NumberFormat.Count(r.NumeratorDegrees), .. f ? [NumberFormat.Fixed(r.DenominatorDegrees, 1)]
                : Array.Empty<string>(),
                NumberFormat.Fixed(r.Statistic, 2), NumberFormat.PValue(r.PValue)]);
        }

        return content;
    }
}
