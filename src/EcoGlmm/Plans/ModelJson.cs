using System.Globalization;
using System.Text.Json;
using EcoGlmm.Text;

namespace EcoGlmm.Plans;

/// <summary>Families and options as JSON that reads back to the bit.</summary>
internal static class ModelJson
{
    private static readonly double[] None = [];

    /// <summary>Lines that people read: a + of a formula stays one.</summary>
    public static JsonWriterOptions Format { get; } = new()
    {
        Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(Utf8JsonWriter json, Family family)
    {
        if (Family.Parse(family.Name, family.Link.Name).GetType() != family.GetType())
            throw new GlmmException($"The family {family.Name} cannot be written to a plan.");
        json.WriteStartObject("family");
        json.WriteString("name", family.Name);
        json.WriteString("link", family.Link.Name);
        Exact(json, "shapes", family.Shapes.Select(s => s.Predictor));
        json.Texts("categories", family.Categories);
        json.WriteEndObject();
    }

    public static Family ReadFamily(JsonElement root)
    {
        var of = root.GetProperty("family");
        var family = Family.Parse(of.GetProperty("name").GetString()!, of.GetProperty("link").GetString());
        string[] categories = [.. of.GetProperty("categories").EnumerateArray().Select(c => c.GetString()!)];
        if (categories.Length > 0) family = family.WithCategories(categories);
        var shapes = Numbers(of, "shapes");
        return shapes.SequenceEqual(family.Shapes.Select(s => s.Predictor)) ? family : family.WithShapes(shapes);
    }

    /// <summary>Writes options, and what they carry as files beside them.</summary>
    public static void Write(Utf8JsonWriter json, GlmmOptions options, PlanFiles files)
    {
        json.WriteStartObject("options");
        json.WriteString("zeroInflation", options.ZeroInflation);
        json.WriteString("dispersion", options.Dispersion);
        json.WriteString("weights", options.Weights);
        json.WriteString("offset", options.Offset);
        json.WriteBoolean("reml", options.Reml);
        json.WriteNumber("quadraturePoints", options.QuadraturePoints);
        if (options.Contrasts is { } contrasts)
        {
            json.WriteStartObject("contrasts");
            foreach (var (column, name) in contrasts) json.WriteString(column, name);
            json.WriteEndObject();
        }

        if (options.Relatedness is { } relatedness) WriteFiles(json, "relatedness", relatedness, files.WriteRelatedness);
        if (options.Meshes is { } meshes) WriteFiles(json, "meshes", meshes, files.WriteMesh);
        json.WriteStartArray("fixed");
        foreach (var p in options.Fixed)
        {
            json.WriteStartObject();
            json.WriteString("kind", p.Kind.ToString());
            json.WriteString("part", p.Part.ToString());
            json.WriteString("name", p.Name);
            json.WriteString("term1", p.Term1);
            json.WriteString("term2", p.Term2);
            json.Number("value", p.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("priors");
        foreach (var p in options.Priors)
        {
            json.WriteStartObject();
            json.WriteString("kind", p.Kind.ToString());
            json.WriteString("part", p.Part.ToString());
            json.WriteString("coefficient", p.Coefficient);
            json.WriteString("group", p.Group);
            json.WriteString("covarianceParameter", p.CovarianceParameter);
            Exact(json, "parameters", [p.First, p.Second, p.Third]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("control");
        json.WriteNumber("maxIterations", options.Control.MaxIterations);
        json.Number("tolerance", options.Control.Tolerance);
        json.WriteString("solver", options.Control.Solver.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The options, for one thread.</summary>
    public static GlmmOptions ReadOptions(JsonElement root, PlanFiles files)
    {
        var o = root.GetProperty("options");
        var control = o.GetProperty("control");
        return new GlmmOptions
        {
            ZeroInflation = o.GetProperty("zeroInflation").GetString()!,
            Dispersion = o.GetProperty("dispersion").GetString()!,
            Weights = o.GetProperty("weights").GetString(),
            Offset = o.GetProperty("offset").GetString(),
            Reml = o.GetProperty("reml").GetBoolean(),
            QuadraturePoints = o.GetProperty("quadraturePoints").GetInt32(),
            Contrasts = o.TryGetProperty("contrasts", out var contrasts)
                ? contrasts.EnumerateObject().ToDictionary(c => c.Name, c => c.Value.GetString()!) : null,
            Relatedness = ReadFiles(o, "relatedness", files.ReadRelatedness),
            Meshes = ReadFiles(o, "meshes", files.ReadMesh),
            Fixed = [.. o.GetProperty("fixed").EnumerateArray().Select(p => Parameter.Restore(Enum<ParameterKind>(p, "kind"),
                Enum<ModelPart>(p, "part"), p.GetProperty("name").GetString()!, p.GetProperty("term1").GetString(),
                p.GetProperty("term2").GetString(), p.GetProperty("value").GetDouble()))],
            Priors = [.. o.GetProperty("priors").EnumerateArray().Select(p => Prior.Restore(Enum<PriorKind>(p, "kind"),
                Enum<ModelPart>(p, "part"), p.GetProperty("coefficient").GetString(), p.GetProperty("group").GetString(),
                Numbers(p, "parameters"), p.TryGetProperty("covarianceParameter", out var name) ? name.GetString() : null))],
            Control = new GlmmControl
            {
                MaxIterations = control.GetProperty("maxIterations").GetInt32(),
                Tolerance = control.GetProperty("tolerance").GetDouble(),
                MaxThreads = 1,
                Solver = Enum<LinearSolver>(control, "solver"),
            },
        };
    }

    private static void WriteFiles<T>(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, T> values, Func<T, string> write)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values) json.WriteString(key, write(value));
        json.WriteEndObject();
    }

    private static Dictionary<string, T>? ReadFiles<T>(JsonElement of, string name, Func<string, T> read) =>
        of.TryGetProperty(name, out var files) ? files.EnumerateObject().ToDictionary(f => f.Name, f => read(f.Value.GetString()!)) : null;

    /// <summary>Numbers that read back to the bit; those that JSON cannot say are texts.</summary>
    public static void Exact(Utf8JsonWriter json, string name, IEnumerable<double> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            if (double.IsFinite(value)) json.WriteNumberValue(value);
            else json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
    }

    public static double[] Numbers(JsonElement of, string name) => !of.TryGetProperty(name, out var array) ? None
        : [.. array.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String
            ? double.Parse(v.GetString()!, CultureInfo.InvariantCulture) : v.GetDouble())];

    public static T Enum<T>(JsonElement of, string name) where T : struct, Enum => System.Enum.Parse<T>(of.GetProperty(name).GetString()!);
}
