using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

/// <summary>
/// The exact conditional model of odds ratios: given a study's margins, the events of its treated arm are non-central
/// hypergeometric with log odds ratio θ + u, u ~ N(0, τ²). The integral over u is taken by adaptive Gauss-Hermite quadrature,
/// the maximum found by Newton's method with derivatives by differences.
/// </summary>
internal static class ConditionalOddsRatio
{
    private const int Points = 31;
    private const int MostSteps = 200;
    private const double Difference = 1e-4;
    private const double LowestLogTau = -7;

    /// <summary>Terms below exp of it, relative to the largest, are less than rounding.</summary>
    private const double LeastLog = -45;

    public static SynthesisNumbers Of(StudyArms arms, MetaAnalysisOptions options)
    {
        var tables = Enumerable.Range(0, arms.Count).Select(i => new Table(arms, i)).Where(t => t.Low < t.High).ToArray();
        if (tables.Length == 0)
        {
            throw new GlmmException("No study has an event in one arm and an individual without one, so that nothing is known of the "
                + "odds ratio.");
        }

        // without variance between studies first, then with it from several starts; the better one counts
        var theta = MaximiseTheta(tables, out var common);
        double[] best = [theta, double.NegativeInfinity];
        var value = common;
        foreach (var start in new[] { -2.0, -0.5, 0.5 })
        {
            double[] at = [theta, start];
            var found = Maximise(tables, at);
            if (found > value + 1e-9 && at[1] > LowestLogTau)
            {
                (best, value) = (at, found);
            }
        }

        var tau = Math.Exp(best[1]);
        var error = StandardError(tables, best);
        var typical = StudyMeasures.TypicalVariance(arms, SynthesisMeasure.OddsRatio);
        var own = tables.Sum(t => t.Highest());
        return new SynthesisNumbers
        {
            FixedEffects = new CoefficientTable([new Coefficient("treatment", best[0], error, best[0] / error,
                2 * SpecialFunctions.NormalCdf(-Math.Abs(best[0] / error)))]),
            Estimate = best[0],
            StandardError = error,
            TauSquared = tau * tau,
            TypicalVariance = typical,
            I2 = 100 * tau * tau / (tau * tau + typical),
            Q = tables.Length > 1 ? Math.Max(0, 2 * (own - common)) : double.NaN,
            ResidualDegrees = tables.Length - 1,
            LogLikelihood = value,
            Level = options.Level,
            Count = arms.Count,
            Method = "Counts given the margins of each study (non-central hypergeometric) with a random effect of treatment",
            Scale = "log odds ratio",
            Refit = null!,
        };
    }

    /// <summary>The log-likelihood of all studies.</summary>
    public static double LogLikelihood(IReadOnlyList<Table> tables, double theta, double tau)
    {
        double sum = 0;
        foreach (var table in tables)
        {
            sum += tau < 1e-4 ? table.LogProbability(theta, out _, out _) : table.Integrated(theta, tau);
        }

        return sum;
    }

    private static double MaximiseTheta(Table[] tables, out double value)
    {
        double theta = 0;
        value = double.NegativeInfinity;
        for (var step = 0; step < MostSteps; step++)
        {
            double log = 0;
            double slope = 0;
            double curvature = 0;
            foreach (var table in tables)
            {
                log += table.LogProbability(theta, out var first, out var second);
                slope += first;
                curvature += second;
            }

            value = log;
            var move = Math.Clamp(-slope / curvature, -2, 2);
            if (Math.Abs(theta) > 30)
            {
                throw new GlmmException("The odds ratio has no finite estimate: all events of all studies are in one arm.");
            }

            if (Math.Abs(move) < 1e-12)
            {
                break;
            }

            theta += move;
        }

        return theta;
    }

    private static double Maximise(Table[] tables, double[] at)
    {
        double F(double a, double b) => LogLikelihood(tables, a, Math.Exp(b));
        var value = F(at[0], at[1]);
        for (var step = 0; step < MostSteps; step++)
        {
            const double h = Difference;
            var (a, b) = (at[0], at[1]);
            var ga = (F(a + h, b) - F(a - h, b)) / (2 * h);
            var gb = (F(a, b + h) - F(a, b - h)) / (2 * h);
            var haa = (F(a + h, b) - 2 * value + F(a - h, b)) / (h * h);
            var hbb = (F(a, b + h) - 2 * value + F(a, b - h)) / (h * h);
            var hab = (F(a + h, b + h) - F(a + h, b - h) - F(a - h, b + h) + F(a - h, b - h)) / (4 * h * h);
            var determinant = haa * hbb - hab * hab;
            var (da, db) = haa < 0 && determinant > 0 ? ((hab * gb - hbb * ga) / determinant, (hab * ga - haa * gb) / determinant)
                : (ga, gb);
            var length = Math.Max(1, Math.Max(Math.Abs(da), Math.Abs(db)));
            (da, db) = (da / length, db / length);
            if (Math.Abs(ga) + Math.Abs(gb) < 1e-8 || at[1] < LowestLogTau)
            {
                break;
            }

            double scale = 1;
            var next = F(a + da, b + db);
            while (next < value && scale > 1e-6)
            {
                scale /= 2;
                next = F(a + scale * da, b + scale * db);
            }

            if (next <= value + 1e-13)
            {
                break;
            }

            (at[0], at[1], value) = (a + scale * da, b + scale * db, next);
        }

        return value;
    }

