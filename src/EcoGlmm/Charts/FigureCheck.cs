namespace EcoGlmm.Charts;

/// <summary>Refuses figures whose lists do not match, before they are drawn wrongly.</summary>
internal static class FigureCheck
{
    public static void Check(IReadOnlyList<Panel> panels)
    {
        foreach (var panel in panels)
            foreach (var trace in panel.Traces)
                Check(trace);
    }

    /// <summary>Whether no trace of the figure has a value that can be drawn.</summary>
    public static bool IsEmpty(Figure figure) =>
        !figure.Panels.SelectMany(panel => panel.Traces).SelectMany(Heights).Any(double.IsFinite);

    private static IReadOnlyList<double> Heights(Trace trace) => trace switch
    {
        PointTrace t => t.Y,
        LineTrace t => t.Y,
        BarTrace t => t.Heights,
        HistogramTrace t => t.Values,
        BoxTrace t => t.Values,
        RasterTrace t => t.Values,
        _ => [],
    };

    private static void Check(Trace trace)
    {
        switch (trace)
        {
            case PointTrace t:
                Same(t, t.X.Count, t.Y.Count, "Y");
                Same(t, t.X.Count, t.Text?.Count, "Text");
                Same(t, t.X.Count, t.CustomData?.Count, "CustomData");
                Same(t, t.X.Count, t.Colors?.Count, "Colors");
                Same(t, t.X.Count, t.Sizes?.Count, "Sizes");
                Same(t, t.X.Count, t.Symbols?.Count, "Symbols");
                Both(t, t.XLower, t.XUpper, "XLower", "XUpper");
                Both(t, t.YLower, t.YUpper, "YLower", "YUpper");
                Same(t, t.X.Count, t.XLower?.Count, "XLower");
                Same(t, t.X.Count, t.XUpper?.Count, "XUpper");
                Same(t, t.X.Count, t.YLower?.Count, "YLower");
                Same(t, t.X.Count, t.YUpper?.Count, "YUpper");
                break;
            case LineTrace t:
                Same(t, t.X.Count, t.Y.Count, "Y");
                Same(t, t.X.Count, t.Text?.Count, "Text");
                Both(t, t.Lower, t.Upper, "Lower", "Upper");
                Same(t, t.X.Count, t.Lower?.Count, "Lower");
                Same(t, t.X.Count, t.Upper?.Count, "Upper");
                break;
            case BarTrace t:
                Same(t, t.X.Count, t.Heights.Count, "Heights");
                Same(t, t.X.Count, t.Text?.Count, "Text");
                break;
            case RasterTrace t when t.Values.Count != (long)t.X.Count * t.Y.Count:
                throw new GlmmException($"{Describe(trace)}: Values holds {t.Values.Count} numbers, but a raster of {t.X.Count} columns and {t.Y.Count} rows has "
                    + $"{(long)t.X.Count * t.Y.Count} cells.");
            case HistogramTrace { BinWidth: <= 0 or double.NaN }:
                throw new GlmmException($"{Describe(trace)}: the bin width must be positive.");
        }
    }

    private static void Same(Trace trace, int expected, int? actual, string list)
    {
        if (actual is { } count && count != expected)
            throw new GlmmException($"{Describe(trace)}: {list} holds {count} values and X holds {expected}. They must be as many.");
    }

    private static void Both(Trace trace, object? first, object? second, string firstName, string secondName)
    {
        if (first is null != second is null)
            throw new GlmmException($"{Describe(trace)}: give both {firstName} and {secondName}, or neither.");
    }

    private static string Describe(Trace trace) =>
        trace.Name is { Length: > 0 } name ? $"Trace '{name}' of the figure" : $"A {trace.GetType().Name} of the figure";
}
