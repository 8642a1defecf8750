namespace EcoGlmm.Decomposition;

/// <summary>Ages in classes of equal width: single years where ages are whole years.</summary>
internal sealed class AgeClasses
{
    private readonly double _start;

    private AgeClasses(double start, double step, int[] classes)
    {
        _start = start;
        Step = step;
        Class = classes;
        Count = classes.Max() + 1;
    }

    public double Step { get; }

    /// <summary>The class of each row, from 0.</summary>
    public int[] Class { get; }

    public int Count { get; }

    /// <summary>The age that a class stands for: the multiple of the step, or the middle of the class.</summary>
    public double AgeOf(int k) => _start + (k * Step);

    /// <param name="age">Ages.</param>
    /// <param name="id">The individuals.</param>
    /// <param name="step">The width; null for 1 where all ages are whole numbers, else the usual time between two records of an
    /// individual.</param>
    public static AgeClasses Of(double[] age, string[] id, double? step)
    {
        var width = step ?? (Array.TrueForAll(age, a => a == Math.Floor(a)) ? 1 : UsualGap(age, id));
        var isGrid = Array.TrueForAll(age, a => Math.Abs((a / width) - Math.Round(a / width)) < 1e-9);
        var start = isGrid ? Math.Round(age.Min() / width) * width : (Math.Floor(age.Min() / width) + 0.5) * width;
        return new AgeClasses(start, width, Array.ConvertAll(age, a => (int)Math.Round((a - start) / width)));
    }

    private static double UsualGap(double[] age, string[] id)
    {
        var gaps = Enumerable.Range(0, age.Length).GroupBy(row => id[row], StringComparer.Ordinal).SelectMany(rows =>
        {
            var sorted = rows.Select(row => age[row]).Distinct().Order().ToArray();
            return sorted.Zip(sorted.Skip(1), (a, b) => b - a);
        }).Order().ToArray();
        if (gaps.Length == 0) return Math.Max(1e-9, (age.Max() - age.Min()) / 10);
        var usual = gaps[gaps.Length / 2];
        // A round number near it, and not so small that classes number in the hundreds.
        usual = Math.Max(usual, (age.Max() - age.Min()) / 100);
        var power = Math.Pow(10, Math.Floor(Math.Log10(usual)));
        return power * (usual / power >= 5 ? 5 : usual / power >= 2 ? 2 : 1);
    }
}
