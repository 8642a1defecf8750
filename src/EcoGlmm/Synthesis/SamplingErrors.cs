using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Syntheses;

/// <summary>What is known of the sampling errors of effect sizes: a variance for each, or their covariance matrix.</summary>
/// <param name="Variances">For each row of the data; NaN where it is missing.</param>
/// <param name="Covariance">Rows × rows; null where errors are independent.</param>
/// <param name="Column">The column of the variances; null where a matrix was given.</param>
internal sealed record SamplingErrors(double[] Variances, double[,]? Covariance, string? Column)
{
    private const double Symmetry = 1e-8;

    /// <exception cref="GlmmException">A variance is not positive.</exception>
    public static SamplingErrors Of(FieldData table, string column)
    {
        var v = table.Numbers(column);
        var bad = Array.FindIndex(v, value => !(value > 0 && double.IsFinite(value)) && !double.IsNaN(value));
        if (bad >= 0)
        {
            throw new GlmmException($"The sampling variance in row {bad + 1} (column \"{column}\") is {v[bad]}; sampling variances are "
                + "positive. A study of such a variance has no information of its own: leave it out, or correct it.");
        }

        return new SamplingErrors(v, null, column);
    }

    /// <exception cref="GlmmException">The matrix does not fit the table, or is not symmetric with a positive diagonal.</exception>
    public static SamplingErrors Of(FieldData table, double[,] covariance)
    {
        var n = table.RowCount;
        if (covariance.GetLength(0) != n || covariance.GetLength(1) != n)
        {
            throw new GlmmException($"The covariance matrix of sampling errors has {covariance.GetLength(0)} rows and "
                + $"{covariance.GetLength(1)} columns; it needs a row and a column for each of the {n} rows of the data.");
        }

        for (var i = 0; i < n; i++)
        {
            if (!(covariance[i, i] > 0 && double.IsFinite(covariance[i, i])))
            {
                throw new GlmmException($"The sampling variance of row {i + 1} is {covariance[i, i]} in the covariance matrix; sampling "
                    + $"variances are positive.");
            }

            for (var j = 0; j < i; j++)
            {
                if (!(Math.Abs(covariance[i, j] - covariance[j, i]) <= Symmetry * Math.Sqrt(covariance[i, i] * covariance[j, j])))
                {
                    throw new GlmmException($"The covariance matrix of sampling errors is not symmetric: {covariance[i, j]} in row "
                        + $"{i + 1}, column {j + 1}, but {covariance[j, i]} the other way.");
                }
            }
        }

        var isDiagonal = Enumerable.Range(0, n).All(i => Enumerable.Range(0, i).All(j => covariance[i, j] == 0));
        return new SamplingErrors([.. Enumerable.Range(0, n).Select(i => covariance[i, i])], isDiagonal
            ? null : (double[,])covariance.Clone(), null);
    }

    /// <summary>The matrix of some rows.</summary>
    public Matrix<double> Of(int[] rows) => Covariance is null
        ? Matrix<double>.Build.DenseDiagonal(rows.Length, rows.Length, i => Variances[rows[i]])
        : Matrix<double>.Build.Dense(rows.Length, rows.Length, (i, j) => Covariance[rows[i], rows[j]]);

    /// <summary>Those of some rows.</summary>
    public SamplingErrors Rows(int[] rows) => new(Array.ConvertAll(rows, r => Variances[r]), Covariance is null ? null : Of(rows)
        .ToArray(), Column);

    /// <summary>
    /// A part of the variances that can be taken off the matrix so that what is left is positive definite: half of the largest
    /// share of those tried.
    /// </summary>
    /// <exception cref="GlmmException">The matrix is not positive definite.</exception>
    public double IndependentShare()
    {
        var v = Matrix<double>.Build.DenseOfArray(Covariance!);
        for (var share = 0.8; share > 1e-9; share /= 2)
        {
            try
            {
                var rest = v.Clone();
                for (var i = 0; i < Variances.Length; i++)
                {
                    rest[i, i] -= share * Variances[i];
                }

                rest.Cholesky();
                return share / 2;
            }
            catch (ArgumentException)
            {
                // too much of it
            }
        }

        throw new GlmmException("The covariance matrix of sampling errors is not positive definite: some errors would be sums of others. "
            + "A correlation of 1, or one that does not fit the others, is the usual reason.");
    }
}
