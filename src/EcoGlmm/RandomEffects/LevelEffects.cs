namespace EcoGlmm.RandomEffects;

/// <summary>
/// Random terms that share one grouping factor, seen level by level: the spherical effects of a level, of all terms and linear
/// predictors, form one vector, and given the parameters the vectors of different levels are independent.
/// </summary>
internal sealed class LevelEffects
{
    private readonly RandomTerm[] _terms;
    private readonly int[] _term;
    private readonly int[] _index;

    private LevelEffects(RandomTerm[] terms)
    {
        _terms = terms;
        _term = [.. terms.SelectMany((t, at) => Enumerable.Repeat(at, t.Width))];
        _index = [.. terms.SelectMany(t => Enumerable.Range(0, t.Width))];
        Predictor = [.. _term.Select(t => terms[t].Predictor)];
    }

    /// <summary>Length R of a level's vector.</summary>
    public int Width => _term.Length;

    /// <summary>Number of levels.</summary>
    public int LevelCount => _terms[0].Levels.Count;

    /// <summary>The level of each observation.</summary>
    public int[] Codes => _terms[0].Codes;

    /// <summary>The linear predictor that each coordinate adds to.</summary>
    public int[] Predictor { get; }

    /// <summary>The levels of the terms, or null when these do not all share one grouping factor with independent levels.</summary>
    public static LevelEffects? Of(IReadOnlyList<RandomTerm> terms)
    {
        var first = terms[0];
        if (terms.Any(t => t.Entries is not null || t.Structure.Precision is not null || t.LatentWidth != t.Width)) return null;
        var isShared = terms.All(t => t.Levels.Count == first.Levels.Count && t.Codes.AsSpan().SequenceEqual(first.Codes));
        return isShared ? new LevelEffects([.. terms]) : null;
    }

    /// <summary>Where a coordinate of a level's vector stands in u.</summary>
    public int Position(int coordinate, int level)
    {
        var term = _terms[_term[coordinate]];
        return term.LatentOffset + (level * term.Width) + _index[coordinate];
    }

    /// <summary>The column of Z of a coordinate for the rows given; null when every entry is one.</summary>
    public double[]? Column(int coordinate, int[] rows)
    {
        var term = _terms[_term[coordinate]];
        return term.Z is { } z ? Array.ConvertAll(rows, i => z[(i * term.Width) + _index[coordinate]]) : null;
    }

    /// <summary>Writes Λ of a whole level, R × R row-major: the terms' factors along the diagonal.</summary>
    public void Unpack(CovarianceFactor factor, double[] lambda)
    {
        for (var i = 0; i < Width; i++)
        {
            for (var j = 0; j < Width; j++)
            {
                lambda[(i * Width) + j] = _term[i] == _term[j] ? factor[_term[i]][(_index[i] * _terms[_term[i]].Width) + _index[j]] : 0;
            }
        }
    }

    /// <summary>Adds the blocks along the diagonal of an R × R matrix to an r × r matrix for each term.</summary>
    public void AddBlocks(ReadOnlySpan<double> matrix, double[][] blocks)
    {
        for (var i = 0; i < Width; i++)
        {
            for (var j = 0; j < Width; j++)
            {
                if (_term[i] == _term[j]) blocks[_term[i]][(_index[i] * _terms[_term[i]].Width) + _index[j]] += matrix[(i * Width) + j];
            }
        }
    }
}
