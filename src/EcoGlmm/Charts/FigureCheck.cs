namespace EcoGlmm.Charts;

/// <summary>Refuses figures whose lists do not match, before they are drawn wrongly.</summary>
internal static class FigureCheck
{
    public static void Check(IReadOnlyList<Panel> panels)
    {
        foreach (var trace in panels.SelectMany(panel => panel.Traces))
            trace.Check();
        foreach (var trace in panels.Where(SquareRootAxes.AreIn).SelectMany(panel => panel.Traces))
        {
            if (!trace.CanBeMoved)
                throw new GlmmException("An axis of square roots takes points and lines. Take a linear or a logarithmic one.");
        }
    }

    /// <summary>Whether no trace of the figure has a value that can be drawn.</summary>
    public static bool IsEmpty(Figure figure) =>
        !figure.Panels.SelectMany(panel => panel.Traces).SelectMany(trace => trace.Drawn).Any(double.IsFinite);
}
