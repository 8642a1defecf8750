using EcoGlmm.Formulas;
using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>
/// Synthesis of effect sizes: generalized least squares given the variances that a fit has found. I² by J. P. T. Higgins and S.
/// G. Thompson, Stat. Med. 21 (2002) 1539-1558, for models with moderators as W. Viechtbauer, J. Stat. Softw. 36 (2010)
/// no. 3 has it; tests by G. Knapp and J. Hartung, Stat. Med. 22 (2003) 2693-2710.
/// </summary>
internal static class EffectSizeSynthesis
{
    public static Synthesis Of(GlmmFit fit, double[] variances, MetaAnalysisOptions options)
    {
        var training = fit.Specification.Conditional.Training;
        int n = fit.ObservationCount;
        var x = training.X;
        int c = x.Length / n;
        double[] v = Array.ConvertAll(fit.UsedRows, row => variances[row]);
        double[] y = [.. fit.Specification.Response.Y.Select((value, i) => value - training.Offset[i])];
        if (c == 0)
        {
            throw new GlmmException("The formula has no coefficient, so that there is no mean effect. Write effect ~ 1 + (1 | study).");
        }

        var covariance = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            covariance[i + i * n] = v[i];
        }

        double tauSquared = 0;
        foreach (var component in fit.VarianceComponents.Where(k => k.Term2 is null))
        {
            tauSquared += component.Variance;
        }

        foreach (var term in training.RandomTerms)
        {
            AddTerm(covariance, term, fit, n);
        }

        var given = Weighted(covariance, x, y, n, c);
        var sampling = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            sampling[i + i * n] = v[i];
        }

        // W without variance between studies: Q, and the typical sampling variance (n − c) / tr P
        var fixedOnly = Weighted(sampling, x, y, n, c);
        double typical = (n - c) / fixedOnly.TraceOfP;
        double scale = options.KnappHartung ? Math.Max(given.Quadratic / (n - c), 0) : 1;
        double degrees = options.KnappHartung ? n - c : double.PositiveInfinity;
        double P(double t) => 2 * (double.IsInfinity(degrees) ? SpecialFunctions.NormalCdf(-Math.Abs(t))
            : MathNet.Numerics.Distributions.StudentT.CDF(0, 1, degrees, -Math.Abs(t)));
        var kept = fit.FixedEffects.Where(k => !double.IsNaN(k.Estimate)).ToArray();
        var rows = kept.Select((k, p) =>
        {
            double error = Math.Sqrt(scale * given.Covariance[p + p * c]);
            return new Coefficient(k.Name, given.Estimates[p], error, given.Estimates[p] / error, P(given.Estimates[p] / error));
        }).ToArray();
        double quantile = SpecialFunctions.NormalQuantile(0.5 + options.Level / 2);
        string[] names = Names(fit, n);
        return new Synthesis(new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(rows),
            Estimate = rows[0].Estimate,
            StandardError = rows[0].StandardError,
            TauSquared = tauSquared,
            LogLikelihood = fit.LogLikelihood + (options.Reml ? 0.5 * LogGram(x, n, c) : 0),
            Level = options.Level,
            Count = n,
            Method = $"Effect sizes with known sampling variances, by {(options.Reml ? "restricted maximum likelihood" : "maximum likelihood")}"
                + (options.KnappHartung ? ", tests by Knapp and Hartung" : ""),
            Scale = fit.Specification.Response.Name,
            Fit = fit,
            I2 = 100 * tauSquared / (tauSquared + typical),
            Q = fixedOnly.Quadratic,
            ResidualDegrees = n - c,
            Degrees = degrees,
            Studies = [.. Enumerable.Range(0, n).Select(i => new StudyEffect(names[i], y[i], y[i] - quantile * Math.Sqrt(v[i]), y[i] + quantile * Math.Sqrt(v[i])))],
        });
    }

    private static void AddTerm(double[] covariance, GroupingTerm term, GlmmFit fit, int n)
    {
        if (term.EffectNames.Length != 1 || term.Codes.Length != n)
        {
            throw new GlmmException($"A synthesis of effect sizes knows random effects of one kind for each level, as (1 | {term.Group}), but not {term.Title}. "
                + "Fit it with Glmm.Fit and Dispersion = \"~ 0 + offset(log(variance) / 2)\".");
        }

        double variance = fit.VarianceComponents.First(k => k.Group == term.Group && k.Term1 == term.EffectNames[0]).Variance;
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < n; i++)
            {
                if (term.Codes[i] == term.Codes[j])
                {
                    covariance[i + j * n] += variance * term.Z[i] * term.Z[j];
                }
            }
        }
    }

    private static (double[] Estimates, double[] Covariance, double Quadratic, double TraceOfP) Weighted(double[] covariance, double[] x, double[] y, int n, int c)
    {
        var factor = (double[])covariance.Clone();
        if (!DenseCholesky.TryFactor(factor, n))
        {
            throw new GlmmException("The covariance matrix of the effect sizes is not positive definite.");
        }

        var wx = (double[])x.Clone();
        DenseCholesky.Solve(factor, n, wx);
        var wy = (double[])y.Clone();
        DenseCholesky.Solve(factor, n, wy);
        var gram = new double[c * c];
        var right = new double[c];
        for (int p = 0; p < c; p++)
        {
            right[p] = Inner(x.AsSpan(p * n, n), wy);
            for (int q = 0; q < c; q++)
            {
                gram[p + q * c] = Inner(x.AsSpan(p * n, n), wx.AsSpan(q * n, n));
            }
        }

        var inverse = new double[c * c];
        for (int p = 0; p < c; p++)
        {
            inverse[p + p * c] = 1;
        }

        DenseCholesky.TryFactor(gram, c);
        DenseCholesky.Solve(gram, c, inverse);
        var estimates = (double[])right.Clone();
        DenseCholesky.Solve(gram, c, estimates);
        double quadratic = Inner(y, wy) - Inner(right, estimates);

        // tr P = tr V⁻¹ − tr (XᵀV⁻¹X)⁻¹ XᵀV⁻¹V⁻¹X
        var identity = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            identity[i + i * n] = 1;
        }

        DenseCholesky.Solve(factor, n, identity);
        double trace = Enumerable.Range(0, n).Sum(i => identity[i + i * n]);
        for (int p = 0; p < c; p++)
        {
            for (int q = 0; q < c; q++)
            {
                trace -= inverse[p + q * c] * Inner(wx.AsSpan(p * n, n), wx.AsSpan(q * n, n));
            }
        }

        return (estimates, inverse, quadratic, trace);
    }

    private static double LogGram(double[] x, int n, int c)
    {
        var gram = new double[c * c];
        for (int p = 0; p < c; p++)
        {
            for (int q = 0; q < c; q++)
            {
                gram[p + q * c] = Inner(x.AsSpan(p * n, n), x.AsSpan(q * n, n));
            }
        }

        return DenseCholesky.TryFactor(gram, c) ? DenseCholesky.LogDeterminant(gram, c) : double.NaN;
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

    // By the finest random effect where each row has a level of its own, else by number.
    private static string[] Names(GlmmFit fit, int n)
    {
        var finest = fit.Specification.Conditional.Training.RandomTerms.FirstOrDefault(t => t.Codes.Distinct().Count() == n);
        return [.. Enumerable.Range(0, n).Select(i => finest is null ? $"row {fit.UsedRows[i] + 1}" : finest.Levels[finest.Codes[i]])];
    }
}
