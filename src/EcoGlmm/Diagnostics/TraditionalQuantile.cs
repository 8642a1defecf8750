using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// DHARMa's residuals before version 0.3: the value at the observation of the function that is linear between the points
/// (xⱼ, #{x ≤ xⱼ} / (simulations + 1)), 0 below the smallest simulated value and 1 above the largest. Only the two simulated
/// values around the observation matter, so that one pass is enough.
/// </summary>
internal static class TraditionalQuantile
{
    private const long ObservedNoise = -1;

    /// <summary>Residuals of all rows; with noise on (−½, ½) for whole numbers, which depends on seed, simulation and row alone.</summary>
    public static double[] Apply(SimulationSource simulations, double[] observed, bool integerResponse, RandomStream random)
    {
        int n = observed.Length, workers = SimulationSource.WorkerCount(simulations.Count);
        var y = integerResponse ? Jittered(observed, random.Split(ObservedNoise)) : observed;
        var neighbours = new Neighbours[workers];
        for (var w = 0; w < workers; w++)
            neighbours[w] = new Neighbours(n);
        simulations.ForEach(workers, (worker, s, values) =>
            neighbours[worker].Add(integerResponse ? Jittered(values, random.Split(s)) : values, y));
        for (var w = 1; w < workers; w++)
            neighbours[0].Merge(neighbours[w]);
        return neighbours[0].Residuals(y, simulations.Count);
    }

    private static double[] Jittered(double[] values, RandomStream noise) => Array.ConvertAll(values, v => v + noise.NextDouble() - 0.5);

    /// <summary>For each row the nearest simulated values at or below, and above, the observation, and how many lie there.</summary>
    private sealed class Neighbours
    {
        private readonly double[] _below;
        private readonly double[] _above;
        private readonly int[] _atMost;
        private readonly int[] _atAbove;

        public Neighbours(int n)
        {
            _below = new double[n];
            _above = new double[n];
            _atMost = new int[n];
            _atAbove = new int[n];
            Array.Fill(_below, double.NegativeInfinity);
            Array.Fill(_above, double.PositiveInfinity);
        }

        public void Add(double[] values, double[] y)
        {
            for (var i = 0; i < y.Length; i++)
            {
                if (values[i] <= y[i])
                {
                    _atMost[i]++;
                    _below[i] = Math.Max(_below[i], values[i]);
                }
                else
                {
                    AddAbove(i, values[i], 1);
                }
            }
        }

        public void Merge(Neighbours other)
        {
            for (var i = 0; i < _below.Length; i++)
            {
                _atMost[i] += other._atMost[i];
                _below[i] = Math.Max(_below[i], other._below[i]);
                AddAbove(i, other._above[i], other._atAbove[i]);
            }
        }

        public double[] Residuals(double[] y, int count)
        {
            var residuals = new double[y.Length];
            for (var i = 0; i < y.Length; i++)
            {
                double low = _atMost[i] / (count + 1.0), high = (_atMost[i] + _atAbove[i]) / (count + 1.0);
                residuals[i] = _atMost[i] == 0 ? 0
                    : _below[i] == y[i] ? low
                    : _atAbove[i] == 0 ? 1
                    : low + ((high - low) * (y[i] - _below[i]) / (_above[i] - _below[i]));
            }

            return residuals;
        }

        private void AddAbove(int row, double value, int many)
        {
            if (value < _above[row])
                (_above[row], _atAbove[row]) = (value, many);
            else if (value == _above[row])
                _atAbove[row] += many;
        }
    }
}
