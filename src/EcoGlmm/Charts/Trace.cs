namespace EcoGlmm;

/// <summary>The symbol that marks a point.</summary>
public enum MarkerSymbol
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>A triangle that points up.</summary>
    Triangle,

    /// <summary>A diagonal cross.</summary>
    Cross,

    /// <summary>A five-pointed star.</summary>
    Star,
}

/// <summary>How a line is broken.</summary>
public enum LineDash
{
    /// <summary>Unbroken.</summary>
    Solid,

    /// <summary>Dashes.</summary>
    Dash,

    /// <summary>Dots.</summary>
    Dot,
}

/// <summary>One series of a <see cref="Panel"/>: points, a line, a histogram, bars, a box or a raster.</summary>
/// <remarks>Values that are NaN or infinite are left out of the drawing.</remarks>
public abstract record Trace
{
    private protected Trace()
    {
    }

    /// <summary>The name, shown in the legend and on hovering.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the legend lists the trace.</summary>
    public bool ShowInLegend { get; init; }

    /// <summary>A colour as #RRGGBB or <see cref="Palette.Ink"/>; null takes the next of <see cref="Palette.Colors"/>.</summary>
    public string? Color { get; init; }

    /// <summary>From 0 (invisible) to 1 (opaque).</summary>
    public double Opacity { get; init; } = 1;
}

/// <summary>Points, one for each pair of <paramref name="X"/> and <paramref name="Y"/>.</summary>
/// <param name="X">The horizontal positions.</param>
/// <param name="Y">The vertical positions, as many.</param>
public sealed record PointTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y) : Trace
{
    /// <summary>What hovering over each point shows; null shows its coordinates.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>A value carried along with each point for scripts, such as its row number; not shown.</summary>
    public IReadOnlyList<double>? CustomData { get; init; }

    /// <summary>The diameter, in pixels.</summary>
    public double Size { get; init; } = 6;

    /// <summary>The symbol of every point.</summary>
    public MarkerSymbol Symbol { get; init; }

    /// <summary>A colour for each point, before <see cref="Trace.Color"/>.</summary>
    public IReadOnlyList<string>? Colors { get; init; }

    /// <summary>A diameter for each point, in pixels, before <see cref="Size"/>.</summary>
    public IReadOnlyList<double>? Sizes { get; init; }

    /// <summary>A symbol for each point, before <see cref="Symbol"/>.</summary>
    public IReadOnlyList<MarkerSymbol>? Symbols { get; init; }

    /// <summary>The left end of a horizontal interval through each point.</summary>
    public IReadOnlyList<double>? XLower { get; init; }

    /// <summary>The right end of a horizontal interval through each point.</summary>
    public IReadOnlyList<double>? XUpper { get; init; }

    /// <summary>The lower end of a vertical interval through each point.</summary>
    public IReadOnlyList<double>? YLower { get; init; }

    /// <summary>The upper end of a vertical interval through each point.</summary>
    public IReadOnlyList<double>? YUpper { get; init; }
}

/// <summary>A line, with a band around it if both <see cref="Lower"/> and <see cref="Upper"/> are given.</summary>
/// <param name="X">The horizontal positions, in the order in which they are joined.</param>
/// <param name="Y">The vertical positions, as many; a NaN breaks the line.</param>
public sealed record LineTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y) : Trace
{
    /// <summary>What hovering over each vertex shows; null shows its coordinates.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>The lower edge of the band, such as a confidence limit, at each X.</summary>
    public IReadOnlyList<double>? Lower { get; init; }

    /// <summary>The upper edge of the band at each X.</summary>
    public IReadOnlyList<double>? Upper { get; init; }

    /// <summary>The thickness, in pixels.</summary>
    public double Width { get; init; } = 2;

    /// <summary>How the line is broken.</summary>
    public LineDash Dash { get; init; }
}

/// <summary>A histogram of values.</summary>
/// <param name="Values">The values, in any order.</param>
public sealed record HistogramTrace(IReadOnlyList<double> Values) : Trace
{
    /// <summary>The lower edge of the first bin; null chooses a round number.</summary>
    public double? BinStart { get; init; }

    /// <summary>The width of the bins; null chooses a round number near the rule of Freedman and Diaconis.</summary>
    public double? BinWidth { get; init; }

    /// <summary>Whether the bars have a total area of one; if not, they count.</summary>
    public bool Density { get; init; }
}

/// <summary>Vertical bars that stand on zero.</summary>
/// <param name="X">The centres of the bars.</param>
/// <param name="Heights">Their heights, as many.</param>
public sealed record BarTrace(IReadOnlyList<double> X, IReadOnlyList<double> Heights) : Trace
{
    /// <summary>What hovering over each bar shows; null shows its height.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>The width of a bar, in units of X.</summary>
    public double Width { get; init; } = 0.8;
}

/// <summary>A box plot: median, quartiles, whiskers to the last value within 1.5 interquartile ranges, outliers.</summary>
/// <param name="Position">Where the box stands on the horizontal axis.</param>
/// <param name="Values">The values, in any order.</param>
public sealed record BoxTrace(double Position, IReadOnlyList<double> Values) : Trace
{
    /// <summary>The width of the box, in units of the horizontal axis.</summary>
    public double Width { get; init; } = 0.6;
}
