using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Score tests of blocks of markers in a <see cref="NullGlmm"/>: S = xᵀ(y − μ) with variance xᵀPx. Where S is more than two
/// standard deviations from zero its tail is found by the saddlepoint of the response's distribution, S having been brought
/// to the variance that the response alone gives it (W. Zhou and others, Nature Genetics 50, 2018, 1335-1341). Belongs to
/// one thread.
/// </summary>
internal sealed unsafe class ScoreScanWorker : IMarkerWorker
{
    // Standard deviations from which the normal tail is not trusted
    private const double NormalUpTo = 2;

    private readonly NullGlmm model;
    private readonly int n;
    private readonly int columns;
    private readonly double[] x;
    private readonly double[] solved;
    private readonly double[] raw;
    private readonly double[] projected;
    private readonly double[] adjusted;
    private readonly double[] workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    public ScoreScanWorker(NullGlmm model, double[] x, int columns, int blockMarkers)
    {
        this.model = model;
        this.x = x;
        this.columns = columns;
        n = model.Score.Length;
        raw = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        projected = GC.AllocateUninitializedArray<double>(n * blockMarkers, pinned: true);
        adjusted = new double[n];
        solved = Solved();
    }

    /// <summary>The genotypes of a marker of the block, to be filled in before <see cref="Test"/>.</summary>
    public Span<double> Marker(int m) => raw.AsSpan(m * n, n);

    /// <summary>Tests the markers that were filled in; one that is zero throughout has no result.</summary>
    public void Test(int count, MarkerTests[] results)
    {
        var tests = results[0];
        projected.AsSpan(0, n * count).Clear();
        fixed (double* p = model.P, g = raw, to = projected, work = workspace)
        {
            MatrixProduct.Add(n, count, n, false, p, n, false, g, n, false, to, n, work);
        }

        for (int m = 0; m < count; m++)
        {
            var g = raw.AsSpan(m * n, n);
            double score = 0;
            double variance = 0;
            double total = 0;
            for (int i = 0; i < n; i++)
            {
                score += g[i] * model.Score[i];
                variance += g[i] * projected[m * n + i];
                total += g[i] * g[i] * model.Weights[i];
            }

            if (!(variance > 1e-8 * total))
            {
                continue;
            }

            double z = score / Math.Sqrt(variance);
            tests.Beta[m] = score / variance;
            tests.StandardError[m] = 1 / Math.Sqrt(variance);
            tests.Score[m] = UpperTail.ChiSquare(z * z);
            if (Math.Abs(z) > NormalUpTo)
            {
                double own = Adjust(g);
                double corrected = Saddlepoint.TwoSided(model.Distribution, adjusted, score * Math.Sqrt(own / variance));
                tests.Score[m] = double.IsNaN(corrected) ? tests.Score[m] : corrected;
            }
        }
    }

    // g less what the covariates say of it, and its variance by the response alone.
    private double Adjust(ReadOnlySpan<double> g)
    {
        g.CopyTo(adjusted);
        for (int p = 0; p < columns; p++)
        {
            double along = 0;
            for (int i = 0; i < n; i++)
            {
                along += solved[i + p * n] * g[i];
            }

            for (int i = 0; i < n; i++)
            {
                adjusted[i] -= along * x[i + p * n];
            }
        }

        double variance = 0;
        for (int i = 0; i < n; i++)
        {
            variance += adjusted[i] * adjusted[i] * model.Weights[i];
        }

        return variance;
    }

    // W X (XᵀWX)⁻¹
    private double[] Solved()
    {
        var crossproduct = new double[columns * columns];
        DenseMatrix.WeightedCrossProduct(x, n, columns, model.Weights, crossproduct);
        if (!DenseCholesky.TryFactor(crossproduct, columns))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        var result = new double[n * columns];
        var row = new double[columns];
        for (int i = 0; i < n; i++)
        {
            for (int p = 0; p < columns; p++)
            {
                row[p] = x[i + p * n];
            }

            DenseCholesky.Solve(crossproduct, columns, row);
            for (int p = 0; p < columns; p++)
            {
                result[i + p * n] = model.Weights[i] * row[p];
            }
        }

        return result;
    }
}
