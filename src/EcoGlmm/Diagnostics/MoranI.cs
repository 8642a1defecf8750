using EcoGlmm.Model;
using EcoGlmm.Numerics;
using EcoGlmm.Prediction;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Moran's I with weights that sum to one for each point, and its moments under random assignment of the values to the points
/// (A. D. Cliff and J. K. Ord 1981, Spatial Processes, section 2.3). Takes time, not memory, in proportion to the square of the
/// number of points.
/// </summary>
internal static class MoranI
{
    /// <summary>
    /// I, the value expected without autocorrelation, its standard deviation, the p-value by a normal approximation, and for each
    /// point the weighted mean of the others' values.
    /// </summary>
    /// <param name="values">One for each point.</param>
    /// <param name="weight">The weight of point j for point i, i ≠ j, zero or more; called from several threads.</param>
    /// <param name="alternative">The alternative hypothesis.</param>
    public static (double Statistic, double Expected, double StandardDeviation, double PValue, double[] Lag) Test(
        double[] values, Func<int, int, double> weight, Alternative alternative)
    {
        var n = values.Length;
        var mean = SimulationSource.Mean(values);
        var deviation = Array.ConvertAll(values, v => v - mean);
        var rowSum = new double[n];
        Parallel.For(0, n, LiveProgress.CurrentParallel(), i =>
        {
            double sum = 0;
            for (var j = 0; j < n; j++)
                sum += j == i ? 0 : weight(i, j);
            rowSum[i] = sum;
        });

        // A point without neighbours keeps weights of zero, and does not add to the sum of weights.
        var divisor = Array.ConvertAll(rowSum, r => r == 0 ? 1 : r);
        double N = n, s = rowSum.Count(r => r > 0);
        var cross = new double[n];
        var lag = new double[n];
        var symmetric = new double[n];
        var columnSum = new double[n];
        Parallel.For(0, n, LiveProgress.CurrentParallel(), i =>
        {
            for (var j = 0; j < n; j++)
            {
                if (j == i)
                    continue;
                double wij = weight(i, j) / divisor[i], wji = weight(j, i) / divisor[j];
                cross[i] += wij * deviation[i] * deviation[j];
                lag[i] += wij * values[j];
                symmetric[i] += (wij + wji) * (wij + wji);
                columnSum[i] += wji;
            }
        });

        double v2 = deviation.Sum(e => e * e), v4 = deviation.Sum(e => e * e * e * e);
        double S1 = 0.5 * symmetric.Sum(), S2 = 0;
        for (var i = 0; i < n; i++)
        {
            var both = columnSum[i] + (rowSum[i] > 0 ? 1 : 0);
            S2 += both * both;
        }

        var statistic = N / s * cross.Sum() / v2;
        var expected = -1 / (N - 1);
        var kurtosis = v4 / N / (v2 / N * (v2 / N));
        var variance =
            (N * ((N * N - 3 * N + 3) * S1 - N * S2 + 3 * s * s) - kurtosis * (N * (N - 1) * S1 - 2 * N * S2 + 6 * s * s))
            / ((N - 1) * (N - 2) * (N - 3) * s * s) - expected * expected;
        double sd = Math.Sqrt(variance), z = (statistic - expected) / sd;
        var p = alternative switch
        {
            Alternative.Greater => NormalDistribution.UpperTail(z),
            Alternative.Less => NormalDistribution.UpperTail(-z),
            _ => 2 * NormalDistribution.UpperTail(Math.Abs(z)),
        };
        return (statistic, expected, sd, p, lag);
    }

    /// <summary>The weights, [point][other], after each point's have been made to sum to one.</summary>
    public static double[][] Weights(int n, Func<int, int, double> weight)
    {
        var weights = new double[n][];
        Parallel.For(0, n, LiveProgress.CurrentParallel(), i =>
        {
            var row = new double[n];
            double sum = 0;
            for (var j = 0; j < n; j++)
                sum += row[j] = j == i ? 0 : weight(i, j);
            for (var j = 0; j < n && sum > 0; j++)
                row[j] /= sum;
            weights[i] = row;
        });
        return weights;
    }

    /// <summary>I alone, by <see cref="Weights"/>.</summary>
    public static double Statistic(double[] values, double[][] weights)
    {
        var mean = SimulationSource.Mean(values);
        var deviation = Array.ConvertAll(values, v => v - mean);
        double cross = 0, squares = 0, s = 0;
        for (var i = 0; i < deviation.Length; i++)
        {
            double lag = 0, sum = 0;
            var row = weights[i];
            for (var j = 0; j < row.Length; j++)
            {
                lag += row[j] * deviation[j];
                sum += row[j];
            }

            cross += deviation[i] * lag;
            squares += deviation[i] * deviation[i];
            s += sum > 0 ? 1 : 0;
        }

        return deviation.Length / s * cross / squares;
    }

    /// <summary>The distance of two places.</summary>
    public static double Distance(double[] x, double[] y, int i, int j) =>
        Math.Sqrt(((x[i] - x[j]) * (x[i] - x[j])) + ((y[i] - y[j]) * (y[i] - y[j])));
}
