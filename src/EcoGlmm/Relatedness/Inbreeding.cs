namespace EcoGlmm.Relationships;

/// <summary>
/// Coefficients of inbreeding: T. H. E. Meuwissen and Z. Luo (1992), Computing inbreeding coefficients in large populations,
/// Genetics Selection Evolution 24, 305-313. A = L D Lᵀ; for each animal its row of L is traced through its ancestors,
/// F_i = Σ_j L_ij² D_jj − 1, in memory linear in the number of animals.
/// </summary>
internal static class Inbreeding
{
    /// <summary>F of each animal; parents stand before their offspring, −1 is an unknown parent.</summary>
    public static double[] Coefficients(int[] sires, int[] dams)
    {
        var n = sires.Length;
        var f = new double[n];
        var d = new double[n];
        var depths = Depths(sires, dams);
        var row = new double[n];
        // Ancestors wait by their depth, the deepest first, so that all offspring of an ancestor come before it.
        var first = new int[n == 0 ? 1 : depths.Max() + 1];
        Array.Fill(first, -1);
        var next = new int[n];
        var bySibship = new Dictionary<(int, int), double>();
        for (var i = 0; i < n; i++)
        {
            var (s, m) = (sires[i], dams[i]);
            d[i] = MendelianVariance(s, m, f);
            if (s < 0 || m < 0)
                continue;
            if (bySibship.TryGetValue((s, m), out var known))
            {
                f[i] = known;
                continue;
            }
            var sum = d[i];
            Pass(s, 0.5);
            Pass(m, 0.5);
            for (var depth = depths[i] - 1; depth >= 0; depth--)
            {
                for (var j = first[depth]; j >= 0; j = next[j])
                {
                    var l = row[j];
                    row[j] = 0;
                    sum += l * l * d[j];
                    Pass(sires[j], 0.5 * l);
                    Pass(dams[j], 0.5 * l);
                }
                first[depth] = -1;
            }
            // Without inbreeding the sum is a dyadic rational and exactly one.
            f[i] = sum - 1;
            bySibship.Add((s, m), f[i]);
        }
        return f;

        void Pass(int ancestor, double share)
        {
            if (ancestor < 0)
                return;
            if (row[ancestor] == 0)
            {
                next[ancestor] = first[depths[ancestor]];
                first[depths[ancestor]] = ancestor;
            }
            row[ancestor] += share;
        }
    }

    /// <summary>
    /// The variance of an animal's own Mendelian sampling, where σ² is 1: 1 with no parent known, ¾ − ¼F with one,
    /// ½ − ¼(F_s + F_d) with both.
    /// </summary>
    public static double MendelianVariance(int sire, int dam, double[] inbreeding)
    {
        var variance = 1.0;
        if (sire >= 0)
            variance -= 0.25 * (1 + inbreeding[sire]);
        if (dam >= 0)
            variance -= 0.25 * (1 + inbreeding[dam]);
        // With one and the same parent twice, b = parent + Mendelian sampling of variance ½ (1 − F).
        return variance;
    }

    /// <summary>Steps from the founders: 0 for these, one more than the deeper parent for the others.</summary>
    public static int[] Depths(int[] sires, int[] dams)
    {
        var depths = new int[sires.Length];
        for (var i = 0; i < depths.Length; i++)
        {
            var parents = Math.Max(sires[i] < 0 ? -1 : depths[sires[i]], dams[i] < 0 ? -1 : depths[dams[i]]);
            depths[i] = parents + 1;
        }
        return depths;
    }
}
