using EcoGlmm.Association;

namespace EcoGlmm;

public sealed partial class Genotypes
{
    /// <summary>Simulates a population with structure, families, linked markers and traits.</summary>
    /// <param name="design">What it is like.</param>
    /// <param name="seed">The same seed gives the same population on any machine.</param>
    /// <returns>Genotypes, data and the causal markers.</returns>
    /// <exception cref="GlmmException">The design is impossible; the message says what.</exception>
    public static SimulatedPopulation Simulate(PopulationDesign design, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(design);
        return new PopulationSimulator(design, seed).Run();
    }
}
