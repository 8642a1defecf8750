namespace EcoGlmm.Numerics;

/// <summary>Numbers from zero on, in sets that are joined; each set is known by its least number.</summary>
/// <param name="count">How many numbers, at first each a set of its own.</param>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parent = [.. Enumerable.Range(0, count)];

    /// <summary>The least number of the set that one is in.</summary>
    public int Root(int i)
    {
        while (_parent[i] != i) i = _parent[i] = _parent[_parent[i]];
        return i;
    }

    /// <summary>Joins the sets of two numbers.</summary>
    public void Join(int i, int j)
    {
        var (a, b) = (Root(i), Root(j));
        _parent[Math.Max(a, b)] = Math.Min(a, b);
    }
}
