namespace EcoGlmm.Prediction;

/// <summary>
/// Which simulation, if a single one, has the largest and the smallest value of each row. Fed with some of the simulations, in
/// any order, and then merged: the result does not depend on how they were shared out.
/// </summary>
internal sealed class SimulationExtremes
{
    /// <summary>Marks an extreme that several simulations share, or that none has set yet.</summary>
    private const int Nobody = -1;

    private readonly double[] _largest;
    private readonly double[] _smallest;
    private readonly int[] _atLargest;
    private readonly int[] _atSmallest;

    public SimulationExtremes(int rowCount)
    {
        _largest = new double[rowCount];
        _smallest = new double[rowCount];
        _atLargest = new int[rowCount];
        _atSmallest = new int[rowCount];
        Array.Fill(_largest, double.NegativeInfinity);
        Array.Fill(_smallest, double.PositiveInfinity);
        Array.Fill(_atLargest, Nobody);
        Array.Fill(_atSmallest, Nobody);
    }

    public void Add(int simulation, double[] values)
    {
        for (var row = 0; row < values.Length; row++)
        {
            Larger(row, values[row], simulation);
            Smaller(row, values[row], simulation);
        }
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

    private void Larger(int row, double value, int simulation)
    {
        if (value > _largest[row])
            (_largest[row], _atLargest[row]) = (value, simulation);
        else if (value == _largest[row])
            _atLargest[row] = Nobody;
    }

    private void Smaller(int row, double value, int simulation)
    {
        if (value < _smallest[row])
            (_smallest[row], _atSmallest[row]) = (value, simulation);
        else if (value == _smallest[row])
            _atSmallest[row] = Nobody;
    }
}
