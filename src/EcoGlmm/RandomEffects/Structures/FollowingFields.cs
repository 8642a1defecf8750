using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects.Structures;

/// <summary>
/// spde with follow: Matérn fields on a mesh that follow each other in time, each node by the same chain: P = Q ⊗ S, Q, T × T,
/// the precision of the chain over the times and S, m × m, that of one field; log|P| = m log|Q| + T log|S|. Level t·m + i is node i
/// at time t.
/// Source: M. Cameletti, F. Lindgren, D. Simpson &amp; H. Rue (2013), AStA Adv. Stat. Anal. 97, 109-131, section 3.
/// </summary>
internal sealed class FollowingFields : LevelPrecision
{
    private readonly MaternField _field;
    private readonly MarkovChain _chain;
    private readonly int _times;

    /// <summary>For each entry of S's pattern where it stands in P: at t = 0 on the diagonal block, and in its two places below.</summary>
    private readonly (int Own, int Next, int Mirror)[] _places;

    /// <summary>Entries of the columns of one time that has a next one.</summary>
    private readonly int _stride;

    private readonly (int Own, int Next, int Mirror)[] _last;

    public FollowingFields(MaternField field, MarkovChain chain)
        : this(field, chain, chain.Pattern.Order)
    {
    }

    private FollowingFields(MaternField field, MarkovChain chain, int times)
        : base(Kronecker(field.Pattern, times), 1 + chain.ParameterCount)
    {
        (_field, _chain, _times) = (field, chain, times);
        var s = field.Pattern;
        var m = s.Order;
        _stride = times > 1 ? Pattern.ColumnPointers[m] : 0;
        _places = times > 1 ? Places(0, true) : [];
        _last = Places(times - 1, false);

        (int, int, int)[] Places(int t, bool hasNext)
        {
            var places = new (int, int, int)[s.NonZeros];
            for (var c = 0; c < m; c++)
            {
                for (var k = s.ColumnPointers[c]; k < s.ColumnPointers[c + 1]; k++)
                {
                    var r = s.RowIndices[k];
                    places[k] = (Pattern.IndexOf((t * m) + r, (t * m) + c), hasNext ? Pattern.IndexOf(((t + 1) * m) + r, (t * m) + c) : -1,
                        hasNext && r != c ? Pattern.IndexOf(((t + 1) * m) + c, (t * m) + r) : -1);
                }
            }

            return places;
        }
    }

    public override int WorkLength => _field.Pattern.NonZeros + _chain.Pattern.NonZeros + 1;

    public override IReadOnlyList<CovarianceQuantity> Quantities => [new("range"), .. _chain.Quantities];

    public override void Report(ReadOnlySpan<double> phi, Span<double> values)
    {
        values[0] = Math.Exp(phi[0]);
        _chain.Report(phi[1..], values[1..]);
    }

    public override void Start(Span<double> phi)
    {
        phi[0] = _field.LogRange(0.15);
        _chain.Start(phi[1..]);
    }

    /// <summary>Fields without memory are independent ones.</summary>
    public override Containment Contains(LevelPrecision smaller) => smaller is MeshFields independent
        ? independent.Pattern.Order == Pattern.Order ? Containment.Inside : Containment.None
        : base.Contains(smaller);

    public override bool HasSeveralMaxima => true;

    public override IEnumerable<double[]> Candidates()
    {
        foreach (var fraction in new[] { 0.15, 0.05, 0.4 })
        {
            var phi = new double[ParameterCount];
            Start(phi);
            phi[0] = _field.LogRange(fraction);
            yield return phi;
        }
    }

    public override double Set(ReadOnlySpan<double> phi, Span<double> values, Span<double> work)
    {
        var s = work[.._field.Pattern.NonZeros];
        var q = work.Slice(s.Length, _chain.Pattern.NonZeros);
        var (log, slope) = _field.Set(phi[0], s);
        var chainLog = _chain.Set(phi[1..], q, []);
        work[s.Length + q.Length] = _times * slope;
        for (var t = 0; t < _times; t++)
        {
            var (places, at, own, next) = Block(t, q);
            for (var k = 0; k < places.Length; k++)
            {
                values[at + places[k].Own] = own * s[k];
                if (places[k].Next >= 0) values[at + places[k].Next] = next * s[k];
                if (places[k].Mirror >= 0) values[at + places[k].Mirror] = next * s[k];
            }
        }

        return (_field.Order * chainLog) + (_times * log);
    }

