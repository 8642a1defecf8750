namespace EcoGlmm.Charts;

/// <summary>The values that the two axes of a panel have to reach.</summary>
internal sealed class PanelExtent
{
    public PanelExtent(Panel panel)
    {
        foreach (var trace in panel.Traces)
            trace.Extend(this);
        foreach (var shape in panel.Shapes)
        {
            Add(X, shape.X0, shape.X1);
            Add(Y, shape.Y0, shape.Y1);
        }
    }

    public List<double> X { get; } = [];

    public List<double> Y { get; } = [];

    /// <summary>Whether the vertical axis begins at zero, because something stands on it.</summary>
    public bool YFromZero { get; set; }

    private static void Add(List<double> values, double? first, double? second)
    {
        if (first is { } a)
            values.Add(a);
        if (second is { } b)
            values.Add(b);
    }
}
