using EcoGlmm.Numerics;

namespace EcoGlmm.Syntheses;

internal static partial class ConditionalOddsRatio
{
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
