namespace EcoGlmm.Diagnostics;

/// <summary>A chart of a fit, as a method of it. In the library it is public and in the namespace EcoGlmm.</summary>
internal static class ObservedFigure
{
    /// <summary>The observed response against the fitted one, with the line of equality.</summary>
    public static Figure PlotObserved(this GlmmFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        double[] fitted = fit.Fitted(), observed = fit.SimulatedResiduals(2).Observed;
        var high = fitted.Concat(observed).Max();
        return new Figure("Observed and fitted", new Panel(null,
            new PointTrace(fitted, observed) { Name = "rows", Color = Palette.Blue, Opacity = 0.5 })
        {
            XAxis = "Fitted",
            YAxis = "Observed",
            Shapes = [PanelShape.Segment(0, 0, high, high)],
        })
        { Subtitle = fit.Formula };
    }
}
