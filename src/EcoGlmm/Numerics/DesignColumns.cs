namespace EcoGlmm.Numerics;

/// <summary>A design X of which products are asked for, however it keeps its entries: what an orthogonal basis XR⁻¹ needs of it.</summary>
internal abstract class DesignColumns(int rows, int columns)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    /// <summary>The entry in the first row of a column.</summary>
    public abstract double First(int column);

    /// <summary>result ← result + Xβ.</summary>
    public abstract void AddProduct(ReadOnlySpan<double> beta, Span<double> result);

    /// <summary>result ← Xᵀx.</summary>
    public abstract void TransposedProduct(ReadOnlySpan<double> x, Span<double> result);

    /// <summary>XᵀWX, columns × columns, both triangles; W is the identity where it is empty.</summary>
    public abstract double[] CrossProduct(ReadOnlySpan<double> w);
}
