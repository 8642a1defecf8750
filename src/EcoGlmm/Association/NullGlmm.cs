using EcoGlmm.Numerics;

namespace EcoGlmm.Association;

/// <summary>Makes the search for the variance of individuals' effects.</summary>
/// <param name="x">Covariates, column-major.</param>
/// <param name="columns">How many.</param>
/// <param name="more">Rows behind those of the scan, of nobody.</param>
internal delegate VarianceSearch MakeSearch(double[] x, int columns, int more);

/// <summary>
/// The generalized linear mixed model without a marker, g(μ) = X b + u with var u = τ K, by penalised quasi-likelihood: N. E.
/// Breslow and D. G. Clayton, J. Am. Stat. Assoc. 88 (1993) 9-25; for scans: H. Chen and others, Am. J. Hum. Genet. 98
/// (2016) 653-666. Binomial with logit and Poisson with log link; ordered categories are <see cref="NullOrdinal"/>'s.
/// </summary>
internal sealed class NullGlmm
{
    private const int MostIterations = 100;
    private const double Tolerance = 1e-6;
    private const double LargestPredictor = 30;
    private const double LeastWeight = 1e-8;

    /// <param name="weights">Expected information of observations on their linear predictors.</param>
    /// <param name="score">Derivatives of the log-likelihood by these.</param>
    /// <param name="tau">Variance of the individuals' effects, by K.</param>
    /// <param name="variances">What P makes of markers.</param>
    /// <param name="projection">What covariates leave of a marker's score.</param>
    /// <param name="distribution">The distribution of scores.</param>
    internal NullGlmm(double[] weights, double[] score, double tau, IScoreVariances variances, IScoreProjection projection,
        IScoreDistribution distribution) =>
        (Weights, Score, Tau, Variances, Projection, Distribution) = (weights, score, tau, variances, projection, distribution);

    /// <summary>Variances of the response, which are the weights of canonical links.</summary>
    public double[] Weights { get; }

    /// <summary>Derivatives of the log-likelihood by the linear predictors; of canonical links, response less mean.</summary>
    public double[] Score { get; }

    /// <summary>Variance of the individuals' effects, by K.</summary>
    public double Tau { get; }

    /// <summary>Variances of markers' scores.</summary>
    public IScoreVariances Variances { get; }

    /// <summary>What the covariates leave of a marker's score.</summary>
    public IScoreProjection Projection { get; }

    /// <summary>The distribution of scores.</summary>
    public IScoreDistribution Distribution { get; }

    /// <param name="data">The rows.</param>
    /// <param name="family">The distribution of the response.</param>
    /// <param name="makeSearch">Makes the search for variances, by covariates.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GlmmException">It does not converge, or the response does not fit the family.</exception>
    public static NullGlmm Fit(ScanData data, Family family, MakeSearch makeSearch, CancellationToken cancellation)
    {
        var n = data.Y.Length;
        var isBinomial = IsBinomial(family);
        var size = data.Specification.Response.Trials ?? [.. Enumerable.Repeat(1.0, n)];
        var y = data.Y;
        for (var i = 0; i < n; i++)
        {
            if (family.CheckResponse(y[i], size[i]) is { } problem)
            {
                throw new GlmmException($"The response {data.Specification.Response.Name} does not fit the family {family.Name}: "
                    + $"{problem}.");
            }
        }

        var eta = new double[n];
        for (var i = 0; i < n; i++)
        {
            var start = isBinomial ? (y[i] + 0.5) / (size[i] + 1) : y[i] + 0.1;
            eta[i] = isBinomial ? Math.Log(start / (1 - start)) : Math.Log(start);
        }

        var reml = makeSearch(data.X, data.Columns, 0);
        double[] tau = [0.1];
        var mean = new double[n];
        var weights = new double[n];
        var working = new double[n];
        var inverse = new double[n];
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            for (var i = 0; i < n; i++)
            {
                var rate = isBinomial ? SpecialFunctions.Logistic(eta[i]) : Math.Exp(eta[i]);
                mean[i] = size[i] * rate;
                weights[i] = Math.Max(LeastWeight, isBinomial ? size[i] * rate * (1 - rate) : rate);
                inverse[i] = 1 / weights[i];
                working[i] = eta[i] - data.Offset[i] + (y[i] - mean[i]) / weights[i];
            }

            var before = tau[0];
            reml.Maximise(working, inverse, tau, mostSteps: 1, cancellation);
            var change = Math.Abs(tau[0] - before) / (Math.Abs(before) + 1e-2);
            var effects = reml.RelatedResidual();
            for (var i = 0; i < n; i++)
            {
                var next = data.Offset[i] + tau[0] * effects[i];
                for (var p = 0; p < data.Columns; p++)
                {
                    next += data.X[i + p * n] * reml.Fixed[p];
                }

                next = Math.Clamp(next, -LargestPredictor, LargestPredictor);
                change = Math.Max(change, Math.Abs(next - eta[i]) / (1 + Math.Abs(next)));
                eta[i] = next;
            }

            if (change < Tolerance)
            {
                return new NullGlmm(weights, [.. y.Zip(mean, (a, b) => a - b)], tau[0], reml.Variances(n),
                    new CanonicalProjection(data.X, data.Columns, weights),
                    isBinomial ? new BinomialScores([.. mean.Zip(size, (m, s) => m / s)], size) : new PoissonScores(mean));
            }
        }

        throw new GlmmException("The model without markers does not converge. A covariate may separate the cases from the others, or there "
            + "are too few cases; leave a covariate out.");
    }

    private static bool IsBinomial(Family family) => family.HasCanonicalScores
        ? family.WeightRole == WeightRole.Trials
        : throw new GlmmException("Scans know quantities (no family), Family.Binomial() with logit link, Family.Poisson() with log "
            + $"link and Family.Cumulative(), but not {family}. For other traits scan the residuals of a model, or the logarithm.");
}