    public override void PullBack(ReadOnlySpan<double> phi, ReadOnlySpan<double> adjoint, double logAdjoint, ReadOnlySpan<double> work,
        Span<double> gradient)
    {
        var s = work[.._field.Pattern.NonZeros];
        var q = work.Slice(s.Length, _chain.Pattern.NonZeros);
        var (ofField, ofChain) = (new double[s.Length], new double[q.Length]);
        var pointers = _chain.Pattern.ColumnPointers;
        for (var t = 0; t < _times; t++)
        {
            var (places, at, own, next) = Block(t, q);
            double sumOwn = 0, sumNext = 0;
            for (var k = 0; k < places.Length; k++)
            {
                var a = adjoint[at + places[k].Own];
                var b = (places[k].Next >= 0 ? adjoint[at + places[k].Next] : 0) + (places[k].Mirror >= 0
                    ? adjoint[at + places[k].Mirror] : 0);
                ofField[k] += (own * a) + (next * b);
                sumOwn += s[k] * a;
                sumNext += s[k] * b;
            }

            ofChain[pointers[t]] += sumOwn;
            if (t + 1 < _times) ofChain[pointers[t] + 1] += sumNext;
        }

        gradient[0] = _field.PullBack(phi[0], ofField) + (logAdjoint * work[s.Length + q.Length]);
        _chain.PullBack(phi[1..], ofChain, logAdjoint * _field.Order, [], gradient[1..]);
    }

    public override IEnumerable<StructureLimit> Limits(double[] phi, string title) => [.. _field.Limits(phi[0], title),
        .. _chain.Limits(phi[1..], title).Select(limit => limit with { Parameter = 1 + limit.Parameter })];

    public override double Variance(ReadOnlySpan<double> phi, int level) => _field.Variance(phi[0], [(level % _field.Order, 1)]);

    public override double Variance(ReadOnlySpan<double> phi, LevelKey level)
    {
        var weights = _field.Weights(level.Position[0], level.Position[1]);
        return weights.Length == 0 ? 1 : _field.Variance(phi[0], weights);
    }

    /// <summary>A place at a time that the data do not have: its field is that of the times around it, with what the chain leaves
    /// open.</summary>
    public override LevelRelation Relate(ReadOnlySpan<double> phi, LevelKey level)
    {
        var weights = _field.Weights(level.Position[0], level.Position[1]);
        if (weights.Length == 0) return new([], [], 1);
        var chain = _chain.Relate(phi[1..], new LevelKey(0, [level.Position[2]], null));
        var (levels, values) = (new List<int>(), new List<double>());
        for (var k = 0; k < chain.Levels.Length; k++)
        {
            foreach (var (node, weight) in weights)
            {
                levels.Add((chain.Levels[k] * _field.Order) + node);
                values.Add(chain.Weights[k] * weight);
            }
        }

        return new([.. levels], [.. values], chain.Variance * _field.Variance(phi[0], weights));
    }

    /// <summary>The places of S's entries in P at a time, where these begin, and the chain's entries at that time and to the
    /// next.</summary>
    private ((int Own, int Next, int Mirror)[] Places, int At, double Own, double Next) Block(int t, ReadOnlySpan<double> q)
    {
        var at = _chain.Pattern.ColumnPointers[t];
        return t + 1 < _times ? (_places, t * _stride, q[at], q[at + 1]) : (_last, 0, q[at], 0);
    }

    private static SparsePattern Kronecker(SparsePattern s, int times)
    {
        var m = s.Order;
        var neighbours = new List<int>[m];
        for (var i = 0; i < m; i++) neighbours[i] = [];
        for (var c = 0; c < m; c++)
        {
            for (var k = s.ColumnPointers[c]; k < s.ColumnPointers[c + 1]; k++)
            {
                neighbours[c].Add(s.RowIndices[k]);
                if (s.RowIndices[k] != c) neighbours[s.RowIndices[k]].Add(c);
            }
        }

        foreach (var list in neighbours) list.Sort();
        var pointers = new int[checked((m * times) + 1)];
        var rows = new List<int>();
        for (var t = 0; t < times; t++)
        {
            for (var c = 0; c < m; c++)
            {
                pointers[(t * m) + c] = rows.Count;
                for (var k = s.ColumnPointers[c]; k < s.ColumnPointers[c + 1]; k++) rows.Add((t * m) + s.RowIndices[k]);
                if (t + 1 == times) continue;
                foreach (var r in neighbours[c]) rows.Add(((t + 1) * m) + r);
            }
        }

        pointers[^1] = rows.Count;
        return new SparsePattern(m * times, pointers, [.. rows]);
    }
}
