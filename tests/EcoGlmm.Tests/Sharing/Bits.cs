using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace EcoGlmm.Tests.Sharing;

/// <summary>Writes all that a result says of itself, numbers by their bits, so that two results can be compared as text.</summary>
internal static class Bits
{
    private const int Deepest = 7;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(value, text, 0);
        return text.ToString();
    }

    private static void Write(object? value, StringBuilder text, int depth)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case double number:
                text.Append(BitConverter.DoubleToInt64Bits(double.IsNaN(number) ? double.NaN : number)
                    .ToString("x", CultureInfo.InvariantCulture));
                break;
            case string or Enum or Type:
                text.Append(value);
                break;
            case IFormattable formattable when value.GetType().IsPrimitive || value is decimal or DateTime:
                text.Append(formattable.ToString(null, CultureInfo.InvariantCulture));
                break;
            case bool or char:
                text.Append(value);
                break;
            case Delegate:
                break;
            case FieldData data:
                foreach (var column in data.Columns)
                {
                    text.Append(column.Name).Append(": ");
                    Write(data.Texts(column.Name), text, depth);
                }

                break;
            case GlmmFit fit when depth > 0:
                Write(fit.LogLikelihood, text, depth);
                Write(fit.FixedEffects.Estimates(), text, depth);
                break;
            case IEnumerable sequence:
                foreach (var element in sequence)
                {
                    Write(element, text.Append(';'), depth + 1);
                }

                break;
            default:
                if (depth < Deepest) WriteProperties(value, text, depth);
                break;
        }
    }

    private static void WriteProperties(object value, StringBuilder text, int depth)
    {
        foreach (var property in Properties.GetOrAdd(value.GetType(), t =>
            [.. t.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0)]))
        {
            text.Append('|').Append(property.Name).Append('=');
            Write(property.GetValue(value), text, depth + 1);
        }

        foreach (var field in value.GetType().IsGenericType && value.GetType().IsValueType ? value.GetType().GetFields() : [])
        {
            Write(field.GetValue(value), text.Append('|'), depth + 1);
        }
    }
}
