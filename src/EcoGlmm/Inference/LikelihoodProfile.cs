using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>The profile likelihood of one parameter. Immutable, and safe to share among threads.</summary>
public sealed class LikelihoodProfile : IResultTable, IIntervalTable
{
    private readonly double[] _values;
    private readonly double[] _roots;
    private readonly double _quantile;

    internal LikelihoodProfile(Interval interval, double level, double quantile, double[] values, double[] roots) =>
        (Interval, Level, _quantile, _values, _roots) = (interval, level, quantile, values, roots);

    /// <summary>The estimate, and where the profile reaches the quantile: the profile interval.</summary>
    public Interval Interval { get; }

    /// <summary>Coverage of the interval.</summary>
    public double Level { get; }

    /// <summary>Values of the parameter, ascending.</summary>
    public IReadOnlyList<double> Values => Array.AsReadOnly(_values);

    /// <summary>
    /// ζ = ±√(2(ℓ̂ − ℓ)) at each of <see cref="Values"/>, negative below the estimate: a straight line where the log-likelihood is a
    /// parabola and Wald intervals are right.
    /// </summary>
    public IReadOnlyList<double> SignedRoots => Array.AsReadOnly(_roots);

    /// <summary>The profile as data: Value, SignedRoot and LogLikelihoodDrop, a row for each value.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_values.Select((v, i) => new { Value = v, SignedRoot = _roots[i],
        LogLikelihoodDrop = 0.5 * _roots[i] * _roots[i] }));

    /// <summary>The signed root and the log-likelihood along the parameter, with the interval.</summary>
    public Figure Plot()
    {
        string[] text = [.. _values.Select((v, i) => $"{Interval.Name} = {NumberFormat.Significant(v, 4)}\nζ = "
            + $"{NumberFormat.Fixed(_roots[i], 2)}")];
        Panel Of(string title, double[] y, Axis axis, params PanelShape[] shapes) =>
            new(title, new LineTrace(_values, y) { Color = Palette.Blue, Text = text }, new PointTrace(_values, y) { Color = Palette.Blue,
                Size = 5, Text = text })
            {
                XAxis = Interval.Name,
                YAxis = axis,
                Shapes = [PanelShape.VerticalBand(Interval.Lower, Interval.Upper) with { Color = Palette.SkyBlue }, .. shapes],
            };
        return new Figure($"Profile likelihood of {Interval.Name}",
            Of("Signed root", _roots, "ζ", PanelShape.HorizontalLine(-_quantile), PanelShape.HorizontalLine(_quantile)),
            Of("Log-likelihood", [.. _roots.Select(r => -0.5 * r * r)], "Below the maximum", PanelShape.HorizontalLine(-0.5 * _quantile
                * _quantile)))
        {
            Subtitle = $"{NumberFormat.Significant(100 * Level)} % interval {NumberFormat.Significant(Interval.Lower, 3)} to "
                + $"{NumberFormat.Significant(Interval.Upper, 3)}; the straighter the root, the better a Wald interval",
            Columns = 2,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Html(Plot().ToHtml()).ToHtml();

    private TableContent Table()
    {
        var content = new TableContent($"Profile likelihood of {Interval.Name}")
        {
            Note = $"{NumberFormat.Significant(100 * Level)} % interval {NumberFormat.Significant(Interval.Lower, 4)} to "
                + $"{NumberFormat.Significant(Interval.Upper, 4)}.",
        }.Number(Interval.Name).Number("ζ").Number("Log-likelihood below the maximum");
        for (var i = 0; i < _values.Length; i++)
            content.Row(NumberFormat.Significant(_values[i], 4), NumberFormat.Fixed(_roots[i], 3),
                NumberFormat.Fixed(0.5 * _roots[i] * _roots[i], 3));
        return content;
    }
}
