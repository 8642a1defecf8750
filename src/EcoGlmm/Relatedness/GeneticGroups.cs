namespace EcoGlmm.Relationships;

/// <summary>How much of each animal's genome comes from each genetic group: Q = T Q_b, down the pedigree by halves.</summary>
internal static class GeneticGroups
{
    /// <summary>For each group, the share in each animal.</summary>
    public static double[][] Shares(PedigreeRecords records)
    {
        var shares = Array.ConvertAll(records.Groups, _ => new double[records.Names.Length]);
        for (var g = 0; g < shares.Length; g++)
        {
            var share = shares[g];
            for (var i = 0; i < share.Length; i++)
            {
                share[i] = 0.5 * (FromParent(records.Sires[i], records.SireGroups[i]) + FromParent(records.Dams[i], records.DamGroups[i]));
            }

            double FromParent(int parent, int group) => parent >= 0 ? share[parent] : group == g ? 1 : 0;
        }
        return shares;
    }
}
