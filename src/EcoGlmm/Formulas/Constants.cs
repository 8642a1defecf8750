namespace EcoGlmm.Formulas;

/// <summary>Names that stand for a value rather than for a column.</summary>
internal static class Constants
{
    public static bool IsConstant(string name) => name is "TRUE" or "FALSE" or "Inf" or "NA" or "NaN" or "NULL";

    /// <summary>The value of a constant; pi, T and F give way to a column of that name.</summary>
    public static bool TryGet(string name, out double value)
    {
        value = name switch
        {
            "TRUE" or "T" => 1,
            "FALSE" or "F" => 0,
            "Inf" => double.PositiveInfinity,
            "pi" => Math.PI,
            _ => double.NaN,
        };
        return !double.IsNaN(value) || name is "NA" or "NaN";
    }
}
