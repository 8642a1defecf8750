using EcoGlmm.Estimation;
using EcoGlmm.Model;

namespace EcoGlmm.Association;

/// <summary>
/// The cumulative model of ordered categories without a marker, P(Y ≤ k) = F(αₖ − η), η = X b + u with var u = τ K, by penalised
/// quasi-likelihood, as W. Bi and others (Am. J. Hum. Genet. 108 (2021) 825-839) use it for scans. With w the expected information on
/// η of an observation, c its covariance with the thresholds and r = c / w, the information is that of a working response z of
/// η + rᵀα with weight w, and of what E = Σ (a − w r rᵀ) says of the thresholds alone, which stands in a few more rows of weight one.
/// </summary>
internal static class NullOrdinal
{
    private const int MostIterations = 100;
    private const double Tolerance = 1e-6;
    private const double LargestPredictor = 30;

    /// <summary>Pivots below it, relative to the diagonal, are rounding: E says nothing of all thresholds moved together.</summary>
    private const double LeastPivot = 1e-9;

    /// <exception cref="GlmmException">It does not converge, or the response has no categories.</exception>
    public static NullGlmm Fit(ScanData data, Family family, MakeSearch makeSearch, CancellationToken cancellation)
    {
        var response = OrderedResponse.Of(data.Specification);
        var (n, y, m) = (data.Y.Length, response.Y, response.Categories.Count - 1);
        var x = Covariates(data);
        var p = x.Length / n;
        var (rows, columns) = (n + m, m + p);
        var alpha = Start(y, m, family.Link);
        var eta = (double[])data.Offset.Clone();
        var design = new double[rows * columns];
        for (var j = 0; j < p; j++) x.AsSpan(j * n, n).CopyTo(design.AsSpan((m + j) * rows, n));
        var (working, inverse) = (new double[rows], new double[rows]);
        double[] tau = [0.1];
        var reml = makeSearch(design, columns, m);
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            var points = new OrdinalPoints(y, eta, alpha, family.Link);
            var (factor, known) = Thresholds(points, alpha);
            for (var i = 0; i < n; i++)
            {
                inverse[i] = 1 / points.Weights[i];
                working[i] = eta[i] - data.Offset[i] + (points.Score[i] / points.Weights[i]);
                for (var k = 0; k < m; k++)
                {
                    design[(k * rows) + i] = points.Slope(i, k);
                    working[i] += points.Slope(i, k) * alpha[k];
                }
            }

            for (var k = 0; k < m; k++)
            {
                inverse[n + k] = 1;
                working[n + k] = known[k];
                for (var l = 0; l < m; l++) design[(l * rows) + n + k] = factor[l, k];
            }

            var before = tau[0];
            reml.Maximise(working, inverse, tau, mostSteps: 1, cancellation);
            var change = Math.Abs(tau[0] - before) / (Math.Abs(before) + 1e-2);
            change = Math.Max(change, Move(alpha, reml.Fixed));
            var effects = reml.RelatedResidual();
            for (var i = 0; i < n; i++)
            {
                var next = data.Offset[i] + (tau[0] * effects[i]);
                for (var j = 0; j < p; j++) next += x[i + (j * n)] * reml.Fixed[m + j];
                next = Math.Clamp(next, -LargestPredictor, LargestPredictor);
                change = Math.Max(change, Math.Abs(next - eta[i]) / (1 + Math.Abs(next)));
                eta[i] = next;
            }

            if (change < Tolerance)
            {
                points = new OrdinalPoints(y, eta, alpha, family.Link);
                var scores = new OrdinalScores(points, x, p);
                return new NullGlmm(points.Weights, points.Score, tau[0], reml.Variances(n), scores, scores);
            }
        }

        throw new GlmmException("The model without markers does not converge. A covariate may tell the categories apart, or there are too "
            + "few individuals in one of them; leave the covariate out, or put neighbouring categories together.");
    }

    // The thresholds stand in the place of the intercept.
    private static double[] Covariates(ScanData data)
    {
        var n = data.Y.Length;
        var names = data.Specification.Conditional.Training.ColumnNames;
        return [.. Enumerable.Range(0, data.Columns).Where(j => names[j] != Intercept.Name)
            .SelectMany(j => data.X.AsSpan(j * n, n).ToArray())];
    }

    private static double[] Start(double[] y, int m, Link link)
    {
        var alpha = new double[m];
        for (var k = 0; k < m; k++)
        {
            alpha[k] = link.LinearPredictor((y.Count(v => v <= k + 1) + (0.1 * (k + 1))) / (y.Length + (0.1 * (m + 1))));
        }

        return alpha;
    }

    // New thresholds, or those half as far while they are out of order; how far they moved.
    private static double Move(double[] alpha, ReadOnlySpan<double> next)
    {
        var share = 1.0;
        var moved = new double[alpha.Length];
        for (; ; share /= 2)
        {
            for (var k = 0; k < alpha.Length; k++) moved[k] = alpha[k] + (share * (next[k] - alpha[k]));
            if (share < 1e-6 || Enumerable.Range(1, alpha.Length - 1).All(k => moved[k] > moved[k - 1])) break;
        }

        var change = alpha.Select((a, k) => Math.Abs(moved[k] - a) / (1 + Math.Abs(a))).Max();
        moved.CopyTo(alpha, 0);
        return change;
    }

    // L of E = L Lᵀ, and the working response of the rows Lᵀα.
    private static (double[,] Factor, double[] Known) Thresholds(OrdinalPoints points, double[] alpha)
    {
        var m = alpha.Length;
        var (l, known) = (new double[m, m], new double[m]);
        var e = points.OwnInformation(out var gradient);
        for (var k = 0; k < m; k++)
        {
            var pivot = e[k, k];
            for (var c = 0; c < k; c++) pivot -= l[k, c] * l[k, c];
            if (pivot <= LeastPivot * points.ThresholdInformation(k)) continue;
            l[k, k] = Math.Sqrt(pivot);
            for (var r = k + 1; r < m; r++)
            {
                var sum = e[r, k];
                for (var c = 0; c < k; c++) sum -= l[r, c] * l[k, c];
                l[r, k] = sum / l[k, k];
            }

            var right = gradient[k];
            for (var c = 0; c < k; c++) right -= l[k, c] * known[c];
            known[k] = right / l[k, k];
        }

        for (var k = 0; k < m; k++)
        {
            for (var r = k; r < m; r++) known[k] += l[r, k] * alpha[r];
        }

        return (l, known);
    }
}
