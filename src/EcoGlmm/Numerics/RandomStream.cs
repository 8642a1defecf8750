namespace EcoGlmm.Numerics;

/// <summary>A seeded, splittable stream of random numbers.</summary>
internal sealed class RandomStream
{
}
