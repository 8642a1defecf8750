namespace EcoGlmm;

/// <summary>
/// How fine a <see cref="Mesh"/> is and how far it reaches. Lengths are in the unit of the coordinates; what is null is chosen from
/// the places.
/// </summary>
public sealed record MeshOptions
{
    /// <summary>
    /// The longest edge of a triangle among the places; null for a fifteenth of the longer side of the study area. A field is
    /// followed well where its range is several times this.
    /// </summary>
    public double? MaxEdge { get; init; }

    /// <summary>The longest edge at the outer boundary, which edges grow to; null for four times <see cref="MaxEdge"/>.</summary>
    public double? OuterEdge { get; init; }

    /// <summary>
    /// Places that are closer than this to one that is a node already are no nodes of their own; null for a quarter of
    /// <see cref="MaxEdge"/>, or more where there would be more than a thousand.
    /// </summary>
    public double? Cutoff { get; init; }

    /// <summary>
    /// How far the mesh reaches beyond the places, so that its boundary does not show; null for half the longer side of the study
    /// area. It should be no less than the range of the field.
    /// </summary>
    public double? Extension { get; init; }

    /// <summary>More nodes than this are refused.</summary>
    public int MaxNodes { get; init; } = 20_000;

    internal void Check()
    {
        Positive(MaxEdge, nameof(MaxEdge));
        Positive(OuterEdge, nameof(OuterEdge));
        if (Cutoff is { } cutoff && !(cutoff >= 0 && double.IsFinite(cutoff)))
            throw new GlmmException("Cutoff of a mesh must be zero or more.");
        if (Extension is { } extension && !(extension >= 0 && double.IsFinite(extension)))
            throw new GlmmException("Extension of a mesh must be zero or more.");
        if (MaxNodes < 3) throw new GlmmException("A mesh has three nodes at least; MaxNodes is " + MaxNodes + ".");
    }

    private static void Positive(double? value, string name)
    {
        if (value is { } length && !(length > 0 && double.IsFinite(length)))
            throw new GlmmException($"{name} of a mesh must be above zero.");
    }
}
