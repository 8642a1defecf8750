using System.Text;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Charts;

/// <summary>A figure as Plotly JSON.</summary>
internal static class PlotlyJson
{
    /// <summary>The width, in pixels, of still pictures and of figures handed over.</summary>
    public const double StandardWidth = 900;

    private const string LightInk = "#333333";

    private static readonly double[] Widths = [320, 420, 600, 760, StandardWidth];

    /// <summary>One object with <c>data</c>, <c>layout</c> and <c>config</c>, in the light theme.</summary>
    public static string Figure(Figure figure, bool indented) => Write(indented, json =>
    {
        new PlotlyTraces(json, LightInk, false).Write(figure);
        json.WritePropertyName("layout");
        new PlotlyLayout(json, LightInk).Write(new FigureGeometry(figure, StandardWidth));
        Config(figure, json);
    });

    /// <summary>
    /// The same for the script on a page: layouts for several widths, and <see cref="Palette.Ink"/> left for the script
    /// to fill in by the page's theme. The encoder escapes everything that could end a script element.
    /// </summary>
    public static string Page(Figure figure) => Write(false, json =>
    {
        new PlotlyTraces(json, Palette.Ink, true).Write(figure);
        json.WriteStartArray("layouts");
        foreach (var width in Widths)
        {
            json.WriteStartObject();
            json.Number("from", width);
            json.WritePropertyName("layout");
            new PlotlyLayout(json, Palette.Ink).Write(new FigureGeometry(figure, width));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Config(figure, json);
    });

    private static void Config(Figure figure, Utf8JsonWriter json)
    {
        json.WriteStartObject("config");
        json.WriteBoolean("displaylogo", false);
        json.WriteBoolean("responsive", false);
        json.Texts("modeBarButtonsToRemove", ["lasso2d", "select2d", "autoScale2d"]);
        json.WriteStartObject("toImageButtonOptions");
        json.WriteString("format", "svg");
        json.WriteString("filename", FileName(figure.Title));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string FileName(string? title)
    {
        var letters = (title ?? "").Select(c => char.IsLetterOrDigit(c) ? c : '-').ToArray();
        var name = string.Join('-', new string(letters).Split('-', StringSplitOptions.RemoveEmptyEntries));
        return name.Length == 0 ? "figure" : name;
    }

    private static string Write(bool indented, Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = indented }))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
