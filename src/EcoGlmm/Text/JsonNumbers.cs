using System.Globalization;
using System.Text.Json;

namespace EcoGlmm.Text;

/// <summary>Short forms for writing figures as JSON.</summary>
internal static class JsonNumbers
{
    /// <summary>A number, or null if JSON has no way to say it.</summary>
    public static void Value(this Utf8JsonWriter json, double value, bool compact = false)
    {
        if (!double.IsFinite(value))
            json.WriteNullValue();
        else if (compact)
            json.WriteRawValue(value.ToString("G7", CultureInfo.InvariantCulture));
        else
            json.WriteNumberValue(value);
    }

    public static void Number(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.Value(value);
    }

    public static void Numbers(this Utf8JsonWriter json, string name, IEnumerable<double> values, bool compact = false)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.Value(value, compact);
        json.WriteEndArray();
    }

    public static void Texts(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
