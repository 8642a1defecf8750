using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>Variances xᵀPx of the scores of markers in a model without them. Immutable.</summary>
internal interface IScoreVariances
{
    /// <param name="markers">Markers, one after another.</param>
    /// <param name="scratch">As long.</param>
    /// <param name="workspace"><see cref="MatrixProduct.WorkspaceLength"/> numbers.</param>
    /// <param name="variances">The results, for each marker.</param>
    void Find(double[] markers, double[] scratch, double[] workspace, Span<double> variances);
}

/// <summary>By the whole of P.</summary>
/// <param name="p">P, column-major.</param>
/// <param name="n">Its order.</param>
internal sealed unsafe class DenseVariances(double[] p, int n) : IScoreVariances
{
    public void Find(double[] markers, double[] scratch, double[] workspace, Span<double> variances)
    {
        var count = variances.Length;
        scratch.AsSpan(0, n * count).Clear();
        fixed (double* pp = p, g = markers, to = scratch, work = workspace)
        {
            MatrixProduct.Add(n, count, n, false, pp, n, false, g, n, false, to, n, work);
            for (var m = 0; m < count; m++)
            {
                double sum = 0;
                for (var i = m * n; i < (m + 1) * n; i++) sum += g[i] * to[i];
                variances[m] = sum;
            }
        }
    }
}

/// <summary>
/// Where V falls into small blocks: Σ xᵀV⁻¹x of the blocks, less the share of the covariates. Linear in the number of blocks.
/// </summary>
/// <param name="n">Rows.</param>
/// <param name="blocks">The rows of each block.</param>
/// <param name="inverses">V⁻¹ of each block.</param>
/// <param name="wx">V⁻¹X of each block, column-major.</param>
/// <param name="columns">Columns of X.</param>
/// <param name="crossproduct">L, with L Lᵀ = XᵀV⁻¹X.</param>
internal sealed class BlockVariances(int n, int[][] blocks, double[][] inverses, double[][] wx, int columns, double[] crossproduct)
    : IScoreVariances
{
    public void Find(double[] markers, double[] scratch, double[] workspace, Span<double> variances)
    {
        var along = new double[columns];
        for (var m = 0; m < variances.Length; m++)
        {
            var x = markers.AsSpan(m * n, n);
            along.AsSpan().Clear();
            double sum = 0;
            for (var f = 0; f < blocks.Length; f++)
            {
                var (rows, size, inverse, own) = (blocks[f], blocks[f].Length, inverses[f], wx[f]);
                for (var i = 0; i < size; i++)
                {
                    var xi = x[rows[i]];
                    if (xi == 0) continue;
                    double product = 0;
                    for (var j = 0; j < size; j++) product += inverse[j + (i * size)] * x[rows[j]];
                    sum += xi * product;
                    for (var p = 0; p < columns; p++) along[p] += own[i + (p * size)] * xi;
                }
            }

            DenseCholesky.SolveLower(crossproduct, columns, along);
            foreach (var a in along) sum -= a * a;
            variances[m] = sum;
        }
    }
}
