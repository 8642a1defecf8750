using EcoGlmm.RandomEffects.Structures;

namespace EcoGlmm.Tests.Estimation;

/// <summary>What a user meets of a structure, for every one of them: a new one is in these tests by its line in
/// StructureKind.All.</summary>
public sealed class EveryStructureTests
{
    [Fact]
    public void No_structure_is_left_out() => Assert.All(StructureKind.All.Where(kind => !kind.IsPlain), kind =>
        Assert.Contains(StructureCatalogue.Terms, term => term.StartsWith(kind.Name + "(", StringComparison.Ordinal)));
}
