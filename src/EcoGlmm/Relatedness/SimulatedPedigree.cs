using System.Globalization;
using EcoGlmm.Numerics;

namespace EcoGlmm.Relationships;

/// <summary>
/// A population of discrete generations: from each, some males and females are drawn as parents of the next, and every animal
/// of the next gets one of each at random.
/// </summary>
internal static class SimulatedPedigree
{
    public static PedigreeRecords Make(int generations, int size, int sires, int dams, long seed)
    {
        if (generations < 1 || size < 2)
            throw new GlmmException($"A simulated pedigree needs one generation or more of two animals or more, not {generations} of "
                + $"{size}.");
        if (sires < 1 || dams < 1 || sires + dams > size)
            throw new GlmmException($"Of {size} animals in a generation {sires} sires and {dams} dams cannot be drawn; take one of each or "
                + $"more, together no more than {size}.");
        var random = new RandomStream(seed);
        var n = checked(generations * size);
        var names = new string[n];
        var (fathers, mothers, none) = (new int[n], new int[n], new int[n]);
        Array.Fill(fathers, -1);
        Array.Fill(mothers, -1);
        Array.Fill(none, -1);
        var candidates = new int[size];
        for (var g = 0; g < generations; g++)
        {
            for (var i = 0; i < size; i++)
                candidates[i] = ((g - 1) * size) + i;
            random.Shuffle<int>(candidates);
            for (var i = 0; i < size; i++)
            {
                var animal = (g * size) + i;
                names[animal] = string.Create(CultureInfo.InvariantCulture, $"g{g + 1}-{i + 1}");
                if (g == 0)
                    continue;
                fathers[animal] = candidates[random.NextInt(sires)];
                mothers[animal] = candidates[sires + random.NextInt(dams)];
            }
        }
        return new PedigreeRecords(names, fathers, mothers, [], [], none, none);
    }
}
