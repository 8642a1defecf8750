namespace EcoGlmm.Diagnostics;

/// <summary>Ranks of values, tied ones sharing their mean rank, divided by the largest: from just above 0 to 1.</summary>
internal static class RankTransform
{
    public static double[] Apply(double[] values)
    {
        var n = values.Length;
        var keys = (double[])values.Clone();
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(keys, order);
        var ranks = new double[n];
        double largest = 0;
        for (var start = 0; start < n;)
        {
            var end = start;
            while (end + 1 < n && keys[end + 1] == keys[start])
                end++;
            var rank = 0.5 * (start + end) + 1;
            for (var i = start; i <= end; i++)
                ranks[order[i]] = rank;
            largest = rank;
            start = end + 1;
        }

        for (var i = 0; i < n; i++)
            ranks[i] /= largest;
        return ranks;
    }
}
