using EcoGlmm.Numerics;

namespace EcoGlmm.Diagnostics;

/// <summary>
/// Whether values that follow each other within a series are alike, over many series that may be short: the sum of the products of
/// neighbours, each series about its own mean, with its moments under random order within each series. A series that was fitted a mean
/// of its own has neighbours that are a little unlike each other, which these moments allow for, as Durbin and Watson's do not.
/// Source: A. Wald and J. Wolfowitz (1943), An exact test for randomness in the non-parametric case based on serial correlation, Annals of
/// Mathematical Statistics 14, 378-388; here for products that do not close in a circle, and summed over series.
/// </summary>
internal static class SerialCorrelation
{
    /// <summary>Fewer values say nothing about order: with three, two of the three orders have the same products.</summary>
    public const int ShortestSeries = 4;

    /// <summary>Neighbours that are needed for the normal approximation.</summary>
    public const int FewestNeighbours = 20;

    /// <summary>The correlation of neighbours, the value expected of it, its standard deviation, and the two-sided p-value; NaN
    /// where the series are too short or do not vary.</summary>
    /// <param name="series">Values in the order of time, a series each.</param>
    public static (double Correlation, double Expected, double StandardDeviation, double PValue) Test(IEnumerable<double[]> series)
    {
        double products = 0, expected = 0, variance = 0, squares = 0;
        var neighbours = 0;
        foreach (var values in series.Where(v => v.Length >= ShortestSeries))
        {
            double n = values.Length;
            var mean = values.Average();
            double p2 = 0, p4 = 0, sum = 0;
            for (var i = 0; i < values.Length; i++)
            {
                var z = values[i] - mean;
                p2 += z * z;
                p4 += z * z * z * z;
                if (i > 0) sum += z * (values[i - 1] - mean);
            }

            // Sums over distinct values of z₁z₂, z₁²z₂², z₁z₂²z₃ and z₁z₂z₃z₄, where the sum of z is zero.
            var first = -p2 / n;
            var second = ((p2 * p2) - p4) / n;
            var third = 2 * ((2 * p4) - (p2 * p2)) / (n * (n - 1));
            var fourth = ((3 * p2 * p2) - (6 * p4)) / (n * (n - 1));
            // n − 1 products; 2(n − 2) ordered pairs of them share a value, (n − 2)(n − 3) share none.
            products += sum;
            expected += first;
            variance += second + third + fourth - (first * first);
            squares += p2 * (n - 1) / n;
            neighbours += values.Length - 1;
        }

        if (neighbours < FewestNeighbours || !(variance > 0)) return (double.NaN, double.NaN, double.NaN, double.NaN);
        var deviation = Math.Sqrt(variance);
        var p = 2 * NormalDistribution.UpperTail(Math.Abs(products - expected) / deviation);
        return (products / squares, expected / squares, deviation / squares, p);
    }
}
