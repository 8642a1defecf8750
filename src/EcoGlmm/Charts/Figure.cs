using EcoGlmm.Charts;

namespace EcoGlmm;

/// <summary>
/// A chart of one or several panels: interactive in a notebook or browser, and a still picture where scripts do not run.
/// </summary>
/// <remarks>
/// A figure is immutable, and safe to share among threads. It knows nothing of models: other parts of the library build it from their
/// results, and so
/// can a user.
/// </remarks>
/// <example>
/// <code>
/// new Figure("Mass by age", new Panel(null, new PointTrace(age, mass)) { XAxis = "Age (years)", YAxis = "Mass (g)" })
/// </code>
/// </example>
public sealed partial class Figure : IRichDisplay
{
    /// <summary>A figure.</summary>
    /// <param name="title">The heading of the whole; null for none.</param>
    /// <param name="panels">The panels, laid out row by row.</param>
    /// <exception cref="GlmmException">A trace whose lists differ in length.</exception>
    public Figure(string? title, params IReadOnlyList<Panel> panels)
    {
        ArgumentNullException.ThrowIfNull(panels);
        FigureCheck.Check(panels);
        Title = title;
        Panels = panels;
    }

    /// <summary>The heading of the whole.</summary>
    public string? Title { get; }

    /// <summary>A line under the heading.</summary>
    public string? Subtitle { get; init; }

    /// <summary>The panels, laid out row by row.</summary>
    public IReadOnlyList<Panel> Panels { get; }

    /// <summary>The largest number of panels side by side; fewer where the page is narrow. 0 lets the figure choose.</summary>
    public int Columns { get; init; }

    /// <summary>Whether panels may be narrow, as many of the same kind are.</summary>
    internal bool HasSmallPanels { get; init; }

    /// <summary>The height of each panel's plot, in pixels.</summary>
    public int PanelHeight { get; init; } = 300;
}
