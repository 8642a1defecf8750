using EcoGlmm.Model;
using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// The distribution of a test statistic when the model is right, from the simulations themselves: each takes the place of the
/// data, and gets its residuals among the others and the data. It holds however rows depend on each other. A. C. A. Hope (1968),
/// A simplified Monte Carlo significance test procedure, Journal of the Royal Statistical Society B 30, 582-598.
/// </summary>
internal static class SimulationNull
{
    /// <summary>The residuals of every simulation in the place of the data, [simulation][row], by the definition of the data's
    /// own.</summary>
    public static double[][] Residuals(double[][] simulated, double[] observed, RandomStream random)
    {
        int count = simulated.Length, n = observed.Length;
        var residuals = new double[count][];
        for (var s = 0; s < count; s++)
            residuals[s] = new double[n];
        Parallel.For(0, n, LiveProgress.CurrentParallel(), () => (new double[count + 1], new int[count + 1]), (row, _, work) =>
        {
            (var values, var order) = work;
            var ties = random.Split(row);
            for (var s = 0; s <= count; s++)
                (values[s], order[s]) = (s < count ? simulated[s][row] : observed[row], s);
            Array.Sort(values, order);
            for (int first = 0, next; first <= count; first = next)
            {
                for (next = first + 1; next <= count && values[next] == values[first];)
                    next++;
                for (var k = first; k < next; k++)
                {
                    if (order[k] < count)
                        residuals[order[k]][row] = (first + (next - first > 1 ? ties.NextDouble() * (next - first - 1) : 0)) / count;
                }
            }

            return work;
        }, _ => { });
        return residuals;
    }

    /// <summary>The statistic of every simulation.</summary>
    public static double[] Statistics(double[][] residuals, Func<double[], double> statistic)
    {
        var values = new double[residuals.Length];
        Parallel.For(0, values.Length, LiveProgress.CurrentParallel(), s => values[s] = statistic(residuals[s]));
        return values;
    }

    /// <summary>The share of data and simulations at least as extreme as the data; two-sided, twice the smaller of the two.</summary>
    public static double PValue(double[] simulated, double observed, Alternative alternative)
    {
        var atMost = (1.0 + simulated.Count(v => v <= observed)) / (simulated.Length + 1);
        var atLeast = (1.0 + simulated.Count(v => v >= observed)) / (simulated.Length + 1);
        return alternative switch
        {
            Alternative.Greater => atLeast,
            Alternative.Less => atMost,
            _ => Math.Min(1, 2 * Math.Min(atMost, atLeast)),
        };
    }
}
