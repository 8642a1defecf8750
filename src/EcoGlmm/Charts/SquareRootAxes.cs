namespace EcoGlmm.Charts;

/// <summary>Plotly knows no axes of square roots: it gets the square roots, on linear axes.</summary>
internal static class SquareRootAxes
{
    public static bool AreIn(Panel panel) => Is(panel.XAxis) || Is(panel.YAxis);

    /// <summary>The panel as Plotly draws it.</summary>
    public static Panel Replaced(Panel panel) => !AreIn(panel) ? panel : panel with
    {
        Traces = [.. panel.Traces.Select(trace => trace.Moved(v => AxisFrame.Unit(Linear(panel.XAxis), v),
            v => AxisFrame.Unit(Linear(panel.YAxis), v)))],
        XAxis = Moved(panel.XAxis),
        YAxis = Moved(panel.YAxis),
    };

    /// <summary>Where Plotly draws a value.</summary>
    public static double Position(Axis axis, double value) => Is(axis) ? AxisFrame.Unit(axis, value) : value;

    private static bool Is(Axis axis) => axis.Scale == AxisScale.SquareRoot && axis.Categories is null;

    // Only square roots are taken here: logarithms are Plotly's own.
    private static Axis Linear(Axis axis) => Is(axis) ? axis : new Axis();

    private static Axis Moved(Axis axis) => !Is(axis) ? axis : axis with
    {
        Scale = AxisScale.Linear,
        Minimum = axis.Minimum is { } low ? AxisFrame.Unit(axis, low) : null,
        Maximum = axis.Maximum is { } high ? AxisFrame.Unit(axis, high) : null,
    };
}
