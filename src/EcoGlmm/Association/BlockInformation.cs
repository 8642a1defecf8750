using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Restricted maximum likelihood of y = X b + e, var e = D + Σ τₖ Kₖ, where all Kₖ fall into the same small blocks, as families with all
/// their records do: linear in the number of blocks. See <see cref="AverageInformation"/>.
/// </summary>
/// <param name="blocks">The rows of each block.</param>
/// <param name="matrices">Of each block its part of each Kₖ, column-major.</param>
/// <param name="x">X, column-major.</param>
/// <param name="columns">Columns of X.</param>
/// <param name="y">The response.</param>
internal sealed class BlockInformation(int[][] blocks, double[][][] matrices, double[] x, int columns, double[] y)
    : VarianceSearch(y, [])
{
    private readonly double[][] _inverses = new double[blocks.Length][];
    private readonly double[][] _wx = new double[blocks.Length][];
    private readonly double[] _residual = new double[y.Length];
    private double[] _crossproduct = [];

    public override double[] Fixed { get; } = new double[columns];

    public override double[] Residual => _residual;

    public override double[] RelatedResidual() => Product(0);

    public override IScoreVariances Variances(int rows) => new BlockVariances(
        rows, [.. blocks.Where(b => b.All(i => i < rows))], [.. _inverses.Where((_, f) => blocks[f].All(i => i < rows))],
        [.. _wx.Where((_, f) => blocks[f].All(i => i < rows))], columns, _crossproduct);

    protected override void Evaluate(double[] tau)
    {
        var (y, n) = (Y, Y.Length);
        double logDeterminant = 0, yy = 0;
        _crossproduct = new double[columns * columns];
        var b = new double[columns];
        for (var f = 0; f < blocks.Length; f++)
        {
            var (rows, size) = (blocks[f], blocks[f].Length);
            var v = new double[size * size];
            for (var k = 0; k < tau.Length; k++)
            {
                for (var e = 0; e < v.Length; e++) v[e] += tau[k] * matrices[f][k][e];
            }

            for (var i = 0; i < size && Diagonal.Length > 0; i++) v[i + (i * size)] += Diagonal[rows[i]];
            if (!DenseCholesky.TryFactor(v, size))
            {
                throw new GlmmException("The variances of the records cannot be estimated: their covariance matrix is singular. Look for "
                    + "individuals that are the same, or leave a random effect out.");
            }

            logDeterminant += DenseCholesky.LogDeterminant(v, size);
            var inverse = new double[size * size];
            for (var i = 0; i < size; i++) inverse[i + (i * size)] = 1;
            DenseCholesky.Solve(v, size, inverse);
            var wx = new double[size * columns];
            for (var p = 0; p < columns; p++)
            {
                for (var i = 0; i < size; i++)
                {
                    double sum = 0;
                    for (var j = 0; j < size; j++) sum += inverse[j + (i * size)] * x[rows[j] + (p * n)];
                    wx[i + (p * size)] = sum;
                    b[p] += sum * y[rows[i]];
                }

                for (var q = 0; q <= p; q++)
                {
                    double sum = 0;
                    for (var i = 0; i < size; i++) sum += wx[i + (p * size)] * x[rows[i] + (q * n)];
                    _crossproduct[p + (q * columns)] += sum;
                    if (q < p) _crossproduct[q + (p * columns)] += sum;
                }
            }

            (_inverses[f], _wx[f]) = (inverse, wx);
        }

        if (!DenseCholesky.TryFactor(_crossproduct, columns))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        DenseCholesky.Solve(_crossproduct, columns, b);
        b.CopyTo(Fixed, 0);
        var deviations = new double[n];
        for (var i = 0; i < n; i++)
        {
            deviations[i] = y[i];
            for (var p = 0; p < columns; p++) deviations[i] -= x[i + (p * n)] * b[p];
        }

        Weigh(deviations, _residual);
        yy = Inner(_residual, y);
        LogLikelihood = -0.5 * (logDeterminant + DenseCholesky.LogDeterminant(_crossproduct, columns) + yy);
    }

    protected override void Derivatives(double[] score, double[] information)
    {
        var (k, n) = (score.Length, Y.Length);
        var (products, working) = (new double[k][], new double[k][]);
        for (var a = 0; a < k; a++)
        {
            products[a] = Product(a);
            double trace = 0;
            var inner = new double[columns * columns];
            for (var f = 0; f < blocks.Length; f++)
            {
                var (rows, size, own) = (blocks[f], blocks[f].Length, matrices[f][a]);
                for (var e = 0; e < own.Length; e++) trace += own[e] * _inverses[f][e];
                // Xᵀ V⁻¹ K V⁻¹ X
                for (var p = 0; p < columns; p++)
                {
                    for (var i = 0; i < size; i++)
                    {
                        double along = 0;
                        for (var j = 0; j < size; j++) along += own[j + (i * size)] * _wx[f][j + (p * size)];
                        for (var q = 0; q < columns; q++) inner[q + (p * columns)] += along * _wx[f][i + (q * size)];
                    }
                }
            }

            DenseCholesky.Solve(_crossproduct, columns, inner);
            for (var p = 0; p < columns; p++) trace -= inner[p + (p * columns)];
            score[a] = 0.5 * (Inner(_residual, products[a]) - trace);
            working[a] = Projected(products[a]);
        }

        for (var a = 0; a < k; a++)
        {
            for (var b = 0; b < k; b++) information[a + (b * k)] = 0.5 * Inner(products[a], working[b]);
        }
    }

    // Kₖ P y
    private double[] Product(int k)
    {
        var result = new double[_residual.Length];
        for (var f = 0; f < blocks.Length; f++)
        {
            var (rows, size, own) = (blocks[f], blocks[f].Length, matrices[f][k]);
            for (var i = 0; i < size; i++)
            {
                double sum = 0;
                for (var j = 0; j < size; j++) sum += own[j + (i * size)] * _residual[rows[j]];
                result[rows[i]] = sum;
            }
        }

        return result;
    }

    // P v = V⁻¹ v − V⁻¹X (XᵀV⁻¹X)⁻¹ XᵀV⁻¹ v
    private double[] Projected(double[] v)
    {
        var result = new double[v.Length];
        Weigh(v, result);
        var along = new double[columns];
        for (var p = 0; p < columns; p++) along[p] = Inner(x.AsSpan(p * v.Length, v.Length), result);
        DenseCholesky.Solve(_crossproduct, columns, along);
        for (var f = 0; f < blocks.Length; f++)
        {
            for (var i = 0; i < blocks[f].Length; i++)
            {
                for (var p = 0; p < columns; p++) result[blocks[f][i]] -= _wx[f][i + (p * blocks[f].Length)] * along[p];
            }
        }

        return result;
    }

    private void Weigh(double[] v, double[] result)
    {
        for (var f = 0; f < blocks.Length; f++)
        {
            var (rows, size) = (blocks[f], blocks[f].Length);
            for (var i = 0; i < size; i++)
            {
                double sum = 0;
                for (var j = 0; j < size; j++) sum += _inverses[f][j + (i * size)] * v[rows[j]];
                result[rows[i]] = sum;
            }
        }
    }
}