    // From the joint curvature of θ and τ; of θ alone where τ is zero.
    private static double StandardError(Table[] tables, double[] at)
    {
        const double h = 1e-3;
        var tau = Math.Exp(at[1]);
        double F(double a, double t) => LogLikelihood(tables, a, t);
        var theta = at[0];
        var middle = F(theta, tau);
        var aa = (F(theta + h, tau) - 2 * middle + F(theta - h, tau)) / (h * h);
        if (tau < 2 * h)
        {
            return Math.Sqrt(-1 / aa);
        }

        var tt = (F(theta, tau + h) - 2 * middle + F(theta, tau - h)) / (h * h);
        var at2 = (F(theta + h, tau + h) - F(theta + h, tau - h) - F(theta - h, tau + h) + F(theta - h, tau - h)) / (4 * h * h);
        return Math.Sqrt(-tt / (aa * tt - at2 * at2));
    }

    /// <summary>A study's two by two table, given its margins.</summary>
    internal sealed class Table
    {
        private readonly double[] _logWeights;
        private readonly double _events;
        private static readonly GaussHermiteRule Rule = GaussHermiteRule.Of(Points);

        public Table(StudyArms arms, int i)
        {
            var total = arms.TreatedEvents[i] + arms.ControlEvents[i];
            _events = arms.TreatedEvents[i];
            Low = (int)Math.Max(0, total - arms.ControlSize[i]);
            High = (int)Math.Min(total, arms.TreatedSize[i]);
            _logWeights = new double[High - Low + 1];
            for (var k = Low; k <= High; k++)
            {
                _logWeights[k - Low] = SpecialFunctions.LogChoose(arms.TreatedSize[i], k) + SpecialFunctions.LogChoose(arms.ControlSize[i],
                    total - k);
            }
        }

        public int Low { get; }

        public int High { get; }

        /// <summary>Log-probability of the observed events at a log odds ratio, and its derivatives.</summary>
        public double LogProbability(double theta, out double first, out double second)
        {
            // the terms are log-concave in k: outward from the largest until they no longer count
            var top = Largest(theta);
            var most = _logWeights[top] + theta * (Low + top);
            double sum = 1;
            double mean = Low + top;
            var square = mean * mean;
            for (var direction = -1; direction <= 1; direction += 2)
            {
                for (var k = top + direction; k >= 0 && k < _logWeights.Length; k += direction)
                {
                    var log = _logWeights[k] + theta * (Low + k) - most;
                    if (log < LeastLog)
                    {
                        break;
                    }

                    var weight = Math.Exp(log);
                    sum += weight;
                    mean += weight * (Low + k);
                    square += weight * (Low + k) * (double)(Low + k);
                }
            }

            mean /= sum;
            first = _events - mean;
            second = -(square / sum - mean * mean);
            return _logWeights[(int)_events - Low] + theta * _events - most - Math.Log(sum);
        }

        // Where the ratio of neighbouring terms falls below one.
        private int Largest(double theta)
        {
            var low = 0;
            var high = _logWeights.Length - 1;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_logWeights[middle + 1] - _logWeights[middle] + theta > 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }

        /// <summary>The greatest log-probability that any odds ratio gives to the observed events: 0 where they are all or none that could
        /// be.</summary>
        public double Highest()
        {
            if (_events == Low || _events == High)
            {
                return 0;
            }

            double theta = 0;
            var value = double.NegativeInfinity;
            for (var step = 0; step < MostSteps; step++)
            {
                value = LogProbability(theta, out var first, out var second);
                var move = Math.Clamp(-first / second, -2, 2);
                if (Math.Abs(move) < 1e-10)
                {
                    break;
                }

                theta += move;
            }

            return value;
        }

        /// <summary>The log of the probability's mean over u ~ N(0, τ²).</summary>
        public double Integrated(double theta, double tau)
        {
            double u = 0;
            double curvature = 1;
            for (var step = 0; step < 50; step++)
            {
                LogProbability(theta + tau * u, out var first, out var second);
                curvature = 1 - tau * tau * second;
                var move = (tau * first - u) / curvature;
                u += Math.Clamp(move, -3, 3);
                if (Math.Abs(move) < 1e-12)
                {
                    break;
                }
            }

            var scale = 1 / Math.Sqrt(curvature);
            var most = double.NegativeInfinity;
            Span<double> terms = stackalloc double[Points];
            for (var q = 0; q < Points; q++)
            {
                // the rule is for the standard normal weight
                var z = Rule.Nodes[q];
                var at = u + scale * z;
                terms[q] = Rule.LogWeights[q] + LogProbability(theta + tau * at, out _, out _) - 0.5 * at * at + 0.5 * z * z;
                most = Math.Max(most, terms[q]);
            }

            double sum = 0;
            foreach (var term in terms)
            {
                sum += Math.Exp(term - most);
            }

            return most + Math.Log(sum) + Math.Log(scale);
        }
    }
}
