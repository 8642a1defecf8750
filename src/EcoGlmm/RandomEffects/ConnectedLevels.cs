using EcoGlmm.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.RandomEffects;

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
    public static List<ConnectedLevels> Of(IReadOnlyList<RandomTerm> terms, int rowCount)
    {
        if (terms.Count == 0) return [new ConnectedLevels([], [.. Enumerable.Range(0, rowCount)], terms)];
        var start = new int[terms.Count + 1];
        for (var t = 0; t < terms.Count; t++) start[t + 1] = start[t] + terms[t].Levels.Count;
        var joined = new DisjointSets(start[^1]);
        for (var i = 0; i < rowCount; i++)
        {
            for (var t = 1; t < terms.Count; t++) joined.Join(terms[0].Codes[i], start[t] + terms[t].Codes[i]);
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

    /// <summary>C M, where C has a symmetric block for each level, the same for all levels of a term; null for zero.</summary>
    public Matrix<double> Multiply(IReadOnlyList<RandomTerm> terms, Func<int, Matrix<double>?> block, Matrix<double> matrix)
    {
        var blocks = Enumerable.Range(0, terms.Count).Select(block).ToArray();
        var result = Matrix<double>.Build.Dense(matrix.RowCount, matrix.ColumnCount);
        foreach (var (term, _, offset) in _levels)
        {
            if (blocks[term] is not { } c) continue;
            for (var e = 0; e < c.RowCount; e++)
            {
                for (var f = 0; f < c.RowCount; f++)
                {
                    var value = c[e, f];
                    for (var j = 0; value != 0 && j < matrix.ColumnCount; j++) result[offset + e, j] += value * matrix[offset + f, j];
                }
            }
        }

        return result;
    }
}
