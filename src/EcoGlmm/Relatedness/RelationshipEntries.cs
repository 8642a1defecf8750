namespace EcoGlmm.Relationships;

/// <summary>The numbers of a relationship matrix, dense or sparse. Immutable.</summary>
internal abstract class RelationshipEntries
{
    /// <summary>The number of levels.</summary>
    public abstract int Order { get; }

    /// <summary>The relationship of two levels.</summary>
    public abstract double At(int i, int j);

    /// <summary>The levels that a level is related to, itself among them, ascending.</summary>
    public abstract IEnumerable<int> RelativesOf(int level);

    /// <summary>Sets of levels that are related to one another, directly or through others; each ascending.</summary>
    public List<int[]> Families()
    {
        var family = new int[Order];
        Array.Fill(family, -1);
        var families = new List<int[]>();
        var members = new List<int>();
        for (var start = 0; start < Order; start++)
        {
            if (family[start] >= 0)
                continue;
            members.Clear();
            members.Add(start);
            family[start] = families.Count;
            for (var at = 0; at < members.Count; at++)
            {
                foreach (var j in RelativesOf(members[at]))
                {
                    if (family[j] >= 0)
                        continue;
                    family[j] = families.Count;
                    members.Add(j);
                }
            }
            families.Add([.. members.Order()]);
        }
        return families;
    }

    /// <summary>The matrix of some levels, row by row.</summary>
    public double[] Block(ReadOnlySpan<int> levels)
    {
        var m = levels.Length;
        var block = new double[checked(m * m)];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j <= i; j++)
                block[(i * m) + j] = block[(j * m) + i] = At(levels[i], levels[j]);
        }
        return block;
    }
}

/// <summary>All numbers, row by row.</summary>
internal sealed class DenseEntries(double[] values, int order) : RelationshipEntries
{
    public double[] Values => values;

    public override int Order => order;

    public override double At(int i, int j) => values[((long)i * order) + j];

    public override IEnumerable<int> RelativesOf(int level)
    {
        for (var j = 0; j < order; j++)
        {
            if (values[((long)level * order) + j] != 0)
                yield return j;
        }
    }
}

/// <summary>The numbers that are not zero, row by row, both triangles: of families of a few, linear in the number of levels.</summary>
internal sealed class SparseEntries : RelationshipEntries
{
    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly double[] _values;

    /// <param name="order">The number of levels.</param>
    /// <param name="entries">Rows, columns and values of one triangle with the diagonal; no place twice.</param>
    public SparseEntries(int order, IReadOnlyCollection<(int Row, int Column, double Value)> entries)
    {
        Order = order;
        _starts = new int[order + 1];
        foreach (var (row, column, _) in entries)
        {
            _starts[row + 1]++;
            if (row != column)
                _starts[column + 1]++;
        }
        for (var i = 0; i < order; i++)
            _starts[i + 1] += _starts[i];
        _columns = new int[_starts[order]];
        _values = new double[_starts[order]];
        var next = _starts[..order];
        foreach (var (row, column, value) in entries)
        {
            (_columns[next[row]], _values[next[row]]) = (column, value);
            next[row]++;
            if (row == column)
                continue;
            (_columns[next[column]], _values[next[column]]) = (row, value);
            next[column]++;
        }
        for (var i = 0; i < order; i++)
            Array.Sort(_columns, _values, _starts[i], _starts[i + 1] - _starts[i]);
    }

    public override int Order { get; }

    /// <summary>How many numbers are stored, of one triangle with the diagonal.</summary>
    public int Count => (_columns.Length + Order) / 2;

    public override double At(int i, int j)
    {
        var at = Array.BinarySearch(_columns, _starts[i], _starts[i + 1] - _starts[i], j);
        return at < 0 ? 0 : _values[at];
    }

    public override IEnumerable<int> RelativesOf(int level) => new ArraySegment<int>(_columns, _starts[level],
        _starts[level + 1] - _starts[level]);

    /// <summary>The stored numbers, row by row, of the lower triangle with the diagonal.</summary>
    public IEnumerable<(int Row, int Column, double Value)> Lower()
    {
        for (var i = 0; i < Order; i++)
        {
            for (var at = _starts[i]; at < _starts[i + 1] && _columns[at] <= i; at++)
                yield return (i, _columns[at], _values[at]);
        }
    }
}
