using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>
/// The exact conditional model of odds ratios: given a study's margins, the events of its treated arm are non-central
/// hypergeometric with log odds ratio θ + u, u ~ N(0, τ²), θ a sum of moderators
/// (the mean alone without). The integral over u is taken by adaptive Gauss-Hermite quadrature,
/// the maximum found by Newton's method with derivatives by differences.
/// </summary>
internal static partial class ConditionalOddsRatio
{
    private const int Points = 61;
    private const int MostSteps = 200;
    private const double Difference = 1e-4;
    private const double LowestLogTau = -7;

    /// <summary>A smaller τ is none.</summary>
    private const double LeastTau = 1e-4;

    /// <summary>Terms below exp of it, relative to the largest, are less than rounding.</summary>
    private const double LeastLog = -45;

    public static SynthesisNumbers Of(StudyArms arms, MetaAnalysisOptions options)
    {
        var kept = Enumerable.Range(0, arms.Count).Select(i => (Table: new Table(arms, i), Row: arms.Moderators.Row(i)))
            .Where(t => t.Table.Low < t.Table.High).ToArray();
        var (tables, x) = (Array.ConvertAll(kept, t => t.Table), Array.ConvertAll(kept, t => t.Row));
        var p = arms.Moderators.Count;
        // Without variance between studies first, then with it from several starts; the better one counts. One study tells nothing of it.
        var beta = MaximiseBeta(tables, x, p, out var common);
        double[] best = [.. beta, double.NegativeInfinity];
        var value = common;
        foreach (var start in tables.Length > 1 ? [-2.0, -0.5, 0.5] : Array.Empty<double>())
        {
            double[] at = [.. beta, start];
            var found = Maximise(tables, x, at);
            if (found > value + 1e-9 && at[p] > LowestLogTau)
            {
                (best, value) = (at, found);
            }
        }

        var tau = Math.Exp(best[p]);
        var covariance = Covariance(tables, x, best);
        var typical = StudyMeasures.TypicalVariance(arms, SynthesisMeasure.OddsRatio);
        var own = tables.Sum(t => t.Highest());
        var rows = Enumerable.Range(0, p).Select(j =>
        {
            var error = Math.Sqrt(covariance[j, j]);
            return new Coefficient(arms.Moderators.Title(j), best[j], error, best[j] / error,
                2 * SpecialFunctions.NormalCdf(-Math.Abs(best[j] / error)));
        }).ToArray();
        return new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable(rows),
            Estimate = rows[0].Estimate,
            StandardError = rows[0].StandardError,
            TauSquared = tables.Length > 1 ? tau * tau : double.NaN,
            IsAlone = tables.Length == 1,
            TypicalVariance = typical,
            I2 = 100 * tau * tau / (tau * tau + typical),
            Q = tables.Length > p ? Math.Max(0, 2 * (own - common)) : double.NaN,
            ResidualDegrees = tables.Length - p,
            ModeratorTest = arms.Moderators.Test(best, covariance),
            LogLikelihood = value,
            Level = options.Level,
            Count = arms.Count,
            Method = "Counts given the margins of each study (non-central hypergeometric) with a random effect of treatment",
            Scale = "log odds ratio",
            Profiled = quantile => Profile(tables, x, best, value, rows[0].StandardError, quantile),
            Refit = null!,
        };
    }

    // One value for each study, the same τ.
    private static double LogLikelihood(Table table, double theta, double tau) =>
        tau < LeastTau ? table.LogProbability(theta, out _, out _) : table.Integrated(theta, tau);

    private static double Effect(double[] x, double[] beta)
    {
        double sum = 0;
        for (var j = 0; j < x.Length; j++)
        {
            sum += x[j] * beta[j];
        }

        return sum;
    }

    private static double[] MaximiseBeta(Table[] tables, double[][] x, int p, out double value, double? first = null)
    {
        var beta = new double[p];
        if (first is not null) beta[0] = first.Value;
        value = double.NegativeInfinity;
        for (var step = 0; step < MostSteps; step++)
        {
            double log = 0;
            var slope = new double[p];
            var information = new double[p * p];
            for (var i = 0; i < tables.Length; i++)
            {
                log += tables[i].LogProbability(Effect(x[i], beta), out var steep, out var second);
                for (var a = 0; a < p; a++)
                {
                    slope[a] += x[i][a] * steep;
                    for (var b = 0; b < p; b++)
                    {
                        information[a + b * p] -= x[i][a] * x[i][b] * second;
                    }
                }
            }

            value = log;
            if (first is not null) Hold(slope, information, p);
            if (x.Max(row => Math.Abs(Effect(row, beta))) > 30 || !DenseCholesky.TryFactor(information, p))
            {
                throw new GlmmException(p == 1 ? "The odds ratio has no finite estimate: all events of all studies are in one arm."
                    : "The odds ratios have no finite estimates: for some values of the moderators all events are in one arm.");
            }

            DenseCholesky.Solve(information, p, slope);
            if (slope.Max(Math.Abs) < 1e-12)
            {
                break;
            }

            for (var a = 0; a < p; a++)
            {
                beta[a] += Math.Clamp(slope[a], -2, 2);
            }
        }

        return beta;
    }

    /// <summary>Value, gradient and Hessian by β and a parameter of τ, from differences of each study's log-likelihood.</summary>
    private static (double Value, double[] Gradient, double[] Hessian) Derivatives(Table[] tables, double[][] x, double[] at, double h,
        Func<double, double> tau)
    {
        var p = at.Length - 1;
        var (value, gradient, hessian) = (0.0, new double[p + 1], new double[(p + 1) * (p + 1)]);
        for (var i = 0; i < tables.Length; i++)
        {
            var theta = Effect(x[i], at);
            double F(double a, double b) => LogLikelihood(tables[i], theta + a, tau(at[p] + b));
            var middle = F(0, 0);
            var (up, down, right, left) = (F(h, 0), F(-h, 0), F(0, h), F(0, -h));
            var mixed = (F(h, h) - F(h, -h) - F(-h, h) + F(-h, -h)) / (4 * h * h);
            var (first, second) = ((up - down) / (2 * h), (up - (2 * middle) + down) / (h * h));
            value += middle;
            gradient[p] += (right - left) / (2 * h);
            hessian[(p * (p + 1)) + p] += (right - (2 * middle) + left) / (h * h);
            for (var a = 0; a < p; a++)
            {
                gradient[a] += x[i][a] * first;
                hessian[a + (p * (p + 1))] += x[i][a] * mixed;
                hessian[p + (a * (p + 1))] += x[i][a] * mixed;
                for (var b = 0; b < p; b++)
                {
                    hessian[a + (b * (p + 1))] += x[i][a] * x[i][b] * second;
                }
            }
        }

        return (value, gradient, hessian);
    }

    private static double Maximise(Table[] tables, double[][] x, double[] at, bool isHeld = false)
    {
        var p = at.Length - 1;
        double F(double[] place)
        {
            double sum = 0;
            for (var i = 0; i < tables.Length; i++)
            {
                sum += LogLikelihood(tables[i], Effect(x[i], place), Math.Exp(place[p]));
            }

            return sum;
        }

        var value = double.NegativeInfinity;
        for (var step = 0; step < MostSteps; step++)
        {
            (value, var gradient, var hessian) = Derivatives(tables, x, at, Difference, Math.Exp);
            if (isHeld) Hold(gradient, hessian, p + 1, -1);
            if (gradient.Sum(Math.Abs) < 1e-8 || at[p] < LowestLogTau)
            {
                break;
            }

            var move = (double[])gradient.Clone();
            var information = Array.ConvertAll(hessian, v => -v);
            if (DenseCholesky.TryFactor(information, p + 1))
            {
                DenseCholesky.Solve(information, p + 1, move);
            }

            var length = Math.Max(1, move.Max(Math.Abs));
            var scale = 1 / length;
            double[] To(double share) => [.. at.Zip(move, (a, m) => a + (share * m))];
            var next = F(To(scale));
            while (next < value && scale > 1e-6 / length)
            {
                scale /= 2;
                next = F(To(scale));
            }

            if (next <= value + 1e-13)
            {
                break;
            }

            To(scale).CopyTo(at, 0);
            value = next;
        }

        return value;
    }

    // From the joint curvature of β and τ; of β alone where τ is zero.
    private static double[,] Covariance(Table[] tables, double[][] x, double[] at)
    {
        const double h = 1e-3;
        var p = at.Length - 1;
        var tau = Math.Exp(at[p]);
        var hasVariance = tau >= 2 * h;
        var order = hasVariance ? p + 1 : p;
        var (_, _, hessian) = Derivatives(tables, x, [.. at[..p], tau], h, t => hasVariance ? t : tau);
        var information = new double[order * order];
        for (var a = 0; a < order; a++)
        {
            for (var b = 0; b < order; b++)
            {
                information[a + b * order] = -hessian[a + b * (p + 1)];
            }
        }

        var covariance = new double[p, p];
        if (!DenseCholesky.TryFactor(information, order))
        {
            throw new GlmmException("The likelihood of the odds ratios has no curvature at its maximum, so that they have no standard "
                + "errors. There may be more moderators than the studies can tell apart.");
        }

        for (var a = 0; a < p; a++)
        {
            var unit = new double[order];
            unit[a] = 1;
            DenseCholesky.Solve(information, order, unit);
            for (var b = 0; b < p; b++)
            {
                covariance[b, a] = unit[b];
            }
        }

        return covariance;
    }
}
