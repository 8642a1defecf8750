namespace EcoGlmm;

/// <summary>A place in the genome where individuals differ by one of two alleles.</summary>
/// <param name="Name">Its name, which no other marker has.</param>
/// <param name="Chromosome">The chromosome, as the file calls it.</param>
/// <param name="Position">Position on the chromosome, in base pairs; 0 if it is not known.</param>
/// <param name="EffectAllele">The allele that is counted: an effect is that of one more copy of it.</param>
/// <param name="OtherAllele">The other allele.</param>
public sealed record Marker(string Name, string Chromosome, long Position, string EffectAllele, string OtherAllele)
{
    /// <summary>Whether its file gives it no name.</summary>
    internal bool IsUnnamed => Name == ".";
}
