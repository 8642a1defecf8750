using EcoGlmm.Estimation;
using EcoGlmm.Model;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The covariance that a fitted model gives the responses of its rows: of a Gaussian model with identity link ZBZᵀ and the
/// residual variance, of others the same to first order about the mean without random effects, D ZBZᵀ D and the variance of the
/// family, D the slope of the mean by the linear predictor. Random effects of zero inflation and dispersion are at zero.
/// </summary>
internal static class RowCovariance
{
    /// <summary>With more rows the matrix and its factor take gigabytes and minutes.</summary>
    private const int MostRows = 6000;

    /// <summary>Step of the linear predictor for the slope of the mean: central differences lose ten digits at most.</summary>
    private const double Step = 1e-5;

    /// <summary>Rows whose effects are solved for at once.</summary>
    private const int Together = 64;

    /// <summary>Rows × rows, in the units of the user's response.</summary>
    /// <exception cref="GlmmException">There are too many rows.</exception>
    public static double[,] Of(GlmmFit fit)
    {
        var n = fit.ObservationCount;
        if (n > MostRows)
        {
            throw new GlmmException($"Rotating residuals needs the covariance of all rows, {n} × {n}, which more than {MostRows} rows "
                + "do not allow. Leave Rotate out, or make residuals of sites or years with Regroup.");
        }

        var (slope, variance) = Margins(fit);
        var v = new double[n, n];
        for (var t = 0; t < fit.Estimate.Model.Terms.Count; t++)
        {
            var term = fit.Estimate.Model.Terms[t];
            if (term.Predictor == LinearPredictor.Conditional && !term.IsCurve) AddTerm(fit.Estimate, t, v);
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++) v[i, j] = v[j, i] = v[i, j] * slope[i] * slope[j];
            v[i, i] += variance[i];
        }

        return v;
    }

    /// <summary>For each row the slope of its mean by the linear predictor and the variance about the mean, random effects at
    /// zero.</summary>
    private static (double[] Slope, double[] Variance) Margins(GlmmFit fit)
    {
        var n = fit.ObservationCount;
        var predictors = fit.FixedPredictors();
        var (slope, variance) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            var eta = predictors[LinearPredictor.Conditional]![i];
            var phi = predictors[LinearPredictor.Dispersion] is { } delta ? Math.Exp(delta[i]) : 1;
            double MeanAt(double x) => fit.Family.Mean(fit.Family.LocationLink.At(x).Mu, phi);
            // Trials count successes unless the user gave proportions.
            var unit = fit.Family.WeightRole == WeightRole.Trials && !fit.Response.IsProportion ? fit.SizeOf(i) : 1;
            var others = predictors[LinearPredictor.ZeroInflation] is { } zeta ? 1 / (1 + Math.Exp(zeta[i])) : 1;
            var mean = MeanAt(eta);
            slope[i] = unit * others * (MeanAt(eta + Step) - MeanAt(eta - Step)) / (2 * Step);
            variance[i] = unit * unit * others * (fit.Family.Variance(fit.Family.LocationLink.At(eta).Mu, phi, fit.SizeOf(i))
                + ((1 - others) * mean * mean));
        }

        return (slope, variance);
    }

    /// <summary>Adds Z(P⁻¹ ⊗ ΛΛᵀ)Zᵀ of a term, of which the lower triangle is filled, a few rows at a time.</summary>
    private static void AddTerm(Estimate estimate, int t, double[,] v)
    {
        var term = estimate.Model.Terms[t];
        var n = v.GetLength(0);
        var (d, precision) = (term.LatentWidth, term.Structure.Precision);
        var rows = RowsOf(estimate, t, n);
        var variance = estimate.Scale * estimate.Scale;
        for (var from = 0; from < n; from += Together)
        {
            LiveProgress.Current.ThrowIfCancellationRequested();
            var count = Math.Min(Together, n - from);
            // Column c·d + e holds latent variable e of row from + c, level by level.
            var width = count * d;
            var x = new double[term.Levels.Count * width];
            for (var c = 0; c < count; c++)
            {
                foreach (var (level, latent) in rows[from + c])
                {
                    for (var e = 0; e < d; e++) x[(level * width) + (c * d) + e] += latent[e];
                }
            }

            precision?.Solve(estimate.System.Lambda.PrecisionTheta(t), estimate.System.Lambda.Precision(t), x, width);
            Parallel.For(0, n - from, LiveProgress.CurrentParallel(), k =>
            {
                foreach (var (level, latent) in rows[from + k])
                {
                    for (var c = 0; c < count && c <= k; c++)
                    {
                        var sum = 0.0;
                        for (var e = 0; e < d; e++) sum += latent[e] * x[(level * width) + (c * d) + e];
                        v[from + k, from + c] += variance * sum;
                    }
                }
            });
        }
    }

    /// <summary>The levels of each row with what the row takes of each of their latent variables, ΛᵀZ.</summary>
    private static (int Level, double[] Latent)[][] RowsOf(Estimate estimate, int t, int n)
    {
        var term = estimate.Model.Terms[t];
        var (r, d) = (term.Width, term.LatentWidth);
        var lambda = estimate.System.Lambda[t];
        double[] Latent(Func<int, double> z)
        {
            var latent = new double[d];
            for (var i = 0; i < r; i++)
            {
                for (var e = 0; e < d; e++) latent[e] += z(i) * lambda[(i * d) + e];
            }

            return latent;
        }

        var rows = new (int, double[])[n][];
        for (var row = 0; row < n; row++)
        {
            var i = row;
            rows[i] = term.Entries is { } entries
                ? [.. Enumerable.Range(entries.Starts[i], entries.Starts[i + 1] - entries.Starts[i])
                    .Select(k => (entries.Levels[k], Latent(e => entries.Weights[(k * r) + e])))]
                : [(term.Codes[i], Latent(e => term.Z is { } z ? z[(i * r) + e] : 1))];
        }

        return rows;
    }
}
