namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// mm: a row belongs to one level of each of several columns, which are of one kind (the two members of a pair), and has the sum
/// of their effects.
/// </summary>
internal static class MultipleMembership
{
    public static StructureKind Kind { get; } = new("mm", TermLayout.Members)
    {
        Describe = "mm(1 | a, b), the effects of the levels of several columns added up",
        Bind = _ => new CovarianceStructure("mm", new Unstructured(1)),
    };
}
