using System.Collections;
using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Data;

/// <summary>Reads a sequence of rows: records, anonymous objects, instances of classes, dictionaries, data rows.</summary>
internal static class RowReader
{
    /// <summary>Rows whose type is known when the program is compiled, so that a native one keeps its properties.</summary>
    public static FieldData Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(IEnumerable<T> rows)
        where T : notnull => FromProperties([.. rows.Select(row => (object)row)], typeof(T));

    public static FieldData Read(IEnumerable sequence)
    {
        var rows = sequence.Cast<object?>().ToArray();
        var missing = Array.IndexOf(rows, null);
        var declared = ColumnBuilder.ElementType(sequence);
        if (declared is not null)
            RefuseUnnamed(declared);
        if (missing >= 0)
            throw GlmmException.InData($"Row {missing + 1} of the sequence is null; leave such rows out.");
        if (rows.Length == 0)
            return FromProperties(rows, declared ?? typeof(object));
        if (rows is [DataRow { Table: var table }, ..])
            return TableReader.FromDataRows(table, Array.ConvertAll(rows, row => (DataRow)row!));

        RefuseUnnamed(rows[0]!.GetType());
        if (TableReader.Entries(rows[0]!) is not null)
            return FromDictionaries(rows!);
        return FromProperties(rows, RowType(rows!, declared));
    }

    private static void RefuseUnnamed(Type type)
    {
        if (typeof(ITuple).IsAssignableFrom(type))
        {
            throw GlmmException.InData("The rows are tuples, whose elements have no names once the program runs. Use a "
                + "record or an anonymous object: rows.Select(row => new { row.Nest, row.Count }).");
        }
        if (type.IsPrimitive || ColumnBuilder.CanHold(type) || type.IsArray)
        {
            throw GlmmException.InData($"A sequence of {ColumnBuilder.TypeName(type)} has no column names. Give a dictionary "
                + "from names to values: new Dictionary<string, double[]> { [\"Mass\"] = mass }.");
        }
    }

    // The type whose properties are the columns: that of all rows, or else what they are declared to have in common.
    private static Type RowType(object[] rows, Type? declared)
    {
        var first = rows[0].GetType();
        var other = Array.FindIndex(rows, row => row.GetType() != first);
        if (other < 0)
            return first;
        if (declared is not null && Properties(declared).Length > 0)
            return declared;
        throw GlmmException.InData($"The rows are of different types: row 1 is a {ColumnBuilder.TypeName(first)}, row "
            + $"{other + 1} a {ColumnBuilder.TypeName(rows[other].GetType())}. Give rows of one type.");
    }

    private static FieldData FromProperties(object?[] rows,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type)
    {
        var properties = Properties(type);
        if (properties.Length == 0)
        {
            throw GlmmException.InData($"The rows, of type {ColumnBuilder.TypeName(type)}, have no public properties to take "
                + "as columns. Give records or anonymous objects.");
        }
        foreach (var property in properties)
        {
            var isKnown = ColumnBuilder.CanHold(property.PropertyType) || property.PropertyType == typeof(object)
                || property.PropertyType.FullName?.StartsWith("Microsoft.FSharp.Core.FSharpOption`1",
                    StringComparison.Ordinal) == true;
            if (!isKnown)
            {
                throw GlmmException.InData($"The property {property.Name} of {ColumnBuilder.TypeName(type)} is a "
                    + $"{ColumnBuilder.TypeName(property.PropertyType)}, and a column takes numbers, texts, true/false "
                    + $"and dates. Choose the properties to use: rows.Select(row => new {{ row.{Usable(properties)} }}).");
            }
        }
        return new FieldData(Array.ConvertAll(properties, property =>
        {
            var values = new object?[rows.Length];
            for (var row = 0; row < values.Length; row++)
            {
                try
                {
                    values[row] = property.GetValue(rows[row]);
                }
                catch (TargetInvocationException failure)
                {
                    throw GlmmException.InData($"The property {property.Name} of row {row + 1} cannot be read: "
                        + failure.InnerException!.Message, failure.InnerException);
                }
            }
            return ColumnBuilder.FromObjects(property.Name, values, property.PropertyType);
        }));
    }

    private static string Usable(PropertyInfo[] properties) =>
        Array.Find(properties, property => ColumnBuilder.CanHold(property.PropertyType))?.Name ?? "Name";

    private static PropertyInfo[] Properties([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)];

    // A key that a row does not have is a missing value there.
    private static FieldData FromDictionaries(object[] rows)
    {
        var names = new List<string>();
        var columns = new Dictionary<string, object?[]>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Length; row++)
        {
            var entries = TableReader.Entries(rows[row]) ?? throw GlmmException.InData(
                $"Row 1 is a dictionary, but row {row + 1} is a {ColumnBuilder.TypeName(rows[row].GetType())}.");
            foreach (var (name, value) in entries)
            {
                if (!columns.TryGetValue(name, out var values))
                {
                    names.Add(name);
                    columns.Add(name, values = new object?[rows.Length]);
                }
                values[row] = value;
            }
        }
        return new FieldData(names.ConvertAll(name => ColumnBuilder.FromObjects(name, columns[name], declared: null)));
    }
}
