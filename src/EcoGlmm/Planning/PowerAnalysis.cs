using System.Collections;
using EcoGlmm.Text;

namespace EcoGlmm;

/// <summary>What a design would find.</summary>
/// <param name="Design">Its name, or its size.</param>
/// <param name="Rows">Rows of data.</param>
/// <param name="Power">The share of simulations with a significant test.</param>
/// <param name="Lower">Lower end of the 95 % Monte Carlo interval (Wilson's).</param>
/// <param name="Upper">Upper end.</param>
/// <param name="Bias">Mean of the estimates less the true effect.</param>
/// <param name="Coverage">The share of intervals that hold the true effect.</param>
/// <param name="TypeS">Of the significant estimates, the share with the wrong sign; NaN where the effect is zero.</param>
/// <param name="TypeM">The mean size of the significant estimates over the true size: how much a significant result exaggerates.</param>
/// <param name="Simulations">Simulations made.</param>
/// <param name="Failures">Of these, those whose fit did not converge: they count as not significant.</param>
public sealed record PowerPoint(string Design, int Rows, double Power, double Lower, double Upper, double Bias, double Coverage,
    double TypeS,
    double TypeM, int Simulations, int Failures)
{
    /// <summary>Where the design stands on the axis of a curve: its size where its name is a number, else its place.</summary>
    public double Size { get; init; }

    /// <summary>Mean standard error of the estimates.</summary>
    public double StandardError { get; init; }
}

/// <summary>
/// Power by simulation: what share of studies of each design would find the effect, and what they would say of its size.
/// </summary>
/// <remarks>
/// Errors of sign and size are those of A. Gelman &amp; J. Carlin (2014), Perspect. Psychol. Sci. 9, 641-651. The power of an effect as
/// large as
/// a pilot found it says no more than the pilot's p-value: give the effect that would matter.
/// <para>Immutable, and safe to share among threads.</para>
/// </remarks>
public sealed class PowerAnalysis : IReadOnlyList<PowerPoint>, IRichDisplay, IResultTable
{
    private readonly PowerPoint[] _points;

    internal PowerAnalysis(string effect, double truth, double alpha, IEnumerable<PowerPoint> points)
    {
        (Effect, Truth, Alpha) = (effect, truth, alpha);
        _points = [.. points];
    }

    /// <summary>The coefficient that is tested.</summary>
    public string Effect { get; }

    /// <summary>Its true value in the simulations.</summary>
    public double Truth { get; }

    /// <summary>The level of the test.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public int Count => _points.Length;

    /// <inheritdoc/>
    public PowerPoint this[int index] => _points[index];

    /// <summary>The power of a design by name.</summary>
    /// <exception cref="GlmmException">There is no such design.</exception>
    public PowerPoint this[string design]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(design);
            return Array.Find(_points, p => p.Design == design)
                ?? throw new GlmmException($"There is no design "
                    + $"\"{design}\"{NearestName.Suggestion(design, _points.Select(p => p.Design))}");
        }
    }

    /// <summary>The table as data, one row a design.</summary>
    public FieldData ToFieldData() => FieldData.From(new Dictionary<string, object>
    {
        ["Design"] = Array.ConvertAll(_points, p => p.Design),
        ["Rows"] = Array.ConvertAll(_points, p => (double)p.Rows),
        ["Power"] = Array.ConvertAll(_points, p => p.Power),
        ["Lower"] = Array.ConvertAll(_points, p => p.Lower),
        ["Upper"] = Array.ConvertAll(_points, p => p.Upper),
        ["Bias"] = Array.ConvertAll(_points, p => p.Bias),
        ["Coverage"] = Array.ConvertAll(_points, p => p.Coverage),
        ["TypeS"] = Array.ConvertAll(_points, p => p.TypeS),
        ["TypeM"] = Array.ConvertAll(_points, p => p.TypeM),
        ["Simulations"] = Array.ConvertAll(_points, p => (double)p.Simulations),
        ["Failures"] = Array.ConvertAll(_points, p => (double)p.Failures),
    });

    /// <summary>Power along the designs with its Monte Carlo band, and how much a significant result exaggerates.</summary>
    public Figure Plot()
    {
        double[] x = [.. _points.Select(p => p.Size)];
        double[] At(Func<PowerPoint, double> of) => [.. _points.Select(of)];
        var text = _points.Select(p => $"{p.Design}\npower {NumberFormat.Fixed(p.Power, 3)} ({NumberFormat.Fixed(p.Lower, 3)} to "
            + $"{NumberFormat.Fixed(p.Upper, 3)})").ToArray();
        var numeric = _points.All(p => double.TryParse(p.Design, System.Globalization.CultureInfo.InvariantCulture, out _));
        var axis = numeric ? new Axis("Size of the design") : new Axis("Design") { Categories = [.. _points.Select(p => p.Design)],
            Minimum = -0.5, Maximum = Count - 0.5 };
        return new Figure($"Power for {Effect} = {NumberFormat.Significant(Truth, 3)}",
            new Panel("Power", new LineTrace(x, At(p => p.Power)) { Lower = At(p => p.Lower), Upper = At(p => p.Upper), Text = text },
                new PointTrace(x, At(p => p.Power)) { Text = text })
            {
                XAxis = axis,
                YAxis = new Axis("Share of studies that find it") { Minimum = 0, Maximum = 1.02 },
                Shapes = [PanelShape.HorizontalLine(0.8)],
            },
            new Panel("Exaggeration of significant results", new LineTrace(x, At(p => p.TypeM)), new PointTrace(x, At(p => p.TypeM)))
            {
                XAxis = axis,
                YAxis = new Axis("Mean size over true size"),
                Shapes = [PanelShape.HorizontalLine(1)],
            })
        { Subtitle = $"Tests at {NumberFormat.Significant(Alpha)}; bands are of the simulation", Columns = 2 };
    }

    /// <inheritdoc/>
    public IEnumerator<PowerPoint> GetEnumerator() => ((IEnumerable<PowerPoint>)_points).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => ResultTable.Text(Table());

    /// <inheritdoc/>
    public string ToHtml() => new HtmlWriter().Heading($"Power for {Effect}").Table(Table()).Html(Plot().ToHtml()).ToHtml();

    private TableContent Table()
    {
        var failures = _points.Sum(p => p.Failures);
        var content = new TableContent($"Power for {Effect} = {NumberFormat.Significant(Truth, 3)}, tests at "
            + $"{NumberFormat.Significant(Alpha)}")
        {
            Note = "Interval: of the simulation. Type S: wrong sign, type M: exaggeration, among significant results." + (failures > 0
                ? $" {failures} fits did not converge and count as not significant." : ""),
        }.Text("Design").Number("Rows").Number("Power").Number("95 % interval").Number("Bias").Number("Std. error").Number("Coverage")
        .Number("Type S").Number("Type M").Number("Simulations");
        foreach (var p in _points)
        {
            content.Row(p.Design, NumberFormat.Count(p.Rows), NumberFormat.Fixed(p.Power, 3), $"{NumberFormat.Fixed(p.Lower, 3)} to "
                + $"{NumberFormat.Fixed(p.Upper, 3)}",
                NumberFormat.Significant(p.Bias, 2), NumberFormat.Significant(p.StandardError, 2), NumberFormat.Fixed(p.Coverage, 3),
                NumberFormat.Fixed(p.TypeS, 3),
                NumberFormat.Fixed(p.TypeM, 2), NumberFormat.Count(p.Simulations));
        }

        return content;
    }
}
