using System.Collections;
using System.Globalization;
using System.Numerics;

namespace EcoGlmm.Data;

/// <summary>Makes a typed column of a sequence of .NET values.</summary>
internal static class ColumnBuilder
{
    private enum ValueKind { Missing, Number, Text, Logical, Date, Unusable }

    /// <summary>Whether values of this type, or of its nullable counterpart, can stand in a column.</summary>
    public static bool CanHold(Type type) => KindOf(Nullable.GetUnderlyingType(type) ?? type) != ValueKind.Unusable;

    /// <summary>
    /// The values as a column. Numbers become numeric; texts, characters, enums and GUIDs a factor; booleans logical;
    /// dates a date. Null, <see cref="DBNull"/> and NaN are missing.
    /// </summary>
    /// <exception cref="GlmmException">A value is of a type that no column holds, or types are mixed.</exception>
    public static FieldColumn FromValues(string name, IEnumerable values)
    {
        // By exact element type: the runtime also lets an array of enums pass for a sequence of numbers.
        var type = ElementType(values);
        if (type == typeof(double))
            return new NumericColumn(name, [.. (IEnumerable<double>)values]);
        if (type == typeof(int))
            return new NumericColumn(name, [.. ((IEnumerable<int>)values).Select(value => (double)value)]);
        if (type == typeof(float))
            return new NumericColumn(name, [.. ((IEnumerable<float>)values).Select(value => (double)value)]);
        if (type == typeof(double?))
            return new NumericColumn(name, [.. ((IEnumerable<double?>)values).Select(value => value ?? double.NaN)]);
        if (type == typeof(string))
            return CategoricalColumn.FromTexts(name, (IEnumerable<string?>)values);
        return FromObjects(name, values.Cast<object?>().ToArray(), type);
    }

    /// <summary>The same for boxed values.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="values">The values; the array is taken over.</param>
    /// <param name="declared">The type to assume if every value is missing.</param>
    public static FieldColumn FromObjects(string name, object?[] values, Type? declared)
    {
        var kind = ValueKind.Missing;
        var first = 0;
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = Unwrap(values[row]);
            if (values[row] is not { } value)
                continue;
            var found = KindOf(value.GetType());
            if (found == ValueKind.Unusable)
            {
                throw GlmmException.InData($"Column \"{name}\" holds a value of type {TypeName(value.GetType())} in row "
                    + $"{row + 1}, and a column takes numbers, texts, true/false and dates. Convert it first, or leave "
                    + "that column out.");
            }
            if (kind == ValueKind.Missing)
                (kind, first) = (found, row);
            else if (kind != found)
            {
                throw GlmmException.InData($"Column \"{name}\" mixes types: row {first + 1} is a {Word(kind)} "
                    + $"({Show(values[first]!)}), row {row + 1} a {Word(found)} ({Show(value)}). Make them all one type.");
            }
        }
        if (kind == ValueKind.Missing && declared is not null)
            kind = KindOf(Nullable.GetUnderlyingType(declared) ?? declared);
        return kind switch
        {
            ValueKind.Text => CategoricalColumn.FromTexts(name, values.Select(value =>
                value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture))),
            ValueKind.Logical => new LogicalColumn(name, Array.ConvertAll(values, value => (bool?)value)),
            ValueKind.Date => new DateColumn(name, Array.ConvertAll(values, ToDate)),
            _ => Numbers(name, values),
        };
    }

    // Whole numbers that a double would change are identifiers, and stay apart as texts.
    private static FieldColumn Numbers(string name, object?[] values)
    {
        var beyond = values.Select(value => value is null ? null : NumberLabels.Exact(value)).FirstOrDefault(text => text is not null);
        return beyond is null
            ? new NumericColumn(name, Array.ConvertAll(values, ToNumber))
            : CategoricalColumn.FromTexts(name, values.Select(Whole), $"\"{beyond}\" has more digits than a number holds");
    }

    private static string? Whole(object? value) => value switch
    {
        null or double.NaN or float.NaN => null,
        double number => NumberText.Format(number),
        _ => NumberLabels.Exact(value) ?? NumberText.Format(ToNumber(value)),
    };

    /// <summary>The T of an <see cref="IEnumerable{T}"/>; null if the sequence declares none or several.</summary>
    public static Type? ElementType(IEnumerable values)
    {
        var type = values.GetType();
        if (type.IsArray)
            return type.GetElementType();
        var types = type.GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(i => i.GetGenericArguments()[0]).ToArray();
        return types.Length == 1 ? types[0] : null;
    }

    /// <summary>The name of a type as C# writes it, near enough for a message.</summary>
    public static string TypeName(Type type)
    {
        if (type.IsArray)
            return TypeName(type.GetElementType()!) + "[]";
        if (!type.IsGenericType)
            return type.Name;
        var arguments = string.Join(", ", type.GetGenericArguments().Select(TypeName));
        return $"{type.Name.Split('`')[0]}<{arguments}>";
    }

    private static ValueKind KindOf(Type type)
    {
        if (type.IsEnum)
            return ValueKind.Text;
        switch (Type.GetTypeCode(type))
        {
            case TypeCode.Boolean:
                return ValueKind.Logical;
            case TypeCode.DateTime:
                return ValueKind.Date;
            case TypeCode.String or TypeCode.Char:
                return ValueKind.Text;
            case >= TypeCode.SByte and <= TypeCode.Decimal:
                return ValueKind.Number;
        }
        if (type == typeof(DateOnly) || type == typeof(DateTimeOffset))
            return ValueKind.Date;
        if (type == typeof(Half) || type == typeof(BigInteger))
            return ValueKind.Number;
        return type == typeof(Guid) ? ValueKind.Text : ValueKind.Unusable;
    }

    private static object? Unwrap(object? value)
    {
        if (value is null or DBNull)
            return null;
        // F#'s option: None is null already, Some carries the value.
        var type = value.GetType();
        return type.IsGenericType && type.GetGenericTypeDefinition().FullName == "Microsoft.FSharp.Core.FSharpOption`1"
            ? Unwrap(type.GetProperty("Value")!.GetValue(value))
            : value;
    }

    private static double ToNumber(object? value) => value switch
    {
        null => double.NaN,
        double number => number,
        Half half => (double)half,
        BigInteger big => (double)big,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    // A time zone is dropped: the clock time where the record was made is what field notes mean.
    private static DateTime? ToDate(object? value) => value switch
    {
        null => null,
        DateOnly date => date.ToDateTime(TimeOnly.MinValue),
        DateTimeOffset withOffset => withOffset.DateTime,
        _ => (DateTime)value,
    };

    private static string Word(ValueKind kind) => kind switch
    {
        ValueKind.Number => "number",
        ValueKind.Text => "text",
        ValueKind.Logical => "true/false value",
        _ => "date",
    };

    private static string Show(object value) =>
        value is string text ? $"\"{text}\"" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
