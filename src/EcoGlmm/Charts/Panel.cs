namespace EcoGlmm;

/// <summary>One pair of axes of a <see cref="Figure"/> and what is drawn in it.</summary>
public sealed record Panel
{
    /// <summary>A panel.</summary>
    /// <param name="title">The heading; null for none.</param>
    /// <param name="traces">The series, drawn in this order.</param>
    public Panel(string? title, params IReadOnlyList<PanelTrace> traces)
    {
        ArgumentNullException.ThrowIfNull(traces);
        Title = title;
        Traces = traces;
    }

    /// <summary>The heading.</summary>
    public string? Title { get; init; }

    /// <summary>The series, drawn in this order.</summary>
    public IReadOnlyList<PanelTrace> Traces { get; init; }

    /// <summary>The horizontal axis.</summary>
    public Axis XAxis { get; init; } = new();

    /// <summary>The vertical axis.</summary>
    public Axis YAxis { get; init; } = new();

    /// <summary>Whether a unit is as long to the right as upwards, as on a map.</summary>
    public bool EqualScales { get; init; }

    /// <summary>Reference lines and bands.</summary>
    public IReadOnlyList<PanelShape> Shapes { get; init; } = [];

    /// <summary>Words in or above the panel, such as the p-values of the tests that belong to the picture.</summary>
    public IReadOnlyList<PanelAnnotation> Annotations { get; init; } = [];
}

/// <summary>A reference line or a band, which spans the panel where it has no coordinate.</summary>
public sealed record PanelShape
{
    private PanelShape(bool isBand, double? x0, double? y0, double? x1, double? y1)
    {
        IsBand = isBand;
        (X0, Y0, X1, Y1) = (x0, y0, x1, y1);
        Opacity = isBand ? 0.15 : 0.7;
        Dash = isBand ? LineDash.Solid : LineDash.Dash;
    }

    /// <summary>Whether the shape is a filled rectangle; if not, it is a line.</summary>
    public bool IsBand { get; }

    /// <summary>The left end, in data units; null is the panel's edge.</summary>
    public double? X0 { get; }

    /// <summary>The lower end, in data units; null is the panel's edge.</summary>
    public double? Y0 { get; }

    /// <summary>The right end, in data units; null is the panel's edge.</summary>
    public double? X1 { get; }

    /// <summary>The upper end, in data units; null is the panel's edge.</summary>
    public double? Y1 { get; }

    /// <summary>A colour as #RRGGBB or <see cref="Palette.Ink"/>.</summary>
    public string Color { get; init; } = Palette.Ink;

    /// <summary>From 0 (invisible) to 1 (opaque).</summary>
    public double Opacity { get; init; }

    /// <summary>The thickness of a line, in pixels.</summary>
    public double Width { get; init; } = 1.5;

    /// <summary>How a line is broken.</summary>
    public LineDash Dash { get; init; }

    /// <summary>Whether the shape lies over the traces; if not, it lies under them.</summary>
    public bool OverTraces { get; init; }

    /// <summary>A line across the panel.</summary>
    /// <param name="y">Its height, in data units.</param>
    public static PanelShape HorizontalLine(double y) => new(false, null, y, null, y);

    /// <summary>A line from the bottom to the top of the panel.</summary>
    /// <param name="x">Its position, in data units.</param>
    public static PanelShape VerticalLine(double x) => new(false, x, null, x, null);

    /// <summary>A line between two points, in data units.</summary>
    /// <param name="x0">Horizontal position of the first point.</param>
    /// <param name="y0">Vertical position of the first point.</param>
    /// <param name="x1">Horizontal position of the second point.</param>
    /// <param name="y1">Vertical position of the second point.</param>
    public static PanelShape Segment(double x0, double y0, double x1, double y1) => new(false, x0, y0, x1, y1);

    /// <summary>A band across the panel.</summary>
    /// <param name="lower">Its lower edge, in data units.</param>
    /// <param name="upper">Its upper edge, in data units.</param>
    public static PanelShape HorizontalBand(double lower, double upper) => new(true, null, lower, null, upper);

    /// <summary>A band from the bottom to the top of the panel.</summary>
    /// <param name="left">Its left edge, in data units.</param>
    /// <param name="right">Its right edge, in data units.</param>
    public static PanelShape VerticalBand(double left, double right) => new(true, left, null, right, null);
}

/// <summary>Where a <see cref="PanelAnnotation"/> stands.</summary>
public enum AnnotationPlace
{
    /// <summary>Between the panel's title and its plot, where it covers no data.</summary>
    Header,

    /// <summary>In the upper left corner of the plot.</summary>
    TopLeft,

    /// <summary>In the upper right corner of the plot.</summary>
    TopRight,

    /// <summary>In the lower left corner of the plot.</summary>
    BottomLeft,

    /// <summary>In the lower right corner of the plot.</summary>
    BottomRight,
}

/// <summary>A line of words in a panel; several in one place stand one under the other.</summary>
/// <param name="Text">The words.</param>
/// <param name="Place">Where they stand.</param>
public sealed record PanelAnnotation(string Text, AnnotationPlace Place = AnnotationPlace.Header)
{
    /// <summary>A colour as #RRGGBB or <see cref="Palette.Ink"/>.</summary>
    public string Color { get; init; } = Palette.Ink;

    /// <summary>Whether the words are set in bold type.</summary>
    public bool Bold { get; init; }
}
