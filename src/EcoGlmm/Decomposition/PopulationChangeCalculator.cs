using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Decomposition;

/// <summary>Computes <see cref="PopulationChange"/> from one mean response for each individual and age class.</summary>
internal sealed class PopulationChangeCalculator
{
    private const int LeastFollowed = 10;
    private const int Resamples = 500;
    private const int Parts = 4;

    private readonly double[][] _response;
    private readonly int[] _first, _last;
    private readonly int _classes;
    private readonly Func<int, double> _ageOf;

    private PopulationChangeCalculator(double[][] response, int classes, Func<int, double> ageOf)
    {
        _response = response;
        _classes = classes;
        _ageOf = ageOf;
        _first = Array.ConvertAll(response, r => Array.FindIndex(r, v => !double.IsNaN(v)));
        _last = Array.ConvertAll(response, r => Array.FindLastIndex(r, v => !double.IsNaN(v)));
    }

    /// <summary>Null where no step of age was lived through by enough individuals.</summary>
    public static PopulationChange? Compute(double[] response, string[] id, AgeClasses ages, double level, long seed)
    {
        var individuals = Enumerable.Range(0, response.Length).GroupBy(row => id[row], StringComparer.Ordinal).ToArray();
        var table = Array.ConvertAll(individuals, rows =>
        {
            var means = new double[ages.Count];
            Array.Fill(means, double.NaN);
            foreach (var at in rows.GroupBy(row => ages.Class[row])) means[at.Key] = at.Average(row => response[row]);
            return means;
        });
        return new PopulationChangeCalculator(table, ages.Count, ages.AgeOf).Compute(level, seed);
    }

    private PopulationChange? Compute(double level, long seed)
    {
        var ones = new int[_response.Length];
        Array.Fill(ones, 1);
        var all = Enumerable.Range(0, _classes - 1).Select(k => Step(k, ones)).ToArray();
        var from = Array.FindIndex(all, step => step.Both >= LeastFollowed);
        if (from < 0) return null;
        var to = from;
        while (to + 1 < all.Length && all[to + 1].Both >= LeastFollowed) to++;
        var steps = all[from..(to + 1)];
        var span = steps[^1].ToAge - steps[0].FromAge;
        var stream = new RandomStream(seed);
        var draws = new List<double[]>();
        for (var b = 0; b < Resamples; b++)
        {
            LiveProgress.Current.ThrowIfCancellationRequested();
            var random = stream.Split(b);
            var weights = new int[_response.Length];
            for (var i = 0; i < weights.Length; i++) weights[random.NextInt(weights.Length)]++;
            var sums = Sums(Enumerable.Range(from, steps.Length).Select(k => Step(k, weights)));
            if (Array.TrueForAll(sums, double.IsFinite)) draws.Add(sums);
        }

        var estimate = Sums(steps);
        BootstrapInterval Interval(int part, double scale = 1)
        {
            var sorted = draws.Select(d => d[part] * scale).Order().ToArray();
            double At(double p) => sorted.Length < Resamples / 2 ? double.NaN
                : Formulas.LearningFunctions.Quantile(sorted, p);
            return new BootstrapInterval(estimate[part] * scale, At(0.5 * (1 - level)), At(0.5 * (1 + level)));
        }

        return new PopulationChange(steps, Interval(Parts), Interval(0), Interval(1), Interval(2), Interval(3),
            Interval(0, 1 / span), level);
    }

    private static double[] Sums(IEnumerable<AgeStep> steps)
    {
        var sums = new double[Parts + 1];
        foreach (var step in steps)
        {
            sums[0] += step.Within;
            sums[1] += step.Disappearance;
            sums[2] += step.Appearance;
            sums[3] += step.Gaps;
            sums[4] += step.Total;
        }

        return sums;
    }

    /// <summary>One step, each individual counted so many times.</summary>
    private AgeStep Step(int k, int[] weights)
    {
        int before = 0, after = 0, both = 0, lost = 0, appeared = 0, missedAfter = 0, missedBefore = 0;
        double stayBefore = 0, stayAfter = 0, lostSum = 0, newSum = 0, missedAfterSum = 0, missedBeforeSum = 0;
        for (var i = 0; i < _response.Length; i++)
        {
            var (w, y0, y1) = (weights[i], _response[i][k], _response[i][k + 1]);
            if (w == 0) continue;
            var (here, there) = (!double.IsNaN(y0), !double.IsNaN(y1));
            if (here) before += w;
            if (there) after += w;
            switch (here, there)
            {
                case (true, true):
                    both += w;
                    stayBefore += w * y0;
                    stayAfter += w * y1;
                    break;
                case (true, false) when _last[i] == k:
                    lost += w;
                    lostSum += w * y0;
                    break;
                case (true, false):
                    missedAfter += w;
                    missedAfterSum += w * y0;
                    break;
                case (false, true) when _first[i] == k + 1:
                    appeared += w;
                    newSum += w * y1;
                    break;
                case (false, true):
                    missedBefore += w;
                    missedBeforeSum += w * y1;
                    break;
            }
        }

        var (mean0, mean1) = (stayBefore / both, stayAfter / both);
        // m_S − m = Σ over the kinds of those who do not stay of n_kind/n (m_S − m_kind), and likewise afterwards.
        var disappearance = ((lost * mean0) - lostSum) / before;
        var appearance = (newSum - (appeared * mean1)) / after;
        var gaps = (((missedAfter * mean0) - missedAfterSum) / before) + ((missedBeforeSum - (missedBefore * mean1)) / after);
        var within = mean1 - mean0;
        return new AgeStep(_ageOf(k), _ageOf(k + 1), before, after, both, lost, appeared, within + disappearance + appearance
            + gaps, within,
            disappearance, appearance, gaps);
    }
}
