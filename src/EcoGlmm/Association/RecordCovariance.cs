using EcoGlmm.Formulas;
using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>
/// What records have in common beside their individuals' genes: random effects such as (1 | animal) for repeated records, or
/// (1 | year). Their variances, relative to the residual variance, are those of the model without markers.
/// </summary>
internal static class RecordCovariance
{
    private const int MostSteps = 60;

    /// <summary>L with L Lᵀ = I + Σ ρₖ Zₖ Zₖᵀ; null if there are no random effects.</summary>
    /// <param name="data">The records.</param>
    /// <param name="relationship">Relationships of the records, column-major, lower triangle.</param>
    /// <param name="threads">Most threads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">A term is more than an intercept for each level of a group.</exception>
    public static double[]? Factor(ScanData data, double[] relationship, int threads, CancellationToken cancellation)
    {
        var terms = data.Specification.Conditional.Training.RandomTerms;
        if (terms.Length == 0)
        {
            return null;
        }

        var n = data.Y.Length;
        var shared = Array.ConvertAll(terms, term => Shared(term, n));
        var identity = new double[(long)n * n];
        for (var i = 0; i < n; i++)
        {
            identity[i + (long)i * n] = 1;
        }

        var y = data.Deviations;
        var mean = y.Average();
        var variance = y.Sum(v => (v - mean) * (v - mean)) / n;
        var tau = new double[terms.Length + 2];
        Array.Fill(tau, variance / tau.Length);
        double[][] matrices = [identity, Whole(relationship, n), .. shared];
        new AverageInformation(matrices, data.X, data.Columns, n, threads).Maximise(y, new double[n], tau, MostSteps, cancellation);
        RefuseNothingLeft(tau[0], variance);
        var covariance = identity;
        for (var k = 0; k < shared.Length; k++)
        {
            for (long e = 0; e < covariance.LongLength; e++)
            {
                covariance[e] += tau[k + 2] / tau[0] * shared[k][e];
            }
        }

        return DenseCholesky.TryFactor(covariance, n)
            ? covariance
            : throw Singular();
    }

    /// <summary>
    /// The same of records that fall into blocks, by relationships and random effects: of each block its L; null if there are no random
    /// effects.
    /// </summary>
    /// <param name="data">The records.</param>
    /// <param name="blocks">The records of each block.</param>
    /// <param name="relationship">Relationships of a block's records, whole, column-major.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">A term is more than an intercept for each level of a group.</exception>
    public static double[][]? Factors(ScanData data, int[][] blocks, Func<int, double[]> relationship, CancellationToken cancellation)
    {
        var terms = data.Specification.Conditional.Training.RandomTerms;
        if (terms.Length == 0)
        {
            return null;
        }

        foreach (var term in terms) CheckIntercept(term, data.Y.Length);
        var matrices = Enumerable.Range(0, blocks.Length).Select(f =>
        {
            var (rows, size) = (blocks[f], blocks[f].Length);
            var identity = new double[size * size];
            for (var i = 0; i < size; i++) identity[i + (i * size)] = 1;
            return (double[][])[identity, relationship(f), .. terms.Select(term =>
            {
                var shared = new double[size * size];
                for (var e = 0; e < shared.Length; e++) shared[e] = term.Codes[rows[e % size]] == term.Codes[rows[e / size]] ? 1 : 0;
                return shared;
            })];
        }).ToArray();
        var y = data.Deviations;
        var mean = y.Average();
        var variance = y.Sum(v => (v - mean) * (v - mean)) / y.Length;
        var tau = new double[terms.Length + 2];
        Array.Fill(tau, variance / tau.Length);
        new BlockInformation(blocks, matrices, data.X, data.Columns, y).Maximise(y, [], tau, MostSteps, cancellation);
        RefuseNothingLeft(tau[0], variance);
        return Array.ConvertAll(matrices, own =>
        {
            var covariance = own[0];
            for (var k = 2; k < own.Length; k++)
            {
                for (var e = 0; e < covariance.Length; e++) covariance[e] += tau[k] / tau[0] * own[k][e];
            }

            return DenseCholesky.TryFactor(covariance, (int)Math.Round(Math.Sqrt(covariance.Length))) ? covariance : throw Singular();
        });
    }

    /// <summary>The other triangle filled in.</summary>
    public static double[] Whole(double[] lower, int n)
    {
        for (var j = 0; j < n; j++)
        {
            for (var i = j + 1; i < n; i++)
            {
                lower[j + (long)i * n] = lower[i + (long)j * n];
            }
        }

        return lower;
    }

    // 1 where two records share a level
    private static double[] Shared(GroupingTerm term, int n)
    {
        CheckIntercept(term, n);
        var matrix = new double[(long)n * n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++)
            {
                matrix[i + (long)j * n] = term.Codes[i] == term.Codes[j] ? 1 : 0;
            }
        }

        return matrix;
    }

    private static void CheckIntercept(GroupingTerm term, int n)
    {
        if (term.EffectNames is not [Intercept.Name] || term.Codes.Length != n)
        {
            throw new GlmmException($"Beside relationships a scan knows random intercepts, as (1 | {term.Group}), but not {term.Title}.");
        }
    }

    private static void RefuseNothingLeft(double residual, double variance)
    {
        if (residual <= 1e-6 * variance)
        {
            throw new GlmmException("Nothing is left of the trait's variance beside relationships and random effects, so that markers "
                + "cannot be tested. Each record may have a level of its own in a random effect: leave that effect out.");
        }
    }

    private static GlmmException Singular() => new("The random effects' covariance matrix is singular; leave one of them out.");
}
