using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// The search for variances τₖ ≥ 0 of y = X b + e, var e = D + Σ τₖ Kₖ, by restricted maximum likelihood, with Newton's steps by the
/// average information, however that is computed.
/// </summary>
/// <param name="y">The response.</param>
/// <param name="diagonal">D; empty for none.</param>
internal abstract class VarianceSearch(double[] y, double[] diagonal)
{
    private const int MostHalvings = 12;
    private const double Tolerance = 1e-7;

    /// <summary>The restricted log-likelihood, but for a constant.</summary>
    public double LogLikelihood { get; protected set; }

    /// <summary>The response.</summary>
    protected double[] Y { get; private set; } = y;

    /// <summary>D; empty for none.</summary>
    protected double[] Diagonal { get; private set; } = diagonal;

    /// <summary>The estimates of b.</summary>
    public abstract double[] Fixed { get; }

    /// <summary>P y, with P = V⁻¹ − V⁻¹ X (XᵀV⁻¹X)⁻¹ XᵀV⁻¹.</summary>
    public abstract double[] Residual { get; }

    /// <summary>Finds the τ, of which none is negative, from given ones.</summary>
    /// <param name="y">The response.</param>
    /// <param name="diagonal">D.</param>
    /// <param name="tau">Where to start; becomes the estimates.</param>
    /// <param name="mostSteps">Most steps.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">The covariance matrix is singular.</exception>
    public void Maximise(double[] y, double[] diagonal, double[] tau, int mostSteps, CancellationToken cancellation)
    {
        (Y, Diagonal) = (y, diagonal);
        Maximise(tau, mostSteps, cancellation);
    }

    /// <summary>K₀ P y.</summary>
    public abstract double[] RelatedResidual();

    /// <summary>What P makes of markers of the first rows, at the τ of now.</summary>
    /// <param name="rows">How many; markers are zero in the others.</param>
    public abstract IScoreVariances Variances(int rows);

    /// <summary>Brings the likelihood, and what derivatives need, to given τ.</summary>
    protected abstract void Evaluate(double[] tau);

    /// <summary>The derivatives of the likelihood by τ and the average information (column-major), where it was evaluated last.</summary>
    protected abstract void Derivatives(double[] score, double[] information);

    /// <summary>Goes from given τ to the maximum.</summary>
    protected void Maximise(double[] tau, int mostSteps, CancellationToken cancellation)
    {
        var k = tau.Length;
        Evaluate(tau);
        for (var step = 0; step < mostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var score = new double[k];
            var information = new double[k * k];
            Derivatives(score, information);
            var move = Step(tau, score, information);
            var before = LogLikelihood;
            double expected = 0;
            for (var a = 0; a < k; a++)
            {
                expected += move[a] * score[a];
            }

            if (Math.Abs(expected) < Tolerance)
            {
                return;
            }

            var from = (double[])tau.Clone();
            for (var halving = 0; ; halving++)
            {
                var scale = Math.Pow(0.5, halving);
                for (var a = 0; a < k; a++)
                {
                    tau[a] = Math.Max(0, from[a] + scale * move[a]);
                }

                try
                {
                    Evaluate(tau);
                }
                catch (GlmmException) when (halving < MostHalvings)
                {
                    // a whole step may leave nothing of the variance that each record has by itself
                    continue;
                }

                if (LogLikelihood >= before - 1e-10)
                {
                    break;
                }

                if (halving == MostHalvings)
                {
                    from.CopyTo(tau, 0);
                    Evaluate(tau);
                    return;
                }
            }
        }
    }

    protected static double Inner(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    // Newton's step by the average information, on the components that are free to move.
    private static double[] Step(double[] tau, double[] score, double[] information)
    {
        var k = tau.Length;
        var free = Enumerable.Range(0, k).Where(a => tau[a] > 0 || score[a] > 0).ToArray();
        var move = new double[k];
        var m = free.Length;
        if (m > 0)
        {
            var matrix = new double[m * m];
            var right = new double[m];
            for (var a = 0; a < m; a++)
            {
                right[a] = score[free[a]];
                for (var b = 0; b < m; b++)
                {
                    matrix[a + b * m] = information[free[a] + free[b] * k] * (a == b ? 1 + 1e-10 : 1);
                }
            }

            if (DenseCholesky.TryFactor(matrix, m))
            {
                DenseCholesky.Solve(matrix, m, right);
                for (var a = 0; a < m; a++)
                {
                    move[free[a]] = right[a];
                }
            }
        }

        // no component leaves its range by more than it has
        for (var a = 0; a < k; a++)
        {
            move[a] = Math.Max(move[a], -tau[a]);
        }

        return move;
    }
}
