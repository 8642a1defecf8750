using EcoGlmm.Numerics;

namespace EcoGlmm.Formulas;

/// <summary>The entries of a design matrix that are not zero, while they are few.</summary>
/// <param name="most">How many there is room for.</param>
internal sealed class DesignEntries(long most)
{
    private readonly List<int> _rows = [];
    private readonly List<int> _columns = [];
    private readonly List<double> _values = [];

    /// <summary>Writes an entry down; false when there is no room for it.</summary>
    public bool Add(int row, int column, double value)
    {
        if (_rows.Count >= most)
            return false;
        _rows.Add(row);
        _columns.Add(column);
        _values.Add(value);
        return true;
    }

    public SparseRows ToMatrix(int rows, int columns) => SparseRows.Of(rows, columns, _rows, _columns, _values);
}
