using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// Levels that follow each other in time within groups, each depending on the one before alone: given it, the next is
/// N(c·u, 1 − c²), c the correlation over the gap between them. P is tridiagonal, and log|P| = −Σ log(1 − c²), so that a series
/// costs what it is long, whatever its gaps.
/// Source: H. Rue &amp; L. Held (2005), Gaussian Markov Random Fields, section 1.1.
/// </summary>
internal abstract class MarkovChain : LevelPrecision
{
    private readonly int[] _groupOf;
    private readonly double[] _times;
    private readonly (int First, int Last)[] _ranges;

    /// <param name="groupOf">The group of each level, ascending.</param>
    /// <param name="times">Its time, ascending within a group.</param>
    protected MarkovChain(int[] groupOf, double[] times)
        : base(PatternOf(groupOf), 1)
    {
        _groupOf = groupOf;
        _times = times;
        var groups = groupOf.Length == 0 ? 0 : groupOf[^1] + 1;
        _ranges = new (int, int)[groups];
        Array.Fill(_ranges, (0, -1));
        for (var l = 0; l < groupOf.Length; l++) _ranges[groupOf[l]] = (IsFirst(l) ? l : _ranges[groupOf[l]].First, l);
    }

    /// <summary>The correlation over a gap, 1 − its square (without cancellation), and its derivative by φ.</summary>
    protected abstract (double Correlation, double Remainder, double Slope) Over(double phi, double gap);

    /// <summary>What is so over one gap, kept for the next, which is as long in most series.</summary>
    private ref struct Steps(MarkovChain chain, double phi)
    {
        private double _gap = double.NaN;

        public double Correlation { get; private set; }

        public double Remainder { get; private set; }

        public double Slope { get; private set; }

        /// <summary>To the step from a level to the one after it.</summary>
        public void To(int level)
        {
            var gap = chain._times[level] - chain._times[level - 1];
            if (gap == _gap) return;
            _gap = gap;
            (Correlation, Remainder, Slope) = chain.Over(phi, gap);
        }
    }

    /// <summary>Gaps between levels that follow each other, in no order.</summary>
    protected IEnumerable<double> Gaps => Enumerable.Range(1, Math.Max(0, _groupOf.Length - 1)).Where(l => !IsFirst(l))
        .Select(l => _times[l] - _times[l - 1]);

    /// <summary>The least gap between levels that follow each other, and the longest series.</summary>
    protected (double Least, double Longest) Extent()
    {
        var (least, longest) = (double.PositiveInfinity, 0.0);
        foreach (var (first, last) in _ranges)
        {
            for (var l = first + 1; l <= last; l++) least = Math.Min(least, _times[l] - _times[l - 1]);
            if (last > first) longest = Math.Max(longest, _times[last] - _times[first]);
        }

        return (least, longest);
    }

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var (sum, product) = (0.0, 1.0);
        values.Fill(0);
        var pointers = Pattern.ColumnPointers;
        var step = new Steps(this, phi[0]);
        for (var l = 0; l < _groupOf.Length; l++)
        {
            if (IsFirst(l))
            {
                values[pointers[l]] += 1;
                continue;
            }

            step.To(l);
            var (c, inverse) = (step.Correlation, 1 / step.Remainder);
            values[pointers[l - 1]] += c * c * inverse;
            values[pointers[l - 1] + 1] = -c * inverse;
            values[pointers[l]] += inverse;

            // A product of some of them has one logarithm.
            product *= step.Remainder;
            if (product is > 1e-100 and < 1e100) continue;
            sum += Math.Log(product);
            product = 1;
        }

