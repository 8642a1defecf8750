using System.Text;

namespace EcoGlmm.Charts;

/// <summary>A figure in words, for consoles, logs and screen readers.</summary>
internal static class FigureText
{
    public static string Describe(Figure figure)
    {
        var text = new StringBuilder();
        text.Append("Figure");
        if (!string.IsNullOrEmpty(figure.Title))
            text.Append(": ").Append(figure.Title);
        if (!string.IsNullOrEmpty(figure.Subtitle))
            text.Append("\n  ").Append(figure.Subtitle);
        for (var i = 0; i < figure.Panels.Count; i++)
        {
            var panel = figure.Panels[i];
            text.Append("\n  ");
            text.Append(figure.Panels.Count > 1 ? $"[{i + 1}] " : "");
            text.Append(string.IsNullOrEmpty(panel.Title) ? Axes(panel) : $"{panel.Title} ({Axes(panel)})");
            if (panel.Traces.Count > 0)
                text.Append(": ").AppendJoin(", ", panel.Traces.Select(Describe));
            foreach (var annotation in panel.Annotations)
                text.Append("\n      ").Append(annotation.Text);
        }

        return text.ToString();
    }

    private static string Axes(Panel panel) =>
        $"{panel.YAxis.Title ?? "y"} against {panel.XAxis.Title ?? "x"}";

    private static string Describe(PanelTrace trace) =>
        string.IsNullOrEmpty(trace.Name) ? trace.Summary : $"{trace.Name} ({trace.Summary})";
}
