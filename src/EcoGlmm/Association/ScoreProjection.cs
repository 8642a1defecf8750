using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>What the covariates of a model without markers leave of a marker's score.</summary>
internal interface IScoreProjection
{
    /// <summary>How many numbers the distribution of scores is told of a marker.</summary>
    int Length { get; }

    /// <summary>A marker less what the covariates say of it, as the distribution of scores takes it.</summary>
    /// <param name="g">The marker.</param>
    /// <param name="projected">The result, of <see cref="Length"/>.</param>
    /// <returns>The variance of the score by the response alone.</returns>
    double Project(ReadOnlySpan<double> g, Span<double> projected);
}

/// <summary>Of scores Σ gᵢ (yᵢ − μᵢ), whose weights are the variances of the response.</summary>
internal sealed class CanonicalProjection : IScoreProjection
{
    private readonly double[] _x;
    private readonly double[] _weights;
    private readonly double[] _solved;
    private readonly int _columns;

    /// <param name="x">Covariates, column-major.</param>
    /// <param name="columns">How many.</param>
    /// <param name="weights">Variances of the response.</param>
    public CanonicalProjection(double[] x, int columns, double[] weights)
    {
        (_x, _columns, _weights) = (x, columns, weights);
        _solved = Solved();
    }

    public int Length => _weights.Length;

    public double Project(ReadOnlySpan<double> g, Span<double> projected)
    {
        var n = Length;
        g.CopyTo(projected);
        for (var p = 0; p < _columns; p++)
        {
            double along = 0;
            for (var i = 0; i < n; i++)
            {
                along += _solved[i + p * n] * g[i];
            }

            for (var i = 0; i < n; i++)
            {
                projected[i] -= along * _x[i + p * n];
            }
        }

        double variance = 0;
        for (var i = 0; i < n; i++)
        {
            variance += projected[i] * projected[i] * _weights[i];
        }

        return variance;
    }

    // W X (XᵀWX)⁻¹
    private double[] Solved()
    {
        var n = Length;
        var crossproduct = new double[_columns * _columns];
        DenseMatrix.WeightedCrossProduct(_x, n, _columns, _weights, crossproduct);
        if (!DenseCholesky.TryFactor(crossproduct, _columns))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        var result = new double[n * _columns];
        var row = new double[_columns];
        for (var i = 0; i < n; i++)
        {
            for (var p = 0; p < _columns; p++)
            {
                row[p] = _x[i + p * n];
            }

            DenseCholesky.Solve(crossproduct, _columns, row);
            for (var p = 0; p < _columns; p++)
            {
                result[i + p * n] = _weights[i] * row[p];
            }
        }

        return result;
    }
}
