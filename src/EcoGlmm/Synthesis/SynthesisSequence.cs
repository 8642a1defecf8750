using System.Collections;
using EcoGlmm.Syntheses;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A synthesis of some of the studies.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
/// <param name="Name">The study left out, or the last one added.</param>
/// <param name="Count">Studies, or effect sizes, in it.</param>
/// <param name="Estimate">The mean effect; NaN where those studies do not determine it.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Lower">Lower end of its interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="PValue">p-value of no effect.</param>
/// <param name="Tau">Standard deviation of true effects.</param>
/// <param name="I2">Share of the variance that is not from sampling, in per cent.</param>
/// <param name="Q">Cochran's Q.</param>
public sealed record SynthesisStep(string Name, int Count, double Estimate, double StandardError, double Lower, double Upper, double PValue,
    double Tau, double I2, double Q);

/// <summary>A synthesis again and again: without each study in turn, or with one more study each time.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SynthesisSequence : IReadOnlyList<SynthesisStep>, IResultTable
{
    private readonly SynthesisStep[] _rows;
    private readonly Synthesis _whole;
    private readonly string _title;
    private readonly string _header;

    private SynthesisSequence(Synthesis whole, string title, string header, SynthesisStep[] rows) => (_whole, _title, _header, _rows) =
        (whole, title, header, rows);

    /// <inheritdoc/>
    public int Count => _rows.Length;

    /// <inheritdoc/>
    public SynthesisStep this[int index] => _rows[index];

    /// <summary>The table as data, one row each.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_rows);

    /// <summary>The estimates with their intervals, and that of all studies.</summary>
    public Figure Plot()
    {
        var shown = _rows.Select((r, i) => (r, Place: _rows.Length - i)).Where(p => double.IsFinite(p.r.Lower)
            && double.IsFinite(p.r.Upper)).ToArray();
        return new Figure(_title, new Panel(null,
            new PointTrace(Array.ConvertAll(shown, p => p.r.Estimate), Array.ConvertAll(shown, p => (double)p.Place))
            {
                XLower = Array.ConvertAll(shown, p => p.r.Lower),
                XUpper = Array.ConvertAll(shown, p => p.r.Upper),
                Color = Palette.Blue,
                Size = 6,
                Text = Array.ConvertAll(shown, p => $"{p.r.Name}: {NumberFormat.Significant(p.r.Estimate, 3)}, {p.r.Count} of "
                    + $"{_whole.Count}"),
            },
            new PointTrace([_whole.Estimate], [0]) { XLower = [_whole.Lower], XUpper = [_whole.Upper], Color = Palette.Vermillion,
                Symbol = MarkerSymbol.Diamond, Size = 10 })
        {
            XAxis = $"Mean effect, {NumberFormat.Significant(100 * _whole.Level)} % interval",
            YAxis = new Axis { Categories = ["all", .. _rows.Reverse().Select(r => r.Name)], Minimum = -0.7, Maximum = _rows.Length + 0.7 },
            Shapes = [PanelShape.VerticalLine(0),
                PanelShape.VerticalLine(_whole.Estimate) with { Color = Palette.Vermillion, Dash = LineDash.Dot }],
        })
        { PanelHeight = 90 + 20 * (_rows.Length + 1) };
    }

    /// <inheritdoc/>
    public IEnumerator<SynthesisStep> GetEnumerator() => ((IEnumerable<SynthesisStep>)_rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Table());

    internal static SynthesisSequence LeaveOneOut(Synthesis whole, SynthesisNumbers numbers, CancellationToken cancellation)
    {
        var k = numbers.Studies.Count;
        int[] all = [.. Enumerable.Range(0, k)];
        return new SynthesisSequence(whole, "Without each in turn", "Without",
            [.. all.Select(i => Step(numbers, [.. all.Where(j => j != i)], numbers.Studies[i].Name, cancellation))]);
    }

    internal static SynthesisSequence Cumulative(Synthesis whole, SynthesisNumbers numbers, string? order, CancellationToken cancellation)
    {
        int[] places = [.. Enumerable.Range(0, numbers.Studies.Count)];
        if (order is not null)
        {
            if (numbers.Ordering is not { } ordering)
            {
                throw new GlmmException("Counts are added up in the order of the data; sort the data by the column first (data.SortBy).");
            }

            var keys = ordering(order);
            places = [.. places.OrderBy(i => keys[i])];
        }

        return new SynthesisSequence(whole, "One more each time", "Up to",
            [.. places.Select((p, i) => Step(numbers, places[..(i + 1)], numbers.Studies[p].Name, cancellation))]);
    }

    private static SynthesisStep Step(SynthesisNumbers numbers, int[] kept, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (kept.Length == 1 && !numbers.IsOfCounts && numbers.FixedEffects.Count == 1)
        {
            // one effect size has no variance between studies
            var only = numbers.Studies[kept[0]];
            var error = Math.Sqrt(only.Variance);
            var reach = (only.Upper - only.Lower) / 2;
            return new SynthesisStep(name, 1, only.Estimate, error, only.Estimate - reach, only.Estimate + reach,
                2 * Numerics.SpecialFunctions.NormalCdf(-Math.Abs(only.Estimate / error)), 0, 0, 0);
        }

        try
        {
            var part = numbers.Refit(kept);
            return new SynthesisStep(name, kept.Length, part.Estimate, part.StandardError, part.Lower, part.Upper, part.PValue, part.Tau,
                part.I2, part.Q);
        }
        catch (GlmmException)
        {
            return new SynthesisStep(name, kept.Length, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN,
                double.NaN, double.NaN);
        }
    }

    private TableContent Table()
    {
        var content = new TableContent(_title).Text(_header).Number("Studies").Number("Estimate").Number("Std. error");
        ResultTable.Ends(content, _whole.Level);
        content.Number("p").Number("τ").Number("I² (%)");
        foreach (var r in _rows)
        {
            content.Row(r.Name, NumberFormat.Count(r.Count), NumberFormat.Significant(r.Estimate, 3),
                NumberFormat.Significant(r.StandardError, 3), NumberFormat.Significant(r.Lower, 3),
                NumberFormat.Significant(r.Upper, 3), NumberFormat.PValue(r.PValue), NumberFormat.Significant(r.Tau, 3),
                NumberFormat.Fixed(r.I2, 1));
        }

        return content;
    }
}
