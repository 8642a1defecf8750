using EcoGlmm.Families;
using EcoGlmm.Numerics;

namespace EcoGlmm.Prediction;

/// <summary>
/// Simulated responses of rows whose distributions stay the same in all simulations. The value of a row in a simulation depends
/// on the seed, the row and the simulation alone, so that simulations can be made by row or by simulation, in any order and on
/// any number of threads; by row is many times faster.
/// </summary>
/// <param name="family">The response distribution.</param>
/// <param name="rows">Its parameters, by row.</param>
/// <param name="size">Trials or precision weights by row; empty: all one.</param>
/// <param name="asProportion">Whether counts are divided by the trials.</param>
/// <param name="stream">The random numbers; row i has its split i.</param>
internal sealed class RowSimulator(Family family, RowDistributions rows, double[] size, bool asProportion, RandomStream stream)
{
    public int RowCount => rows.Mean.Length;

    /// <summary>What one thread needs to draw.</summary>
    public Workspace CreateWorkspace() => new();

    /// <summary>Simulations 0, 1, … of one row.</summary>
    public void DrawRow(int row, Span<double> destination, Workspace workspace)
    {
        var key = stream.Split(row).Key;
        (var mean, var dispersion, var zero, var trials) = Parameters(row);
        if (family.Counts(mean, dispersion, trials) is { CanBeInverted: true } counts)
        {
            workspace.Table(counts, zero).Draw(key, destination);
            if (asProportion)
            {
                for (var s = 0; s < destination.Length; s++)
                    destination[s] /= trials;
            }

            return;
        }

        var random = workspace.Random;
        if (family.IsNormal && zero == 0)
        {
            var sd = dispersion / Math.Sqrt(trials);
            for (var s = 0; s < destination.Length; s++)
                destination[s] = mean + (sd * random.NormalOf(RandomStream.BitsAt(key, s)));
            return;
        }

        for (var s = 0; s < destination.Length; s++)
            destination[s] = DrawFrom(random, RandomStream.BitsAt(key, s), mean, dispersion, zero, trials);
    }

    /// <summary>All rows of one simulation.</summary>
    public void DrawSimulation(int simulation, Span<double> destination)
    {
        var random = stream.Split(0);
        for (var row = 0; row < destination.Length; row++)
        {
            var bits = RandomStream.BitsAt(stream.Split(row).Key, simulation);
            (var mean, var dispersion, var zero, var trials) = Parameters(row);
            destination[row] =
                family.Counts(mean, dispersion, trials) is { CanBeInverted: true } counts
                    ? CountTable.Draw(counts, zero, bits) / (asProportion ? trials : 1)
                : family.IsNormal && zero == 0 ? mean + (dispersion / Math.Sqrt(trials) * random.NormalOf(bits))
                : DrawFrom(random, bits, mean, dispersion, zero, trials);
        }
    }

    private (double Mean, double Dispersion, double Zero, double Trials) Parameters(int row) =>
        (rows.Mean[row], rows.Dispersion?[row] ?? 1, rows.Zero?[row] ?? 0, size.Length == 0 ? 1 : size[row]);

    private double DrawFrom(RandomStream random, ulong bits, double mean, double dispersion, double zero, double trials)
    {
        random.Restart(bits);
        if (zero > 0 && random.NextDouble() < zero)
            return 0;
        var y = family.Draw(random, mean, dispersion, trials);
        return asProportion ? y / trials : y;
    }

    /// <summary>A table, kept while rows of the same distribution follow each other, and a stream that starts anew for each draw.</summary>
    internal sealed class Workspace
    {
        private readonly CountTable _table = new();
        private (CountRecurrence Counts, double Zero)? _filled;

        public RandomStream Random { get; } = new(0);

        public CountTable Table(CountRecurrence counts, double zero)
        {
            if (_filled != (counts, zero))
            {
                _table.Fill(counts, zero);
                _filled = (counts, zero);
            }

            return _table;
        }
    }
}
