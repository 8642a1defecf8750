using System.Collections;
using System.Data;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.CSharp;

namespace EcoGlmm.Interactive;

/// <summary>The variables of a notebook's C#, and the columns of those that hold data.</summary>
internal sealed class NotebookVariables(CSharpKernel kernel)
{
    /// <summary>Names of the variables that hold a table.</summary>
    public IEnumerable<string> Tables => Latest.Where(variable => IsTable(variable.Value)).Select(variable => variable.Key);

    /// <summary>Columns of all tables, for where it is not said yet which one is meant.</summary>
    public IEnumerable<string> AllColumns => Latest.SelectMany(variable => Columns(variable.Value)).Select(column => column.Name)
        .Distinct();

    /// <summary>The value of a variable; null where there is none.</summary>
    public object? Value(string name) => kernel.TryGetValue<object>(name, out var value) ? value : null;

    /// <summary>The columns of a table, or of the data behind a fit, with a word on each; none for anything else.</summary>
    public static IReadOnlyList<(string Name, string Kind)> Columns(object? value)
    {
        switch (value)
        {
            case GlmmFit fit:
                return Columns(fit.Data);
            case FieldData data:
                return [.. data.Columns.Select(column => (column.Name, Describe(column)))];
            case DataFrame frame:
                return [.. frame.Columns.Select(column => (column.Name, $"{column.DataType.Name}, {column.NullCount} missing"))];
            case DataTable table:
                return [.. table.Columns.Cast<DataColumn>().Select(column => (column.ColumnName, column.DataType.Name))];
            case IEnumerable rows when IsTable(rows) && rows.GetType().GetInterfaces().Concat([rows.GetType()])
                .FirstOrDefault(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>)) is { } sequence:
                return [.. sequence.GetGenericArguments()[0].GetProperties().Where(property => property.GetIndexParameters().Length == 0)
                    .Select(property => (property.Name, property.PropertyType.Name))];
            default:
                return [];
        }
    }

    public IReadOnlyList<(string Name, string Kind)> ColumnsOf(string? variable) => variable is not null && Value(variable) is { } value
        ? Columns(value)
        : [.. Latest.SelectMany(one => Columns(one.Value)).DistinctBy(column => column.Name)];

    // A name may be declared again: the last declaration counts.
    private Dictionary<string, object?> Latest
    {
        get
        {
            var latest = new Dictionary<string, object?>(StringComparer.Ordinal);
            foreach (var variable in kernel.ScriptState?.Variables ?? []) latest[variable.Name] = variable.Value;
            return latest;
        }
    }

    private static bool IsTable(object? value) => value switch
    {
        null or string or GlmmFit => false,
        FieldData or DataFrame or DataTable or DataView or IDictionary => true,
        IRichDisplay => false,
        IEnumerable rows => rows.GetType() is { } type && ElementIsRecord(type),
        _ => false,
    };

    private static bool ElementIsRecord(Type sequence)
    {
        var element = sequence.IsArray ? sequence.GetElementType() : sequence.GetInterfaces().Append(sequence)
            .FirstOrDefault(type => type.IsGenericType && type.GetGenericTypeDefinition()
                == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        return element is { IsPrimitive: false } && element != typeof(string) && element != typeof(object)
            && element.GetProperties().Length > 0;
    }

    private static string Describe(Data.FieldColumn column)
    {
        var missing = column.MissingCount > 0 ? $", {column.MissingCount} missing" : "";
        return column is Data.CategoricalColumn factor
            ? $"factor: {Text.Names.List(factor.Levels)}{missing}"
            : column.Kind + missing;
    }
}
