using System.Numerics;
using System.Runtime.InteropServices;

namespace EcoGlmm.Prediction;

/// <summary>
/// What the simulations of some rows add up to, row after row: nothing is kept of a row but how many of its simulations lie below
/// and at the observation, and what it adds to the sums of each simulation.
/// </summary>
internal sealed class RowBlockSummary(int count)
{
    private readonly double[] _sum = new double[count];
    private readonly double[] _squares = new double[count];
    private readonly long[] _zeros = new long[count];
    private readonly double[] _aloneBelow = new double[count];
    private readonly double[] _aloneAbove = new double[count];

    /// <summary>Adds a row, and returns how many of its simulations lie below and at the observation.</summary>
    /// <param name="simulated">The row's value in each simulation.</param>
    /// <param name="observed">The observation.</param>
    /// <param name="centre">About where simulations lie: sums are of deviations from it.</param>
    public (long Less, long Equal) Add(double[] simulated, double observed, double centre)
    {
        var y = new Vector<double>(observed);
        var c = new Vector<double>(centre);
        Vector<long> less = Vector<long>.Zero, equal = Vector<long>.Zero;
        Vector<double> smallest = new(double.PositiveInfinity), largest = new(double.NegativeInfinity);
        var s = 0;
        for (; s <= count - Vector<double>.Count; s += Vector<double>.Count)
        {
            var x = new Vector<double>(simulated, s);
            less -= Vector.LessThan(x, y);
            equal -= Vector.Equals(x, y);
            smallest = Vector.Min(smallest, x);
            largest = Vector.Max(largest, x);
            var d = x - c;
            (new Vector<double>(_sum, s) + d).CopyTo(_sum, s);
            (new Vector<double>(_squares, s) + (d * d)).CopyTo(_squares, s);
            (new Vector<long>(_zeros, s) - Vector.Equals(x, Vector<double>.Zero)).CopyTo(_zeros, s);
        }

        (var below, var at) = (Vector.Sum(less), Vector.Sum(equal));
        (var low, var high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var lane = 0; lane < Vector<double>.Count; lane++)
            (low, high) = (Math.Min(low, smallest[lane]), Math.Max(high, largest[lane]));
        for (; s < count; s++)
        {
            double x = simulated[s], d = x - centre;
            below += x < observed ? 1 : 0;
            at += x == observed ? 1 : 0;
            (low, high) = (Math.Min(low, x), Math.Max(high, x));
            _sum[s] += d;
            _squares[s] += d * d;
            _zeros[s] += x == 0 ? 1 : 0;
        }

        AddExtreme(simulated, low, _aloneBelow);
        AddExtreme(simulated, high, _aloneAbove);
        return (below, at);
    }

    /// <summary>Adds the sums of other rows.</summary>
    public void Add(RowBlockSummary other)
    {
        for (var s = 0; s < count; s++)
        {
            _sum[s] += other._sum[s];
            _squares[s] += other._squares[s];
            _zeros[s] += other._zeros[s];
            _aloneBelow[s] += other._aloneBelow[s];
            _aloneAbove[s] += other._aloneAbove[s];
        }
    }

    public SimulationSummary Summarise(long[] less, long[] equal, int rowCount)
    {
        var variances = new double[count];
        for (var s = 0; s < count; s++)
            variances[s] = Math.Max(0, _squares[s] - (_sum[s] * _sum[s] / rowCount)) / (rowCount - 1);
        return new SimulationSummary(less, equal, Array.ConvertAll(_zeros, z => (double)z), variances, _aloneBelow, _aloneAbove);
    }

    /// <summary>Counts for the simulation that alone has this value, if only one has.</summary>
    private static void AddExtreme(double[] simulated, double value, double[] alone)
    {
        var bits = MemoryMarshal.Cast<double, long>(simulated);
        var sought = BitConverter.DoubleToInt64Bits(value);
        var first = bits.IndexOf(sought);
        if (first >= 0 && !bits[(first + 1)..].Contains(sought))
            alone[first]++;
    }
}
