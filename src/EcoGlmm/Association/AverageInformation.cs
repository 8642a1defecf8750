using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// Restricted maximum likelihood of y = X b + e, var e = D + Σ τₖ Kₖ with dense Kₖ, by average information: A. R. Gilmour,
/// R. Thompson and B. R. Cullis, Biometrics 51 (1995) 1440-1450. P = V⁻¹ − V⁻¹ X (XᵀV⁻¹X)⁻¹ XᵀV⁻¹ is kept.
/// </summary>
/// <remarks>For some thousand rows: each step inverts V.</remarks>
internal sealed unsafe class AverageInformation
{
    private const int MostHalvings = 12;
    private const double Tolerance = 1e-7;

    private readonly double[][] matrices;
    private readonly double[] x;
    private readonly int n;
    private readonly int columns;
    private readonly BlockProduct.Team? team;
    private readonly double[] workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);

    /// <param name="matrices">The Kₖ, whole, column-major.</param>
    /// <param name="x">X, column-major.</param>
    /// <param name="columns">Columns of X.</param>
    /// <param name="n">Rows.</param>
    /// <param name="threads">Most threads.</param>
    public AverageInformation(double[][] matrices, double[] x, int columns, int n, int threads)
    {
        (this.matrices, this.x, this.columns, this.n) = (matrices, x, columns, n);
        team = threads > 1 ? new BlockProduct.Team(threads) : null;
        P = new double[(long)n * n];
        Fixed = new double[columns];
    }

    /// <summary>P, whole, column-major.</summary>
    public double[] P { get; private set; }

    /// <summary>The estimates of b.</summary>
    public double[] Fixed { get; }

    /// <summary>P y.</summary>
    public double[] Residual { get; private set; } = [];

    /// <summary>The restricted log-likelihood, but for a constant.</summary>
    public double LogLikelihood { get; private set; }

    /// <summary>Finds the τ, of which none is negative, from given ones.</summary>
    /// <param name="y">The response.</param>
    /// <param name="diagonal">D.</param>
    /// <param name="tau">Where to start; becomes the estimates.</param>
    /// <param name="mostSteps">Most steps.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">The covariance matrix is singular.</exception>
    public void Maximise(double[] y, double[] diagonal, double[] tau, int mostSteps, CancellationToken cancellation)
    {
        int k = tau.Length;
        Evaluate(y, diagonal, tau);
        for (int step = 0; step < mostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var score = new double[k];
            var information = new double[k * k];
            var working = new double[k][];
            for (int a = 0; a < k; a++)
            {
                var kpy = Product(matrices[a], Residual);
                working[a] = Product(P, kpy);
                score[a] = 0.5 * (Inner(Residual, kpy) - Trace(matrices[a]));
                for (int b = 0; b <= a; b++)
                {
                    information[a + b * k] = information[b + a * k] = 0.5 * Inner(kpy, working[b]);
                }
            }

            var move = Step(tau, score, information);
            double before = LogLikelihood;
            double expected = 0;
            for (int a = 0; a < k; a++)
            {
                expected += move[a] * score[a];
            }

            if (Math.Abs(expected) < Tolerance)
            {
                return;
            }

            var from = (double[])tau.Clone();
            for (int halving = 0; ; halving++)
            {
                double scale = Math.Pow(0.5, halving);
                for (int a = 0; a < k; a++)
                {
                    tau[a] = Math.Max(0, from[a] + scale * move[a]);
                }

                Evaluate(y, diagonal, tau);
                if (LogLikelihood >= before - 1e-10)
                {
                    break;
                }

                if (halving == MostHalvings)
                {
                    from.CopyTo(tau, 0);
                    Evaluate(y, diagonal, tau);
                    return;
                }
            }
        }
    }

    /// <summary>Brings P, the estimates of b and the likelihood to given τ.</summary>
    public void Evaluate(double[] y, double[] diagonal, double[] tau)
    {
        var v = new double[(long)n * n];
        for (int a = 0; a < tau.Length; a++)
        {
            if (tau[a] > 0)
            {
                fixed (double* from = matrices[a], to = v)
                {
                    for (int j = 0; j < n; j++)
                    {
                        DensePanel.AddScaled(n - j, tau[a], from + j + (long)j * n, to + j + (long)j * n);
                    }
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            v[i + (long)i * n] += diagonal[i];
        }

        fixed (double* pv = v, work = workspace)
        {
            if (!DensePanel.Cholesky(pv, n, n, n, new BlockProduct(work, team)))
            {
                throw new GlmmException("The variances of the records cannot be estimated: their covariance matrix is singular. Look for "
                    + "individuals that are the same, or leave a random effect out.");
            }
        }

        for (int j = 1; j < n; j++)
        {
            v.AsSpan(j * n, j).Clear();
        }

        double logDeterminant = DenseCholesky.LogDeterminant(v, n);
        DenseCholesky.Invert(v, n);
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < j; i++)
            {
                v[i + (long)j * n] = v[j + (long)i * n];
            }
        }

        var vx = new double[n * columns];
        var crossproduct = new double[columns * columns];
        for (int p = 0; p < columns; p++)
        {
            Product(v, x.AsSpan(p * n, n)).CopyTo(vx, p * n);
            for (int q = 0; q <= p; q++)
            {
                crossproduct[p + q * columns] = crossproduct[q + p * columns] = Inner(vx.AsSpan(p * n, n), x.AsSpan(q * n, n));
            }
        }

        if (!DenseCholesky.TryFactor(crossproduct, columns))
        {
            throw new GlmmException("The covariates depend on each other, so that their effects cannot be told apart. Leave one of "
                + "them out.");
        }

        double logCrossproduct = DenseCholesky.LogDeterminant(crossproduct, columns);
        for (int p = 0; p < columns; p++)
        {
            Fixed[p] = Inner(vx.AsSpan(p * n, n), y);
        }

        DenseCholesky.Solve(crossproduct, columns, Fixed);

        // P = V⁻¹ − (V⁻¹X L⁻ᵀ)(…)ᵀ with L Lᵀ = XᵀV⁻¹X
        for (int i = 0; i < n; i++)
        {
            var row = new double[columns];
            for (int p = 0; p < columns; p++)
            {
                row[p] = vx[i + p * n];
            }

            DenseCholesky.SolveLower(crossproduct, columns, row);
            for (int p = 0; p < columns; p++)
            {
                vx[i + p * n] = row[p];
            }
        }

        fixed (double* pv = v, px = vx, work = workspace)
        {
            new BlockProduct(work, team).Add(n, n, columns, true, px, n, false, px, n, true, pv, n, ProductShape.Full);
        }

        P = v;
        Residual = Product(P, y);
        LogLikelihood = -0.5 * (logDeterminant + logCrossproduct + Inner(Residual, y));
    }

    // Newton's step by the average information, on the components that are free to move.
    private static double[] Step(double[] tau, double[] score, double[] information)
    {
        int k = tau.Length;
        var free = Enumerable.Range(0, k).Where(a => tau[a] > 0 || score[a] > 0).ToArray();
        var move = new double[k];
        int m = free.Length;
        if (m > 0)
        {
            var matrix = new double[m * m];
            var right = new double[m];
            for (int a = 0; a < m; a++)
            {
                right[a] = score[free[a]];
                for (int b = 0; b < m; b++)
                {
                    matrix[a + b * m] = information[free[a] + free[b] * k] * (a == b ? 1 + 1e-10 : 1);
                }
            }

            if (DenseCholesky.TryFactor(matrix, m))
            {
                DenseCholesky.Solve(matrix, m, right);
                for (int a = 0; a < m; a++)
                {
                    move[free[a]] = right[a];
                }
            }
        }

        // no component leaves its range by more than it has
        for (int a = 0; a < k; a++)
        {
            move[a] = Math.Max(move[a], -tau[a]);
        }

        return move;
    }

    private double[] Product(double[] matrix, ReadOnlySpan<double> v)
    {
        var result = new double[n];
        DenseMatrix.Multiply(matrix, n, v, result);
        return result;
    }

    private double Trace(double[] k)
    {
        double sum = 0;
        fixed (double* a = k, p = P)
        {
            for (int j = 0; j < n; j++)
            {
                sum += DensePanel.Dot(n, a + (long)j * n, p + (long)j * n);
            }
        }

        return sum;
    }

    private static double Inner(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
