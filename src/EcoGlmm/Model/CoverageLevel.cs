using System.Globalization;

namespace EcoGlmm.Model;

/// <summary>The coverage that an interval is asked for.</summary>
internal static class CoverageLevel
{
    /// <summary>The level itself.</summary>
    /// <exception cref="GlmmException">It does not lie between 0 and 1.</exception>
    public static double Checked(double level) => level > 0 && level < 1
        ? level
        : throw new GlmmException($"The level of an interval lies between 0 and 1, for example 0.95, not "
            + $"{level.ToString(CultureInfo.InvariantCulture)}.");
}
