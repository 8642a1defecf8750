using EcoGlmm.Numerics;

namespace EcoGlmm.Relationships;

/// <summary>
/// A⁻¹ straight from the pedigree: each animal adds d⁻¹ (1, −½, −½) (1, −½, −½)ᵀ to the rows and columns of itself, its sire
/// and its dam, d being the variance of its Mendelian sampling. C. R. Henderson (1976), Biometrics 32, 69-83; with
/// inbreeding R. L. Quaas (1976), Biometrics 32, 949-953.
/// </summary>
internal static class HendersonInverse
{
    public static SparsePrecision Build(int[] sires, int[] dams, double[] inbreeding)
    {
        var n = sires.Length;
        var rows = new List<int>(3 * n);
        var columns = new List<int>(3 * n);
        for (var i = 0; i < n; i++)
        {
            var (s, d) = (sires[i], dams[i]);
            if (s >= 0)
                Link(i, s);
            if (d >= 0)
                Link(i, d);
            if (s >= 0 && d >= 0)
                Link(s, d);
        }
        var pattern = SparsePattern.FromPairs(n, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows),
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(columns));
        var values = new double[pattern.NonZeros];
        var logDeterminant = 0.0;
        Span<int> who = stackalloc int[3];
        Span<double> weight = stackalloc double[3];
        for (var i = 0; i < n; i++)
        {
            var variance = Inbreeding.MendelianVariance(sires[i], dams[i], inbreeding);
            logDeterminant -= Math.Log(variance);
            var count = Contributors(i, sires[i], dams[i], who, weight);
            for (var a = 0; a < count; a++)
            {
                for (var b = 0; b <= a; b++)
                    values[pattern.IndexOf(who[a], who[b])] += weight[a] * weight[b] / variance;
            }
        }
        return new SparsePrecision(pattern, values, logDeterminant);

        void Link(int a, int b)
        {
            rows.Add(a);
            columns.Add(b);
        }
    }

    private static int Contributors(int animal, int sire, int dam, Span<int> who, Span<double> weight)
    {
        (who[0], weight[0]) = (animal, 1);
        var count = 1;
        if (sire >= 0)
            (who[count], weight[count++]) = (sire, sire == dam ? -1 : -0.5);
        if (dam >= 0 && dam != sire)
            (who[count], weight[count++]) = (dam, -0.5);
        return count;
    }
}
