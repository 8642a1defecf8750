using System.Text.Json;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Plotly.NET.TraceObjects;
using PlotlyAnnotation = Plotly.NET.LayoutObjects.Annotation;
using PlotlyMarker = Plotly.NET.TraceObjects.Marker;
using PlotlyObject = DynamicObj.DynamicObj;
using PlotlyShape = Plotly.NET.LayoutObjects.Shape;
using PlotlyTrace = Plotly.NET.Trace;

namespace EcoGlmm.Plotly;

/// <summary>
/// Makes Plotly.NET's objects of Plotly JSON. Parts that the library restyles by functions of its own (axes, titles, markers,
/// lines, annotations) are of the types by which it looks them up; all others are plain objects.
/// </summary>
internal static class PlotlyObjects
{
    public static PlotlyTrace Trace(JsonElement json) => Fill(new PlotlyTrace(json.GetProperty("type").GetString()), json);

    public static T Fill<T>(T target, JsonElement json)
        where T : PlotlyObject
    {
        foreach (var property in json.EnumerateObject())
        {
            // The type of a trace is part of the object already.
            if (target is not PlotlyTrace || property.Name != "type")
                target.SetProperty(property.Name, Value(property.Name, property.Value));
        }

        return target;
    }

    private static object? Value(string name, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Fill(Part(name), json),
        JsonValueKind.Array when name == "annotations" => json.EnumerateArray().Select(one => Fill(new PlotlyAnnotation(), one)).ToArray(),
        JsonValueKind.Array when name == "shapes" => json.EnumerateArray().Select(one => Fill(new PlotlyShape(), one)).ToArray(),
        JsonValueKind.Array when json.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Number) =>
            json.EnumerateArray().Select(one => one.GetDouble()).ToArray(),
        JsonValueKind.Array => json.EnumerateArray().Select(one => Value("", one)).ToArray(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? whole : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PlotlyObject Part(string name) => name switch
    {
        "title" => new Title(),
        "font" or "tickfont" => new Font(),
        "legend" => new Legend(),
        "margin" => new Margin(),
        "marker" => new PlotlyMarker(),
        "line" => new Line(),
        "error_x" or "error_y" => new Error(),
        "hoverlabel" => new Hoverlabel(),
        _ when name.StartsWith("xaxis", StringComparison.Ordinal) || name.StartsWith("yaxis", StringComparison.Ordinal) => new LinearAxis(),
        _ => new PlotlyObject(),
    };
}
