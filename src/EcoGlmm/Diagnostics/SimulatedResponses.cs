using System.Collections;

namespace EcoGlmm;

/// <summary>Simulated responses, [simulation][row]: a list of simulations, each an array with a value for every row.</summary>
/// <remarks>Immutable, and safe to share among threads: each simulation is handed out as a copy.</remarks>
public sealed class SimulatedResponses : IReadOnlyList<double[]>
{
    private readonly double[][] _values;

    internal SimulatedResponses(double[][] values) => _values = values;

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <summary>The number of simulations, as an array has it.</summary>
    public int Length => _values.Length;

    /// <summary>A simulation, one value for each row; a copy.</summary>
    public double[] this[int simulation] => (double[])_values[simulation].Clone();

    /// <summary>All simulations, [simulation][row]; copies.</summary>
    public double[][] ToArray() => Array.ConvertAll(_values, v => (double[])v.Clone());

    /// <summary>All simulations, [simulation][row]; copies.</summary>
    /// <param name="responses">The simulations.</param>
    public static implicit operator double[][](SimulatedResponses responses)
    {
        ArgumentNullException.ThrowIfNull(responses);
        return responses.ToArray();
    }

    /// <inheritdoc/>
    public IEnumerator<double[]> GetEnumerator() => _values.Select(v => (double[])v.Clone()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
