namespace EcoGlmm.Diagnostics;

/// <summary>
/// Moran's I with inverse-distance weights that sum to one for each point, and its moments under random assignment of the
/// values to the points (A. D. Cliff and J. K. Ord 1981, Spatial Processes, section 2.3). Takes time, not memory, in
/// proportion to the square of the number of points.
/// </summary>
internal static class MoranI
{
    /// <summary>I, the value expected without autocorrelation, its standard deviation, and the p-value by a normal approximation.</summary>
    public static (double Statistic, double Expected, double StandardDeviation, double PValue) Test(
        double[] values, double[] x, double[] y, Alternative alternative)
    {
        int n = values.Length;
        double mean = SimulationTest.Mean(values);
        double[] deviation = Array.ConvertAll(values, v => v - mean);
        var rowSum = new double[n];
        Parallel.For(0, n, i =>
        {
            double sum = 0;
            for (int j = 0; j < n; j++)
                sum += j == i ? 0 : InverseDistance(i, j);
            rowSum[i] = sum;
        });

        var cross = new double[n];
        var symmetric = new double[n];
        var columnSum = new double[n];
        Parallel.For(0, n, i =>
        {
            for (int j = 0; j < n; j++)
            {
                if (j == i)
                    continue;
                double inverse = InverseDistance(i, j), wij = inverse / rowSum[i], wji = inverse / rowSum[j];
                cross[i] += wij * deviation[i] * deviation[j];
                symmetric[i] += (wij + wji) * (wij + wji);
                columnSum[i] += wji;
            }
        });

        double v2 = deviation.Sum(e => e * e), v4 = deviation.Sum(e => e * e * e * e);
        double N = n, s = n, S1 = 0.5 * symmetric.Sum(), S2 = columnSum.Sum(c => (1 + c) * (1 + c));
        double statistic = N / s * cross.Sum() / v2;
        double expected = -1 / (N - 1);
        double kurtosis = v4 / N / (v2 / N * (v2 / N));
        double variance =
            (N * ((N * N - 3 * N + 3) * S1 - N * S2 + 3 * s * s) - kurtosis * (N * (N - 1) * S1 - 2 * N * S2 + 6 * s * s))
            / ((N - 1) * (N - 2) * (N - 3) * s * s) - expected * expected;
        double sd = Math.Sqrt(variance), z = (statistic - expected) / sd;
        double p = alternative switch
        {
            Alternative.Greater => NormalDistribution.UpperTail(z),
            Alternative.Less => NormalDistribution.UpperTail(-z),
            _ => 2 * NormalDistribution.UpperTail(Math.Abs(z)),
        };
        return (statistic, expected, sd, p);

        double InverseDistance(int i, int j)
        {
            double dx = x[i] - x[j], dy = y[i] - y[j];
            return 1 / Math.Sqrt(dx * dx + dy * dy);
        }
    }
}
