namespace EcoGlmm.Charts;

/// <summary>An axis with its range settled: from the panel's settings, or else from everything drawn in it.</summary>
internal sealed class AxisFrame
{
    private const double Margin = 0.04;

    private AxisFrame(Axis axis, double low, double high)
    {
        Axis = axis;
        Low = low;
        High = high;
    }

    public Axis Axis { get; }

    /// <summary>The lower end in axis units: the value, its decimal logarithm or its square root.</summary>
    public double Low { get; }

    /// <summary>The upper end in axis units.</summary>
    public double High { get; }

    public bool IsLog => Axis.Scale == AxisScale.Log && Axis.Categories is null;

    public bool IsSquareRoot => Axis.Scale == AxisScale.SquareRoot && Axis.Categories is null;

    /// <summary>Both ends as values.</summary>
    public (double Low, double High) Ends => (ValueAt(Low), ValueAt(High));

    /// <summary>From 0 at the left or lower end to 1 at the other; NaN for what cannot be drawn.</summary>
    public double Fraction(double value)
    {
        var fraction = (Unit(value) - Low) / (High - Low);
        return Axis.Reversed ? 1 - fraction : fraction;
    }

    /// <param name="length">Of the axis, in pixels.</param>
    /// <param name="spacing">About how far apart ticks of numbers are to be.</param>
    /// <param name="room">The width that names of categories may take; null shortens them by their letters.</param>
    public IReadOnlyList<(double Fraction, string Label)> Ticks(double length, double spacing, double? room = null)
    {
        if (Axis.Categories is not null)
            return CategoryTicks(length, room).Select(t => (Fraction(t.Position), t.Label)).ToArray();
        var count = Math.Max(2, (int)(length / spacing));
        var ticks = IsLog ? NiceTicks.Log(Low, High, count) : IsSquareRoot ? NiceTicks.SquareRoot(Low, High, count)
            : NiceTicks.Linear(Low, High, count);
        var from = Axis.TicksFrom is { } first ? Unit(first) : double.NegativeInfinity;
        return ticks.Where(t => t.Value >= from)
            .Select(t => ((Axis.Reversed ? High - t.Value : t.Value - Low) / (High - Low), t.Label)).ToArray();
    }

    /// <summary>The categories to label: every one, or every second, third … if there is no room for all.</summary>
    /// <param name="length">Of the axis, in pixels.</param>
    /// <param name="room">The width of a name, on several lines if need be; null for one line, shortened by its letters.</param>
    public IReadOnlyList<(int Position, string Label)> CategoryTicks(double length, double? room)
    {
        var names = Axis.Categories!;
        var step = Math.Max(1, (int)Math.Ceiling(names.Count * FigureGeometry.NameLineHeight / length));
        return Enumerable.Range(0, names.Count).Where(i => i % step == 0).Select(i => (i, room is { } width && step == 1
            ? TextWidth.WrapName(names[i], width, FigureGeometry.TickFont) : TextWidth.Shorten(names[i], LongestName))).ToArray();
    }

    /// <summary>The letters of a name on one line that are shown, before an ellipsis.</summary>
    public const int LongestName = 24;

    public static (AxisFrame X, AxisFrame Y) Of(Panel panel)
    {
        var extent = new PanelExtent(panel);
        return (Settle(panel.XAxis, extent.X, false), Settle(panel.YAxis, extent.Y, extent.YFromZero));
    }

    /// <summary>Two axes of which the tighter one is widened so that a unit is as long on both.</summary>
    public static (AxisFrame X, AxisFrame Y) Equal(AxisFrame x, AxisFrame y, double width, double height)
    {
        var unit = Math.Max((x.High - x.Low) / width, (y.High - y.Low) / height);
        return (Widened(x, unit * width), Widened(y, unit * height));

        static AxisFrame Widened(AxisFrame frame, double length) =>
            new(frame.Axis, 0.5 * (frame.Low + frame.High - length), 0.5 * (frame.Low + frame.High + length));
    }

    private double Unit(double value) => Unit(Axis, value);

    /// <summary>The value at a place in axis units.</summary>
    public double ValueAt(double unit) => IsLog ? Math.Pow(10, unit) : IsSquareRoot ? Math.Abs(unit) * unit : unit;

    /// <summary>A value in units of the axis; NaN for what cannot be drawn.</summary>
    public static double Unit(Axis axis, double value) => axis.Categories is not null ? value : axis.Scale switch
    {
        AxisScale.Log => value > 0 ? Math.Log10(value) : double.NaN,
        AxisScale.SquareRoot => Math.CopySign(Math.Sqrt(Math.Abs(value)), value),
        _ => value,
    };

    private static AxisFrame Settle(Axis axis, List<double> values, bool fromZero)
    {
        var log = axis.Scale == AxisScale.Log && axis.Categories is null;
        var units = values.Select(v => Unit(axis, v)).Where(double.IsFinite).ToArray();
        if (axis.Categories is { Count: > 0 } names)
            units = [.. units, -0.5, names.Count - 0.5];
        var (low, high) = units.Length == 0 ? (0.0, 1.0) : (units.Min(), units.Max());
        if (high - low <= 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)))
            (low, high) = (low - 0.5, high + 0.5);
        var margin = axis.Categories is null ? Margin * (high - low) : 0;
        var from = End(axis, axis.Minimum);
        var to = End(axis, axis.Maximum);
        var settledLow = from ?? (fromZero && !log && low >= 0 ? 0 : low - margin);
        var settledHigh = to ?? (fromZero && !log && high <= 0 ? 0 : high + margin);
        return settledHigh > settledLow ? new(axis, settledLow, settledHigh) : new(axis, settledLow, settledLow + 1);
    }

    private static double? End(Axis axis, double? value) => value is { } end && Unit(axis, end) is var unit && double.IsFinite(unit)
        ? unit : null;
}
