using System.Buffers;
using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// Terms whose levels have covariances that are dense in groups, C = LLᵀ. What is factorised is the system of v = L⁻¹u, of which the
/// precision is the identity: with C all but singular, digits of P + ΛᵀZᵀWZΛ would be lost to P. H⁻¹ = L(LᵀΛᵀZᵀWZΛL + I)⁻¹Lᵀ. As in
/// C. E. Rasmussen and C. K. I. Williams (2006), Gaussian Processes for Machine Learning, section 3.4.3.
/// </summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>Columns that are multiplied together.</summary>
    private const int TogetherColumns = 256;

    /// <summary>For terms with dense covariances, the diagonal of LᵀZᵀWZL, or of H⁻¹.</summary>
    private readonly double[]?[] _denseDiagonal;

    private readonly bool _hasDense;

    private bool IsDense(int term) => _denseDiagonal[term] is not null;

    /// <summary>x ← Lᵀx.</summary>
    private void ToNoise(Span<double> x)
    {
        for (var t = 0; t < _terms.Length && _hasDense; t++)
            Lambda.Dense(t)?.MultiplyTransposed(x.Slice(_terms[t].LatentOffset, _terms[t].LatentCount));
    }

    /// <summary>x ← Lx.</summary>
    private void FromNoise(Span<double> x)
    {
        for (var t = 0; t < _terms.Length && _hasDense; t++)
            Lambda.Dense(t)?.Multiply(x.Slice(_terms[t].LatentOffset, _terms[t].LatentCount));
    }

    /// <summary>ZᵀWZ by effects of v instead of u, for the terms that have them.</summary>
    private void MixCrossProducts()
    {
        foreach (var pair in _pairs)
        {
            if (pair.Mixed is null) continue;
            if (pair.First == pair.Second)
            {
                SandwichGroups(pair, transposed: true, null);
                continue;
            }

            pair.A.CopyTo(pair.Mixed, 0);
            Mix(pair, _terms[pair.First].Width, _terms[pair.Second].Width, transposed: true);
        }
    }

    /// <summary>From H⁻¹ by v, on its pattern, to that by u; the derivatives by the precision of v are kept.</summary>
    private void UnmixInverse(bool wantsAdjoint)
    {
        var at = 0;
        for (var s = 0; s < _terms.Length; s++)
        {
            var (ds, pairs) = (_latentWidths[s], _pairsOfFirst[s]);
            for (var a = 0; a < _terms[s].Levels.Count; a++)
            {
                var below = 0;
                foreach (var p in pairs) below += (p.Starts[a + 1] - p.Starts[a]) * _latentWidths[p.Second];
                if (_denseDiagonal[s] is { } diagonal) diagonal[a] = _values[at];
                var rows = 0;
                foreach (var p in pairs)
                {
                    var dt = _latentWidths[p.Second];
                    for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++, rows += dt)
                    {
                        if (p.Mixed is not { } mixed) continue;
                        for (int c = 0, column = at; c < ds; column += ds - c + below, c++)
                        {
                            for (var row = 0; row < dt; row++)
                                mixed[(k * dt * ds) + (row * ds) + c] = _values[column + ds - c + rows + row];
                        }
                    }
                }

                at += (ds * (ds + 1) / 2) + (ds * below);
            }
        }

        foreach (var pair in _pairs)
        {
            if (pair.Mixed is null) continue;
            if (pair.First == pair.Second) SandwichGroups(pair, transposed: false, wantsAdjoint ? _precisionAdjoints[pair.First] : null);
            else Mix(pair, _latentWidths[pair.First], _latentWidths[pair.Second], transposed: false);
        }
    }

    /// <summary>
    /// Within a term: LᵀDL of each group, D the diagonal of ZᵀWZ, or LSLᵀ of H⁻¹ there, with half of the diagonal and all else of S on the
    /// pattern of the precision.
    /// </summary>
    private unsafe void SandwichGroups(CrossBlocks pair, bool transposed, double[]? adjoint)
    {
        var term = pair.First;
        var (diagonal, mixed, starts) = (_denseDiagonal[term]!, pair.Mixed!, pair.Starts);
        var pool = ArrayPool<double>.Shared;
        var workspace = pool.Rent(MatrixProduct.WorkspaceLength);
        foreach (var (from, n, l) in Lambda.Dense(term)!.Value.Each())
        {
            var (s, product) = (pool.Rent(n * n), pool.Rent(n * n));
            product.AsSpan(0, n * n).Clear();
            if (transposed)
            {
                var d = _diagonal[term].AsSpan(from, n);
                for (var a = 0; a < n; a++)
                {
                    for (var b = 0; b < n; b++) s[(a * n) + b] = d[b] * l[(a * n) + b];
                }
            }
            else
            {
                for (var a = 0; a < n; a++)
                {
                    s[(a * n) + a] = diagonal[from + a];
                    var k = starts[from + a];
                    for (var b = a + 1; b < n; b++, k++) s[(a * n) + b] = s[(b * n) + a] = mixed[k];
                }

                if (adjoint is not null) KeepAdjoint(term, from, n, s, adjoint);
            }

            fixed (double* pl = l, ps = s, pp = product, w = workspace)
            {
                if (transposed)
                {
                    MatrixProduct.Add(n, n, n, false, pl, n, true, ps, n, false, pp, n, w, lowerOnly: true);
                }
                else
                {
                    MatrixProduct.Add(n, n, n, false, pl, n, false, ps, n, false, pp, n, w);
                    s.AsSpan(0, n * n).Clear();
                    MatrixProduct.Add(n, n, n, false, pp, n, false, pl, n, true, ps, n, w, lowerOnly: true);
                }
            }

            var result = transposed ? product : s;
            for (var a = 0; a < n; a++)
            {
                diagonal[from + a] = result[(a * n) + a];
                result.AsSpan((a * n) + a + 1, n - a - 1).CopyTo(mixed.AsSpan(starts[from + a]));
            }

            pool.Return(s);
            pool.Return(product);
        }

        pool.Return(workspace);
    }

    private void KeepAdjoint(int term, int from, int n, double[] s, double[] adjoint)
    {
        var pointers = _terms[term].Structure.Precision!.Pattern.ColumnPointers;
        for (var a = 0; a < n; a++)
        {
            adjoint[pointers[from + a]] = 0.5 * s[(a * n) + a];
            s.AsSpan((a * n) + a + 1, n - a - 1).CopyTo(adjoint.AsSpan(pointers[from + a] + 1));
        }
    }

    /// <summary>
    /// Multiplies blocks between two terms by L of that of the two, or of both, that has one: Lᵀ from the left over its levels, or L.
    /// </summary>
    private void Mix(CrossBlocks pair, int widthFirst, int widthSecond, bool transposed)
    {
        var mixed = pair.Mixed!;
        if (Lambda.Dense(pair.First) is { } first)
        {
            // All levels of a group have the same partners, and one effect.
            foreach (var (from, n, l) in first.Each())
            {
                var columns = n == 0 ? 0 : (pair.Starts[from + 1] - pair.Starts[from]) * widthSecond;
                Multiply(l, n, columns, transposed, (a, c) => (pair.Starts[from + a] * widthSecond) + c, mixed);
            }
        }

        if (Lambda.Dense(pair.Second) is not { } second) return;
        foreach (var (from, n, l) in second.Each())
        {
            // Where the group begins among the partners of each level that has it.
            var places = new List<int>();
            for (var a = 0; a + 1 < pair.Starts.Length && n > 0; a++)
            {
                var k = Array.BinarySearch(pair.Partners, pair.Starts[a], pair.Starts[a + 1] - pair.Starts[a], from);
                if (k >= 0) places.Add(k);
            }

            Multiply(l, n, places.Count * widthFirst, transposed, (b, c) => ((places[c / widthFirst] + b) * widthFirst) + (c % widthFirst),
                mixed);
        }
    }

    /// <summary>X ← LX, or LᵀX, for a matrix of which the entries stand where a function says.</summary>
    private static unsafe void Multiply(ReadOnlySpan<double> l, int n, int columns, bool transposed, Func<int, int, int> place,
        double[] values)
    {
        var pool = ArrayPool<double>.Shared;
        var width = Math.Min(columns, TogetherColumns);
        var (x, product, workspace) = (pool.Rent(n * width), pool.Rent(n * width), pool.Rent(MatrixProduct.WorkspaceLength));
        for (var c0 = 0; c0 < columns; c0 += width)
        {
            var count = Math.Min(width, columns - c0);
            for (var c = 0; c < count; c++)
            {
                for (var a = 0; a < n; a++) x[(c * n) + a] = values[place(a, c0 + c)];
            }

            product.AsSpan(0, n * count).Clear();
            fixed (double* pl = l, px = x, pp = product, w = workspace)
                MatrixProduct.Add(n, count, n, false, pl, n, transposed, px, n, false, pp, n, w);
            for (var c = 0; c < count; c++)
            {
                for (var a = 0; a < n; a++) values[place(a, c0 + c)] = product[(c * n) + a];
            }
        }

        pool.Return(x);
        pool.Return(product);
        pool.Return(workspace);
    }
}
