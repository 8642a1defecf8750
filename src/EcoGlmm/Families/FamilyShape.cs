namespace EcoGlmm.Families;

/// <summary>A family's constant parameter beside the dispersion, such as Student's degrees of freedom.</summary>
/// <param name="Name">The name users see: "df".</param>
/// <param name="Predictor">Its value σ on the unconstrained scale that is optimised.</param>
/// <param name="Value">Its value as users read it.</param>
/// <param name="Meaning">What it is, in words.</param>
/// <param name="AtLowest">What it means when σ runs to −∞.</param>
/// <param name="AtHighest">What it means when σ runs to +∞.</param>
internal sealed record FamilyShape(
    string Name, double Predictor, double Value, string Meaning, ShapeLimit AtLowest, ShapeLimit AtHighest);

/// <summary>A limit that a shape may run to: what is then so, and what to do about it, as sentences.</summary>
internal sealed record ShapeLimit(string Message, string Advice);
