namespace EcoGlmm;

/// <summary>Which colours the values of a <see cref="RasterTrace"/> take.</summary>
public enum RasterColors
{
    /// <summary>From dark to light: for values that are small or large.</summary>
    Sequential,

    /// <summary>From blue by near white to red, with zero in the middle: for values below and above zero.</summary>
    Diverging,
}

/// <summary>A map of values on a raster: a coloured cell for each, with a bar that tells what the colours mean.</summary>
/// <param name="X">The centres of the columns, evenly spaced and ascending.</param>
/// <param name="Y">The centres of the rows, evenly spaced and ascending.</param>
/// <param name="Values">Row by row, from the lowest Y; cells that are NaN stay empty.</param>
public sealed record RasterTrace(IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<double> Values) : Trace
{
    /// <summary>The colours.</summary>
    public RasterColors Colors { get; init; }

    /// <summary>The least value of the colours; null for that of the values.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value of the colours; null for that of the values.</summary>
    public double? Maximum { get; init; }
}
