namespace EcoGlmm.Families;

/// <summary>A family's constant parameter beside the dispersion, such as Student's degrees of freedom.</summary>
/// <param name="Name">The name users see: "df".</param>
/// <param name="Predictor">Its value σ on the unconstrained scale that is optimised.</param>
/// <param name="Value">Its value as users read it; it may depend on other shapes of the family too.</param>
/// <param name="Meaning">What it is, in words.</param>
internal sealed record FamilyShape(string Name, double Predictor, double Value, string Meaning)
{
    /// <summary>What it means when <see cref="Position"/> runs to −∞; null where it cannot.</summary>
    public ShapeLimit? AtLowest { get; init; }

    /// <summary>What it means when <see cref="Position"/> runs to +∞; null where it cannot.</summary>
    public ShapeLimit? AtHighest { get; init; }

    /// <summary>What it means when the likelihood is flat around zero; null where it is not.</summary>
    public ShapeLimit? AtZero { get; init; }

    /// <summary>What tells how near a limit the shape is: σ, unless said otherwise.</summary>
    public double Position { get; init; } = Predictor;

    /// <summary>Beyond this <see cref="Position"/> it is at its limit to all intents and purposes.</summary>
    public double Extreme { get; init; } = 10;
}

/// <summary>A limit that a shape may run to: what is then so, and what to do about it, as sentences.</summary>
internal sealed record ShapeLimit(string Message, string Advice)
{
    /// <summary>Whether the likelihood grows without bound on the way there, so that it has no maximum.</summary>
    public bool IsUnbounded { get; init; }
}