        return -(sum + Math.Log(product));
    }

    public override void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
        var sum = 0.0;
        var pointers = Pattern.ColumnPointers;
        var step = new Steps(this, phi[0]);
        for (var l = 1; l < _groupOf.Length; l++)
        {
            if (IsFirst(l)) continue;
            step.To(l);
            var (c, rest, slope) = (step.Correlation, step.Remainder, step.Slope);
            if (slope == 0) continue;
            // c²/(1 − c²) and 1/(1 − c²) have the same derivative 2c/(1 − c²)².
            var both = 2 * c / (rest * rest);
            sum += slope * (((adjoint[pointers[l - 1]] + adjoint[pointers[l]]) * both)
                - (adjoint[pointers[l - 1] + 1] * (1 + (c * c)) / (rest * rest))
                + (logAdjoint * 2 * c / rest));
        }

        gradient[0] = sum;
    }

    public override void Change(ReadOnlySpan<double> phi, ReadOnlySpan<double> direction, Span<double> change)
    {
        change.Clear();
        var pointers = Pattern.ColumnPointers;
        var step = new Steps(this, phi[0]);
        for (var l = 1; l < _groupOf.Length; l++)
        {
            if (IsFirst(l)) continue;
            step.To(l);
            var (c, rest, slope) = (step.Correlation, step.Remainder, step.Slope);
            var both = direction[0] * slope * 2 * c / (rest * rest);
            change[pointers[l - 1]] += both;
            change[pointers[l]] += both;
            change[pointers[l - 1] + 1] = -direction[0] * slope * (1 + (c * c)) / (rest * rest);
        }
    }

    /// <summary>P = LᵀDL with Lu the steps of the chain, u_l − c u_(l−1), and D⁻¹ their variances.</summary>
    public override void Solve(ReadOnlySpan<double> phi, ReadOnlySpan<double> values, Span<double> x, int d)
    {
        var step = new Steps(this, phi[0]);
        for (var l = _groupOf.Length - 1; l > 0; l--)
        {
            if (IsFirst(l)) continue;
            step.To(l);
            var c = step.Correlation;
            for (var k = 0; k < d; k++) x[((l - 1) * d) + k] += c * x[(l * d) + k];
        }

        for (var l = 1; l < _groupOf.Length; l++)
        {
            if (IsFirst(l)) continue;
            step.To(l);
            var (c, rest) = (step.Correlation, step.Remainder);
            for (var k = 0; k < d; k++) x[(l * d) + k] = (rest * x[(l * d) + k]) + (c * x[((l - 1) * d) + k]);
        }
    }

    public override double Variance(ReadOnlySpan<double> phi, int level) => 1;

    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level)
    {
        if (level.Group < 0 || level.Group >= _ranges.Length || !(_ranges[level.Group] is var (first, last) && last >= first))
            return new([], [], 1);
        var time = Place(level.Position[0]);
        var after = Array.BinarySearch(_times, first, last - first + 1, time);
        if (after >= 0) return new([after], [1], 0);
        after = ~after;
        if (after > last)
        {
            var (c, rest, _) = Over(phi[0], time - _times[last]);
            return new([last], [c], rest);
        }

        if (after == first)
        {
            var (c, rest, _) = Over(phi[0], _times[first] - time);
            return new([first], [c], rest);
        }

        var (c0, rest0, _) = Over(phi[0], time - _times[after - 1]);
        var (c1, rest1, _) = Over(phi[0], _times[after] - time);
        var whole = Over(phi[0], _times[after] - _times[after - 1]).Remainder;
        return new([after - 1, after], [c0 * rest1 / whole, c1 * rest0 / whole], rest0 * rest1 / whole);
    }

    /// <summary>The time of a position as the user has it.</summary>
    protected virtual double Place(double position) => position;

    private bool IsFirst(int level) => level == 0 || _groupOf[level] != _groupOf[level - 1];

    private static SparsePattern PatternOf(int[] groupOf)
    {
        var m = groupOf.Length;
        var pointers = new int[m + 1];
        var rows = new List<int>(2 * m);
        for (var l = 0; l < m; l++)
        {
            pointers[l] = rows.Count;
            rows.Add(l);
            if (l + 1 < m && groupOf[l + 1] == groupOf[l]) rows.Add(l + 1);
        }

        pointers[m] = rows.Count;
        return new SparsePattern(m, pointers, [.. rows]);
    }
}
