using System.Numerics;
using System.Runtime.CompilerServices;

namespace EcoGlmm.Prediction;

/// <summary>
/// Which simulation, if a single one, has the largest and the smallest value of each row. Fed with some of the simulations, in
/// any order, and then merged: the result does not depend on how they were shared out.
/// </summary>
internal sealed class SimulationExtremes
{
    /// <summary>Marks an extreme that several simulations share, or that none has set yet.</summary>
    private const long Nobody = -1;

    private readonly double[] _largest;
    private readonly double[] _smallest;
    private readonly long[] _atLargest;
    private readonly long[] _atSmallest;

    public SimulationExtremes(int rowCount)
    {
        _largest = new double[rowCount];
        _smallest = new double[rowCount];
        _atLargest = new long[rowCount];
        _atSmallest = new long[rowCount];
        Array.Fill(_largest, double.NegativeInfinity);
        Array.Fill(_smallest, double.PositiveInfinity);
        Array.Fill(_atLargest, Nobody);
        Array.Fill(_atSmallest, Nobody);
    }

    /// <summary>Takes rows [from, end) of a simulation.</summary>
    public void Add(int simulation, double[] values, int from, int end)
    {
        var row = from;
        var (mine, nobody) = (new Vector<long>(simulation), new Vector<long>(Nobody));
        for (; row + Vector<double>.Count <= end; row += Vector<double>.Count)
        {
            var (value, largest, smallest) = (new Vector<double>(values, row), new Vector<double>(_largest, row),
                new Vector<double>(_smallest, row));
            var (isHigh, isLow) = (Vector.GreaterThanOrEqual(value, largest), Vector.LessThanOrEqual(value, smallest));
            if (isHigh != Vector<long>.Zero)
                Take(value, largest, isHigh, Vector.GreaterThan(value, largest), mine, nobody, _largest, _atLargest, row);
            if (isLow != Vector<long>.Zero)
                Take(value, smallest, isLow, Vector.LessThan(value, smallest), mine, nobody, _smallest, _atSmallest, row);
        }

        for (; row < end; row++)
        {
            Larger(row, values[row], simulation);
            Smaller(row, values[row], simulation);
        }
    }

    // Where the value is beyond the extreme it is the new one, and where it equals it the extreme is nobody's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector<double> value, Vector<double> extreme, Vector<long> reaches, Vector<long> exceeds, Vector<long> mine,
        Vector<long> nobody, double[] extremes, long[] at, int row)
    {
        Vector.ConditionalSelect(exceeds, value, extreme).CopyTo(extremes, row);
        Vector.ConditionalSelect(exceeds, mine, Vector.ConditionalSelect(reaches, nobody, new Vector<long>(at, row))).CopyTo(at, row);
    }

    public void Merge(SimulationExtremes other)
    {
        for (var row = 0; row < _largest.Length; row++)
        {
            Larger(row, other._largest[row], other._atLargest[row]);
            Smaller(row, other._smallest[row], other._atSmallest[row]);
        }
    }

    /// <summary>Per simulation, the number of rows where it alone lies below, and above, all the others.</summary>
    public (double[] Below, double[] Above) Outside(int count)
    {
        var below = new double[count];
        var above = new double[count];
        for (var row = 0; row < _largest.Length; row++)
        {
            if (_atSmallest[row] != Nobody)
                below[_atSmallest[row]]++;
            if (_atLargest[row] != Nobody)
                above[_atLargest[row]]++;
        }

        return (below, above);
    }

    private void Larger(int row, double value, long simulation)
    {
        if (value > _largest[row])
            (_largest[row], _atLargest[row]) = (value, simulation);
        else if (value == _largest[row])
            _atLargest[row] = Nobody;
    }

    private void Smaller(int row, double value, long simulation)
    {
        if (value < _smallest[row])
            (_smallest[row], _atSmallest[row]) = (value, simulation);
        else if (value == _smallest[row])
            _atSmallest[row] = Nobody;
    }
}
