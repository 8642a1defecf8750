using System.Collections;
using EcoGlmm.Data;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>A smooth, its slope, or the difference of two, at one place.</summary>
/// <param name="X">The covariate.</param>
/// <param name="Estimate">The estimate, on the scale of the linear predictor.</param>
/// <param name="StandardError">Its posterior standard deviation given the smoothing parameters.</param>
/// <param name="Lower">Lower end of the interval at this place.</param>
/// <param name="Upper">Upper end of the interval at this place.</param>
/// <param name="SimultaneousLower">Lower end of the band that holds the whole curve at once.</param>
/// <param name="SimultaneousUpper">Upper end of the band that holds the whole curve at once.</param>
public sealed record SmoothPoint(double X, double Estimate, double StandardError, double Lower, double Upper, double SimultaneousLower,
    double SimultaneousUpper)
{
    /// <summary>Whether the simultaneous band leaves zero out here.</summary>
    public bool DiffersFromZero => SimultaneousLower > 0 || SimultaneousUpper < 0;
}

/// <summary>A smooth of one covariate, its slope, or the difference of two smooths, along the covariate.</summary>
/// <remarks>Immutable, and safe to share among threads.</remarks>
public sealed class SmoothCurve : IReadOnlyList<SmoothPoint>, IResultTable, IIntervalTable
{
    private readonly SmoothPoint[] _points;

    internal SmoothCurve(string name, string variable, double level, double critical, IEnumerable<SmoothPoint> points)
    {
        (Name, Variable, Level, Critical) = (name, variable, level, critical);
        _points = [.. points];
    }

    /// <summary>What it is: "s(age)", "slope of s(age)".</summary>
    public string Name { get; }

    /// <summary>The covariate.</summary>
    public string Variable { get; }

    /// <summary>Coverage of the intervals.</summary>
    public double Level { get; }

    /// <summary>How many standard errors the simultaneous band is wide on either side.</summary>
    public double Critical { get; }

    /// <inheritdoc/>
    public int Count => _points.Length;

    /// <inheritdoc/>
    public SmoothPoint this[int index] => _points[index];

    /// <summary>The stretches of the covariate in which the simultaneous band leaves zero out, and on which side the estimate
    /// lies.</summary>
    public IReadOnlyList<(double From, double To, bool IsPositive)> DifferentFromZero
    {
        get
        {
            var result = new List<(double, double, bool)>();
            for (var i = 0; i < _points.Length; i++)
            {
                if (!_points[i].DiffersFromZero) continue;
                var first = i;
                var isPositive = _points[i].Estimate > 0;
                while (i + 1 < _points.Length && _points[i + 1].DiffersFromZero && _points[i + 1].Estimate > 0 == isPositive) i++;
                result.Add((_points[first].X, _points[i].X, isPositive));
            }

            return result;
        }
    }

    /// <summary>The curve with both bands; where the wider one leaves zero out, zero's line is marked.</summary>
    public Figure Plot()
    {
        double[] x = [.. _points.Select(p => p.X)];
        var traces = new List<PanelTrace>
        {
            new LineTrace(x, [.. _points.Select(p => p.Estimate)])
            {
                Name = "simultaneous", Color = Palette.SkyBlue, Width = 0.5,
                Lower = [.. _points.Select(p => p.SimultaneousLower)], Upper = [.. _points.Select(p => p.SimultaneousUpper)],
            },
            new LineTrace(x, [.. _points.Select(p => p.Estimate)])
            {
                Name = Name, Color = Palette.Blue, Width = 2.5,
                Lower = [.. _points.Select(p => p.Lower)], Upper = [.. _points.Select(p => p.Upper)],
            },
        };
        traces.AddRange(DifferentFromZero.Select(s => new LineTrace([s.From, s.To], [0, 0]) { Name = "differs from zero",
            Color = Palette.Vermillion, Width = 4 }));
        return new Figure(Name, new Panel(null, traces) { XAxis = Variable, YAxis = Name, Shapes = [PanelShape.HorizontalLine(0)] })
        {
            Subtitle = $"{NumberFormat.Significant(100 * Level)} % intervals at each place (dark) and of the whole curve (light)",
            PanelHeight = 380,
        };
    }

    /// <summary>One row for each place, with the columns X (by the covariate's name), Estimate, StandardError, Lower, Upper,
    /// SimultaneousLower and SimultaneousUpper.</summary>
    public FieldData ToFieldData() => FieldData.FromRows(_points.Select(p => new
    {
        p.X, p.Estimate, p.StandardError, p.Lower, p.Upper, p.SimultaneousLower, p.SimultaneousUpper,
    })).Rename("X", Variable);

    private TableContent Content()
    {
        var content = new TableContent(Name).Number(Variable).Number("Estimate").Number("Std. error").Number("Lower")
            .Number("Upper").Text("");
        foreach (var p in _points)
        {
            content.Row([NumberFormat.Significant(p.X), NumberFormat.Significant(p.Estimate, 3),
                NumberFormat.Significant(p.StandardError, 3),
                NumberFormat.Significant(p.Lower, 3), NumberFormat.Significant(p.Upper, 3), p.DiffersFromZero ? "*" : ""]);
        }

        return content;
    }

    /// <inheritdoc/>
    public IEnumerator<SmoothPoint> GetEnumerator() => ((IEnumerable<SmoothPoint>)_points).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Content());

    /// <inheritdoc/>
    public string ToHtml() => ResultTable.Html(Content());
}
