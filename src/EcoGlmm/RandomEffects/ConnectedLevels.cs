using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.RandomEffects;

/// <summary>C of one term: a block of the effects of a level, times what two levels have in common; null where each level has only
/// itself.</summary>
internal readonly record struct LevelProduct(Matrix<double> Block, Func<int, int, double>? Relation);

/// <summary>Levels of grouping factors that rows connect, with these rows: independent of all others.</summary>
internal sealed class ConnectedLevels
{
    private readonly (int Term, int Level, int Offset)[] _levels;
    private readonly Dictionary<(int Term, int Level), int> _offset;

    private ConnectedLevels((int Term, int Level)[] levels, int[] rows, IReadOnlyList<RandomTerm> terms)
    {
        Rows = rows;
        _levels = new (int, int, int)[levels.Length];
        _offset = new Dictionary<(int, int), int>(levels.Length);
        for (var k = 0; k < levels.Length; k++)
        {
            _levels[k] = (levels[k].Term, levels[k].Level, Effects);
            _offset[levels[k]] = Effects;
            Effects += terms[levels[k].Term].Width;
        }
    }

    /// <summary>Rows of the model, ascending.</summary>
    public int[] Rows { get; }

    /// <summary>Number of effects, q.</summary>
    public int Effects { get; }

    /// <summary>All sets, in the order of their first rows; without random terms one set of all rows without effects.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="rowCount">Rows of the model.</param>
    /// <param name="related">Which levels of each term are related; null where none are.</param>
    public static List<ConnectedLevels> Of(IReadOnlyList<RandomTerm> terms, int rowCount, RelatedSets[]? related = null)
    {
        if (terms.Count == 0) return [new ConnectedLevels([], [.. Enumerable.Range(0, rowCount)], terms)];
        var start = new int[terms.Count + 1];
        for (var t = 0; t < terms.Count; t++) start[t + 1] = start[t] + terms[t].Levels.Count;
        var joined = new DisjointSets(start[^1]);
        for (var i = 0; i < rowCount; i++)
        {
            for (var t = 1; t < terms.Count; t++) joined.Join(terms[0].Codes[i], start[t] + terms[t].Codes[i]);
        }

        for (var t = 0; t < terms.Count && related is not null; t++)
        {
            var first = new Dictionary<int, int>();
            for (var l = 0; l < terms[t].Levels.Count; l++)
            {
                if (!first.TryAdd(related[t].Set[l], l)) joined.Join(start[t] + first[related[t].Set[l]], start[t] + l);
            }
        }

        var sets = new Dictionary<int, (List<int> Rows, SortedSet<(int, int)> Levels)>();
        for (var i = 0; i < rowCount; i++)
        {
            var root = joined.Root(terms[0].Codes[i]);
            if (!sets.TryGetValue(root, out var set)) sets.Add(root, set = ([], []));
            set.Rows.Add(i);
            for (var t = 0; t < terms.Count; t++) set.Levels.Add((t, terms[t].Codes[i]));
        }

        return [.. sets.Values.Select(s => new ConnectedLevels([.. s.Levels], [.. s.Rows], terms))];
    }

    /// <summary>Where their latent variables stand among all of the model.</summary>
    public IEnumerable<int> LatentPositions(IReadOnlyList<RandomTerm> terms) => _levels.SelectMany(l =>
        Enumerable.Range(terms[l.Term].LatentOffset + (l.Level * terms[l.Term].LatentWidth), terms[l.Term].LatentWidth));

    /// <summary>Why levels of a model cannot be taken apart so; null where they can: levels that are related hang together beyond
    /// rows.</summary>
    public static string? Obstacle(IReadOnlyList<RandomTerm> terms) => terms.FirstOrDefault(t => t.Structure.Precision is not null
        || t.Entries is not null)?.Title;

    /// <summary>The rows of Z: positions among the effects and values.</summary>
    public (int Column, double Value)[][] Design(IReadOnlyList<RandomTerm> terms)
    {
        var result = new (int, double)[Rows.Length][];
        for (var k = 0; k < Rows.Length; k++)
        {
            var i = Rows[k];
            var row = new List<(int, double)>();
            for (var t = 0; t < terms.Count; t++)
            {
                var (r, at) = (terms[t].Width, _offset[(t, terms[t].Codes[i])]);
                for (var e = 0; e < r; e++) row.Add((at + e, terms[t].Z is { } z ? z[(i * r) + e] : 1));
            }

            result[k] = [.. row];
        }

        return result;
    }

    /// <summary>C M, where C has a symmetric block for each pair of levels of a term that have something in common; null for
    /// zero.</summary>
    public Matrix<double> Multiply(IReadOnlyList<RandomTerm> terms, Func<int, LevelProduct?> product, Matrix<double> matrix)
    {
        var (rows, result) = (matrix.ToRowArrays(), new double[matrix.RowCount][]);
        for (var k = 0; k < result.Length; k++) result[k] = new double[matrix.ColumnCount];
        for (var t = 0; t < terms.Count; t++)
        {
            if (product(t) is not { } c) continue;
            var mine = Array.FindAll(_levels, l => l.Term == t);
            foreach (var (_, level, offset) in mine)
            {
                if (c.Relation is null)
                {
                    Add(1, offset, offset, c.Block);
                    continue;
                }

                foreach (var (_, other, place) in mine)
                {
                    if (c.Relation(level, other) is var relation && relation != 0) Add(relation, offset, place, c.Block);
                }
            }
        }

        return Matrix<double>.Build.DenseOfRowArrays(result);

        void Add(double factor, int to, int from, Matrix<double> block)
        {
            for (var e = 0; e < block.RowCount; e++)
            {
                for (var f = 0; f < block.RowCount; f++)
                {
                    if (block[e, f] != 0) VectorSum.AddScaled(factor * block[e, f], rows[from + f], result[to + e]);
                }
            }
        }
    }
}
