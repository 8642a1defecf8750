namespace EcoGlmm.Formulas;

/// <summary>
/// The product of the variables of one term. All indicators together are one index per row, so that an interaction of
/// factors costs one pass over the rows however many columns it has; the numeric variables multiply it.
/// </summary>
internal sealed class TermProduct
{
    private readonly int[]? _index;

    private TermProduct(int[]? index, List<(int Offset, double[]? Values)> factors)
    {
        _index = index;
        Factors = factors;
    }

    /// <summary>The products of the numeric columns, null for ones, and where their columns start within the term.</summary>
    public List<(int Offset, double[]? Values)> Factors { get; }

    public static TermProduct Of(CodedVariable[] variables)
    {
        int[]? index = null;
        List<(int Offset, double[]? Values)> factors = [(0, null)];
        var stride = 1;
        foreach (var variable in variables)
        {
            if (variable.Index is { } indicator)
                index = index is null && stride == 1 ? indicator : Merge(index, indicator, stride);
            else
                factors = [.. variable.Columns!.SelectMany((column, j) => factors.Select(
                    factor => (factor.Offset + j * stride, Multiply(factor.Values, column))))];
            stride *= variable.Count;
        }
        return new TermProduct(index, factors);
    }

    /// <summary>The indices that occur in some row; 0 where the term has no indicators.</summary>
    public IEnumerable<int> OccurringIndices()
    {
        if (_index is null)
            return [0];
        var occurring = new bool[_index.Length == 0 ? 0 : Math.Max(0, _index.Max() + 1)];
        foreach (var index in _index)
        {
            if (index >= 0)
                occurring[index] = true;
        }
        return Enumerable.Range(0, occurring.Length).Where(index => occurring[index]);
    }

    /// <param name="position">For each of the term's columns its place in the matrix, −1 to leave it out.</param>
    /// <param name="matrix">Column-major.</param>
    /// <param name="missing">Set where a variable is missing.</param>
    public void Fill(ReadOnlySpan<int> position, double[] matrix, bool[] missing)
    {
        var n = missing.Length;
        foreach (var (offset, values) in Factors)
        {
            for (var row = 0; row < n; row++)
            {
                var value = values is null ? 1.0 : values[row];
                var index = _index is null ? 0 : _index[row];
                if (index == CodedVariable.Missing || double.IsNaN(value))
                    missing[row] = true;
                else if (index >= 0 && position[offset + index] is >= 0 and var column)
                    matrix[column * n + row] = value;
            }
        }
    }

    /// <summary>As <see cref="Fill(ReadOnlySpan{int}, double[], bool[])"/>, writing down the entries that are not zero.</summary>
    /// <param name="position">For each of the term's columns its place in the matrix, −1 to leave it out.</param>
    /// <param name="entries">What is written to.</param>
    /// <param name="rows">The number of rows, of which none is missing.</param>
    /// <returns>Whether there was room for them.</returns>
    public bool Fill(ReadOnlySpan<int> position, DesignEntries entries, int rows)
    {
        foreach (var (offset, values) in Factors)
        {
            for (var row = 0; row < rows; row++)
            {
                var value = values is null ? 1.0 : values[row];
                var index = _index is null ? 0 : _index[row];
                if (value != 0 && index >= 0 && position[offset + index] is >= 0 and var column && !entries.Add(row, column, value))
                    return false;
            }
        }
        return true;
    }

    private static int[] Merge(int[]? index, int[] indicator, int stride)
    {
        var merged = new int[indicator.Length];
        for (var row = 0; row < merged.Length; row++)
        {
            var before = index is null ? 0 : index[row];
            var next = indicator[row];
            merged[row] = Math.Min(before, next) < 0 ? Math.Min(before, next) : before + next * stride;
        }
        return merged;
    }

    private static double[] Multiply(double[]? a, double[] b)
    {
        if (a is null)
            return b;
        var product = new double[b.Length];
        for (var row = 0; row < b.Length; row++)
            product[row] = a[row] * b[row];
        return product;
    }
}
