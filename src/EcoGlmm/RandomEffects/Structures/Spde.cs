namespace EcoGlmm.RandomEffects.Structures;

/// <summary>spde: Matérn fields on a mesh, as the solution of a stochastic partial differential equation.</summary>
internal static class Spde
{
    public static StructureKind Kind { get; } = new("spde", TermLayout.Mesh)
    {
        Describe = "spde(0 + x + y | g), a Matérn field on a mesh for each group; spde(0 + x + y | year, follow = ar1) for fields that "
            + "follow each other",
        Dimensions = 2,
        Bind = request => new CovarianceStructure("spde", new Unstructured(1), request.Chain is { } chain
            ? new FollowingFields(request.Field!, chain)
            : new MeshFields(request.Field!, request.LevelCount / request.Field!.Order)),
    };
}
