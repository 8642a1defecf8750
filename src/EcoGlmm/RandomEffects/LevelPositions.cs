namespace EcoGlmm.RandomEffects;

/// <summary>Levels that are positions within groups: the weeks of each site, the places of a year.</summary>
/// <param name="Groups">Names of the groups.</param>
/// <param name="GroupOf">The group of each level, ascending.</param>
/// <param name="Names">What sets a level apart in its group: "week 3".</param>
internal sealed record LevelPositions(IReadOnlyList<string> Groups, int[] GroupOf, IReadOnlyList<string> Names);
