using EcoGlmm.Data;

namespace EcoGlmm;

/// <summary>The rows of a table in groups: what <see cref="FieldData.GroupBy"/> gives.</summary>
public sealed class GroupedData
{
    private readonly FieldData _data;
    private readonly string[] _columns;
    private readonly int[][] _groups;

    internal GroupedData(FieldData data, string[] columns, int[][] groups)
    {
        _data = data;
        _columns = columns;
        _groups = groups;
    }

    /// <summary>The number of groups.</summary>
    public int Count => _groups.Length;

    /// <summary>The groups, in the order in which their first rows stand, each a table with all columns.</summary>
    public IEnumerable<FieldData> Groups => _groups.Select(_data.Take);

    /// <summary>One row for each group: the columns that it was made by, and what is computed of its rows.</summary>
    /// <param name="columns">
    /// A name and a value for each new column: <c>("Visits", g => g.RowCount), ("Calls", g => g.Mean("SiblingNegotiation"))</c>.
    /// </param>
    /// <exception cref="GlmmException">Two columns have one name, or a function asks for a column that is not there.</exception>
    public FieldData Aggregate(params (string Name, Func<FieldData, double> Value)[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var first = Array.ConvertAll(_groups, group => group[0]);
        var tables = Groups.ToArray();
        return new FieldData([
            .. _columns.Select(name => _data.Column(name).Take(first)),
            .. columns.Select(column => (FieldColumn)new NumericColumn(column.Name, Array.ConvertAll(tables, table =>
                column.Value(table)))),
        ]);
    }
}
