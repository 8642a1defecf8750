namespace EcoGlmm.Relationships;

/// <summary>A checked pedigree, parents before their offspring.</summary>
/// <param name="Names">The animals.</param>
/// <param name="Sires">The father of each, −1 where unknown.</param>
/// <param name="Dams">The mother of each, −1 where unknown.</param>
/// <param name="Added">Parents who had no row of their own.</param>
/// <param name="Groups">Names of genetic groups.</param>
/// <param name="SireGroups">The group of an unknown father, −1 for none.</param>
/// <param name="DamGroups">The group of an unknown mother, −1 for none.</param>
internal sealed record PedigreeRecords(string[] Names, int[] Sires, int[] Dams, string[] Added, string[] Groups,
    int[] SireGroups, int[] DamGroups);
