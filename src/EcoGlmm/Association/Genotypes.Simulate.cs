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
    /// <summary>
    /// Simulates a population whose genotypes go to PLINK's three files as they come, for samples that memory does not hold: a chromosome
    /// takes two bits of memory for each individual and marker of it, and as many chromosomes are at work as the machine has cores.
    /// </summary>
    /// <param name="design">What it is like.</param>
    /// <param name="path">The name of the .bed file, or the three files' name without extension; files that exist are replaced.</param>
    /// <param name="seed">The same seed gives the same population, in files or in memory.</param>
    /// <returns>Genotypes mapped to the files (dispose of them), data and the causal markers.</returns>
    /// <exception cref="GlmmException">The design is impossible, or the files cannot be written.</exception>
    public static SimulatedPopulation Simulate(PopulationDesign design, string path, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new PopulationSimulator(design, seed).Run(path);
    }
}
