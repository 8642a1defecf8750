using EcoGlmm.Formulas;

namespace EcoGlmm.Diagnostics;

/// <summary>Whether a formula already bends along a variable.</summary>
internal static class CurveFormula
{
    /// <summary>Degrees of freedom of the spline that is proposed where a curve is there already.</summary>
    public const int MoreFlexible = 5;

    /// <summary>Whether a variable enters the fixed effects otherwise than as it is: by poly(), ns(), a power, a logarithm.</summary>
    public static bool IsCurved(GlmmFit fit, string name) => fit.Specification.Conditional.FixedExpressions
        .Any(e => e is not NameNode && e.Descend().Any(n => n is NameNode { Name: var x } && x == name));

    /// <summary>Whether a variable is among the fixed effects at all.</summary>
    public static bool IsThere(GlmmFit fit, string name) => fit.Specification.Conditional.FixedVariableNames.Contains(name);
}
