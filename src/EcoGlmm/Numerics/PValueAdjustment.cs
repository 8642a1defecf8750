namespace EcoGlmm.Numerics;

/// <summary>P-values adjusted for the number of tests made together.</summary>
internal static class PValueAdjustment
{
    /// <summary>S. Holm (1979): controls the chance of any false rejection.</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var order = Order(p);
        var adjusted = new double[p.Count];
        double running = 0;
        for (var i = 0; i < order.Length; i++)
        {
            running = Math.Max(running, Math.Min(1, (order.Length - i) * p[order[i]]));
            adjusted[order[i]] = running;
        }

        return adjusted;
    }

    /// <summary>Y. Benjamini and Y. Hochberg (1995): controls the false discovery rate.</summary>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> p)
    {
        var order = Order(p);
        var adjusted = new double[p.Count];
        double running = 1;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            running = Math.Min(running, p[order[i]] * order.Length / (i + 1));
            adjusted[order[i]] = running;
        }

        return adjusted;
    }

    private static int[] Order(IReadOnlyList<double> p) => [.. Enumerable.Range(0, p.Count).OrderBy(i => p[i])];
}
