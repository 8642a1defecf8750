using System.Numerics;
using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>What the rows of one simulation, or of the observations, add up to, several rows at a time.</summary>
internal static class SimulationSums
{
    /// <summary>For rows [from, end), adds one where the simulation lies below, and where it lies at, the observation.</summary>
    public static void CountComparisons(double[] simulated, double[] observed, long[] less, long[] equal, int from, int end)
    {
        var i = from;
        for (; i <= end - Vector<double>.Count; i += Vector<double>.Count)
        {
            var x = new Vector<double>(simulated, i);
            var y = new Vector<double>(observed, i);
            (new Vector<long>(less, i) - Vector.LessThan(x, y)).CopyTo(less, i);
            (new Vector<long>(equal, i) - Vector.Equals(x, y)).CopyTo(equal, i);
        }

        for (; i < end; i++)
        {
            less[i] += simulated[i] < observed[i] ? 1 : 0;
            equal[i] += simulated[i] == observed[i] ? 1 : 0;
        }
    }

    /// <summary>How many are zero.</summary>
    public static int CountZeros(ReadOnlySpan<double> values)
    {
        var i = 0;
        var vector = Vector<long>.Zero;
        for (; i <= values.Length - Vector<double>.Count; i += Vector<double>.Count)
            vector -= Vector.Equals(new Vector<double>(values[i..]), Vector<double>.Zero);
        var zeros = (int)Vector.Sum(vector);
        for (; i < values.Length; i++)
            zeros += values[i] == 0 ? 1 : 0;
        return zeros;
    }

    /// <summary>Sample variance (divisor n − 1) of values − centre; added up in eight sums, whatever the processor.</summary>
    public static double VarianceAround(ReadOnlySpan<double> values, ReadOnlySpan<double> centre)
    {
        var mean = SumOfPowers(values, centre, 0, isSquared: false) / values.Length;
        return SumOfPowers(values, centre, mean, isSquared: true) / (values.Length - 1);
    }

    /// <summary>The sum of values − centre − shift, or of their squares.</summary>
    public static double SumOfPowers(ReadOnlySpan<double> values, ReadOnlySpan<double> centre, double shift, bool isSquared)
    {
        var (first, second) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var by = Vector256.Create(shift);
        var i = 0;
        for (; i + 8 <= values.Length; i += 8)
        {
            var a = VectorMath.Load(values, i) - VectorMath.Load(centre, i) - by;
            var b = VectorMath.Load(values, i + 4) - VectorMath.Load(centre, i + 4) - by;
            first += isSquared ? a * a : a;
            second += isSquared ? b * b : b;
        }

        var sum = Vector256.Sum(first + second);
        for (; i < values.Length; i++)
        {
            var d = values[i] - centre[i] - shift;
            sum += isSquared ? d * d : d;
        }

        return sum;
    }
}
