using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>The levels of one term in sets that are independent of each other: the times of an individual, the places of a year; where the
/// levels are strangers each is a set of its own.</summary>
internal sealed class RelatedSets
{
    private readonly RandomTerm _term;
    private readonly int[] _position;
    private readonly int[] _sizes;
    private double[][]? _relations;

    public RelatedSets(RandomTerm term)
    {
        _term = term;
        var m = term.Levels.Count;
        var joined = new DisjointSets(m);
        if (term.Structure.Precision?.Pattern is { } pattern)
        {
            for (var c = 0; c < m; c++)
            {
                for (var k = pattern.ColumnPointers[c]; k < pattern.ColumnPointers[c + 1]; k++) joined.Join(pattern.RowIndices[k], c);
            }
        }

        (Set, _position) = (new int[m], new int[m]);
        var numbers = new Dictionary<int, int>();
        var sizes = new List<int>();
        for (var l = 0; l < m; l++)
        {
            if (!numbers.TryGetValue(joined.Root(l), out var set))
            {
                numbers.Add(joined.Root(l), set = sizes.Count);
                sizes.Add(0);
            }

            (Set[l], _position[l]) = (set, sizes[set]++);
        }

        _sizes = [.. sizes];
    }

    /// <summary>The set of each level.</summary>
    public int[] Set { get; }

    /// <summary>Number of sets.</summary>
    public int Count => _sizes.Length;

    /// <summary>(P⁻¹)ₗₘ of two levels: what the covariance of their effects is multiplied with.</summary>
    /// <param name="lambda">The covariance at the estimates.</param>
    /// <param name="index">The term's place in it.</param>
    /// <param name="l">A level.</param>
    /// <param name="m">Another.</param>
    public double Relation(CovarianceFactor lambda, int index, int l, int m)
    {
        if (Set[l] != Set[m]) return 0;
        if (_term.Structure.Precision is null) return 1;
        _relations ??= Relations(lambda, index);
        return _relations[Set[l]][(_position[l] * _sizes[Set[l]]) + _position[m]];
    }

    /// <summary>TTᵀ, where T makes independent variables the term's: the k-th columns of all sets at once.</summary>
    private double[][] Relations(CovarianceFactor lambda, int index)
    {
        var (levels, d) = (_term.Levels.Count, _term.LatentWidth);
        var sampler = new LevelSampler(lambda, index, _term);
        var result = Array.ConvertAll(_sizes, size => new double[size * size]);
        var latent = new double[levels * d];
        for (var k = 0; k < _sizes.Max(); k++)
        {
            Array.Clear(latent);
            for (var l = 0; l < levels; l++) latent[l * d] = _position[l] == k ? 1 : 0;
            sampler.Transform(latent);
            var column = Array.ConvertAll(_sizes, size => new double[size]);
            for (var l = 0; l < levels; l++) column[Set[l]][_position[l]] = latent[l * d];
            for (var set = 0; set < result.Length; set++)
            {
                var size = _sizes[set];
                for (var i = 0; i < size && k < size; i++)
                    VectorSum.AddScaled(column[set][i], column[set], result[set].AsSpan(i * size, size));
            }
        }

        return result;
    }
}
