namespace EcoGlmm.Association;

/// <summary>
/// The exact test of Hardy-Weinberg proportions: J. E. Wigginton, D. J. Cutler and G. R. Abecasis, Am. J. Hum. Genet. 76
/// (2005) 887-893. Given the alleles' numbers, the p-value is the probability of all numbers of heterozygotes that are no
/// more probable than the observed one.
/// </summary>
internal static class HardyWeinberg
{
    private const double TieTolerance = 1e-8;

    public static double PValue(int two, int one, int none)
    {
        var individuals = (long)two + one + none;
        if (individuals == 0)
        {
            return double.NaN;
        }

        var rare = 2L * Math.Min(two, none) + one;
        var common = 2 * individuals - rare;

        // P(h + 2) / P(h) = 4 (rare − h)/2 (common − h)/2 / ((h + 2)(h + 1)), relative to the observed number
        double observed = 1;
        double sum = 1;
        double tail = 1;
        void Add(double p)
        {
            sum += p;
            tail += p <= observed * (1 + TieTolerance) ? p : 0;
        }

        double probability = 1;
        for (long h = one; h + 2 <= rare; h += 2)
        {
            probability *= (double)(rare - h) * (common - h) / ((h + 2.0) * (h + 1));
            Add(probability);
        }

        probability = 1;
        for (long h = one; h >= 2; h -= 2)
        {
            probability *= h * (h - 1.0) / ((double)(rare - h + 2) * (common - h + 2));
            Add(probability);
        }

        return Math.Min(1, tail / sum);
    }
}
