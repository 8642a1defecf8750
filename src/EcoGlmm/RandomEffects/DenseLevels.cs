using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// The covariance of levels that is dense in groups, C = LLᵀ in each: u = Lv, v independent of variance one. Nothing is lost to rounding
/// in v where C is all but singular, as it is where places are much closer than the range.
/// </summary>
/// <param name="starts">Where each group of levels begins, and where the last ends.</param>
/// <param name="lower">L, n × n of each group, column-major.</param>
internal readonly struct DenseLevels(int[] starts, double[] lower)
{
    /// <summary>The same, with L of its own.</summary>
    public DenseLevels Copy() => new(starts, (double[])lower.Clone());

    /// <summary>L of each group in turn.</summary>
    public Factors Each() => new(starts, lower);

    /// <summary>x ← C⁻¹x.</summary>
    public void Solve(Span<double> x)
    {
        foreach (var (from, n, l) in Each()) DenseCholesky.Solve(l, n, x.Slice(from, n));
    }

    /// <summary>L⁻¹u.</summary>
    public double[] Noise(ReadOnlySpan<double> u)
    {
        var v = u.ToArray();
        foreach (var (from, n, l) in Each()) DenseCholesky.SolveLower(l, n, v.AsSpan(from, n));
        return v;
    }

    /// <summary>x ← Lx.</summary>
    public void Multiply(Span<double> x)
    {
        foreach (var (from, n, l) in Each())
        {
            var mine = x.Slice(from, n);
            for (var a = n - 1; a >= 0; a--)
            {
                var value = mine[a];
                var column = l.Slice(a * n, n);
                mine[a] = value * column[a];
                for (var b = a + 1; b < n; b++) mine[b] += value * column[b];
            }
        }
    }

    /// <summary>x ← Lᵀx.</summary>
    public void MultiplyTransposed(Span<double> x)
    {
        foreach (var (from, n, l) in Each())
        {
            var mine = x.Slice(from, n);
            for (var a = 0; a < n; a++)
            {
                var sum = 0.0;
                var column = l.Slice(a * n, n);
                for (var b = a; b < n; b++) sum += column[b] * mine[b];
                mine[a] = sum;
            }
        }
    }

    /// <summary>Goes through the groups.</summary>
    public ref struct Factors(int[] starts, double[] lower)
    {
        private int _group = -1;
        private int _at;

        public readonly Factor Current => new(starts[_group], starts[_group + 1] - starts[_group], lower.AsSpan(_at,
            (starts[_group + 1] - starts[_group]) * (starts[_group + 1] - starts[_group])));

        public readonly Factors GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_group >= 0) _at += (starts[_group + 1] - starts[_group]) * (starts[_group + 1] - starts[_group]);
            return ++_group < starts.Length - 1;
        }
    }

    /// <summary>L of a group that begins at a level.</summary>
    public readonly ref struct Factor(int from, int count, ReadOnlySpan<double> lower)
    {
        private readonly ReadOnlySpan<double> _lower = lower;

        public void Deconstruct(out int first, out int n, out ReadOnlySpan<double> l)
        {
            (first, n) = (from, count);
            l = _lower;
        }
    }
}
