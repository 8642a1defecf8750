namespace EcoGlmm.Inference;

/// <summary>Arguments that several methods check alike.</summary>
internal static class Checked
{
    /// <summary>The coverage of an interval.</summary>
    /// <exception cref="GlmmException">It is not between 0 and 1.</exception>
    public static double Level(double level) => level > 0 && level < 1
        ? level
        : throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not {level.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");

    /// <summary>A number of simulations or draws.</summary>
    /// <exception cref="GlmmException">It is less than one.</exception>
    public static int Count(int count, string what) => count >= 1 ? count : throw new GlmmException($"The number of {what} must be at least 1, not {count}.");
}
