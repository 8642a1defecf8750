using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>Products of Z, ZᵀWZ and their inverses with vectors.</summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>
    /// The quadratic forms z_iᵀ B z_i of each observation for the linear predictors k ≤ m, after
    /// <see cref="SelectedInverse"/>: Var(η_k, η_m) given the data and the parameters.
    /// </summary>
    public void PredictorCovariance(int k, int m, double[] result)
    {
        if (_rows is null) OthersCovariance(k, m, result);
        else RowVariances(_rows, result);
    }

    /// <summary>The same, without the effects of a term that is eliminated.</summary>
    private void OthersCovariance(int k, int m, double[] result)
    {
        _passes.For(result.Length, (from, to) => AddByRows(k, m, result, from, to));
        foreach (var pair in _pairs)
        {
            if (pair.Pairs is { } pairs && Couples(pair, k, m)) AddPairs(pair, pairs, k == m ? 2.0 : 1.0, result);
        }
    }

    private bool Couples(CrossBlocks pair, int k, int m)
    {
        var (first, second) = (_terms[pair.First].Predictor, _terms[pair.Second].Predictor);
        return (first == k && second == m) || (first == m && second == k);
    }

    private void AddByRows(int k, int m, double[] result, int from, int to)
    {
        result.AsSpan(from, to - from).Clear();
        for (var t = 0; t < _terms.Length && k == m; t++)
        {
            if (_terms[t].Predictor == k && t != _rows?.Term) AddOwnCovariance(_terms[t], _diagonalB[t], result, from, to);
        }

        foreach (var pair in _pairs)
        {
            if (pair.BlockOfRow is not { } block || !Couples(pair, k, m)) continue;
            var (first, second, scale) = (_terms[pair.First], _terms[pair.Second], k == m ? 2.0 : 1.0);
            if (first.Z is null && second.Z is null)
            {
                for (var i = from; i < to; i++) result[i] += scale * pair.B[block[i]];
                continue;
            }

            var (rs, rt) = (first.Width, second.Width);
            for (var i = from; i < to; i++)
            {
                var zs = first.Z is null ? One : first.Z.AsSpan(i * rs, rs);
                var zt = second.Z is null ? One : second.Z.AsSpan(i * rt, rt);
                result[i] += scale * QuadraticForm(pair.B.AsSpan(block[i] * pair.Size, pair.Size), zt, zs);
            }
        }
    }

    private static void AddOwnCovariance(RandomTerm term, double[] b, double[] result, int from, int to)
    {
        var r = term.Width;
        if (term.Entries is { } entries)
        {
            for (var i = from; i < to; i++)
            {
                for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
                {
                    var weights = entries.Weights.AsSpan(e * r, r);
                    result[i] += QuadraticForm(b.AsSpan(entries.Levels[e] * r * r, r * r), weights, weights);
                }
            }

            return;
        }

        var codes = term.Codes;
        if (term.Z is not { } z)
        {
            for (var i = from; i < to; i++) result[i] += b[codes[i]];
        }
        else if (term.SingleEffect is { } single)
        {
            for (var i = from; i < to; i++)
            {
                if (single[i] >= 0 && z[(i * r) + single[i]] is var v) result[i] += v * v * b[(codes[i] * r) + single[i]];
            }
        }
        else if (r == 2)
        {
            for (var i = from; i < to; i++)
            {
                var (z0, z1) = (z[2 * i], z[(2 * i) + 1]);
                var block = b.AsSpan(4 * codes[i], 4);
                result[i] += (z0 * ((block[0] * z0) + (block[1] * z1))) + (z1 * ((block[2] * z0) + (block[3] * z1)));
            }
        }
        else
        {
            for (var i = from; i < to; i++)
                result[i] += QuadraticForm(b.AsSpan(codes[i] * r * r, r * r), z.AsSpan(i * r, r), z.AsSpan(i * r, r));
        }
    }

    private void AddPairs(CrossBlocks pair, EntryPairs pairs, double scale, Span<double> result)
    {
        var (first, second) = (_terms[pair.First], _terms[pair.Second]);
        var (zs, rs) = (first.Entries?.Weights ?? first.Z, first.Width);
        var (zt, rt) = (second.Entries?.Weights ?? second.Z, second.Width);
        foreach (var (row, e, f, block) in pairs.All)
        {
            var left = zt is null ? One : zt.AsSpan(f * rt, rt);
            var right = zs is null ? One : zs.AsSpan(e * rs, rs);
            result[row] += scale * QuadraticForm(pair.B.AsSpan(block * pair.Size, pair.Size), left, right);
        }
    }

    private static ReadOnlySpan<double> One => [1.0];

    private static double QuadraticForm(ReadOnlySpan<double> b, ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] == 0) continue;
            var row = 0.0;
            if (right.Length >= WeightedProduct.LeastColumns) row = VectorSum.Product(b.Slice(i * right.Length, right.Length), right);
            else for (var j = 0; j < right.Length; j++) row += b[i * right.Length + j] * right[j];
            sum += left[i] * row;
        }

        return sum;
    }

    /// <summary>Covariance of a level's effects given the data, Λ H⁻¹ Λᵀ: r × r, after <see cref="SelectedInverse"/>.</summary>
    public ReadOnlySpan<double> LevelCovariance(int term, int level)
    {
        var (r, d) = (_terms[term].Width, _terms[term].LatentWidth);
        if (_inverse[term] is not { } inverse) return _diagonalB[term].AsSpan(level * r * r, r * r);
        ReadOnlySpan<double> s = inverse.AsSpan(level * d * d, d * d);
        var (lambda, half, result) = (Lambda[term], new double[r * d], new double[r * r]);
        for (var i = 0; i < r; i++)
        {
            for (var c = 0; c < d; c++)
            {
                for (var k = 0; k < d; k++) half[(i * d) + c] += lambda[(i * d) + k] * s[(k * d) + c];
            }
        }

        for (var i = 0; i < r; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0.0;
                for (var c = 0; c < d; c++) sum += half[(i * d) + c] * lambda[(j * d) + c];
                result[(i * r) + j] = result[(j * r) + i] = sum;
            }
        }

        return result;
    }

    /// <summary>Variance of one effect of a level given the data, after <see cref="SelectedInverse"/>.</summary>
    public double LevelVariance(int term, int level, int effect) => OwnEntry(_diagonalB[term], term, level, effect);

    /// <summary>The diagonal entry of ZᵀWZ of one effect of a level.</summary>
    public double LevelCrossProduct(int term, int level, int effect) => OwnEntry(_diagonal[term], term, level, effect);

    /// <summary>
    /// Adds, for each two effects, over the levels of the first the squares of its cross-products with the levels of the second, in
    /// relation to its own: a row for each effect of each term, and a column. Levels of one term are taken to share no rows.
    /// </summary>
    public void AddSquaredCrossProducts(double[] sums)
    {
        var d = _terms.Sum(t => t.Width);
        int[] offsets = [.. _terms.Select((_, t) => _terms.Take(t).Sum(earlier => earlier.Width))];
        for (var t = 0; t < _terms.Length; t++)
        {
            var r = _terms[t].Width;
            for (var l = 0; l < _terms[t].Levels.Count && _inverse[t] is null && r > 1; l++)
            {
                for (var k = 0; k < r * r; k++)
                {
                    var (i, j) = (offsets[t] + (k / r), offsets[t] + (k % r));
                    if (_diagonal[t][(l * r * r) + k] is var product && i != j && product != 0)
                        sums[(i * d) + j] += product * product / LevelCrossProduct(t, l, k / r);
                }
            }
        }

        foreach (var pair in _pairs)
        {
            if (pair.First == pair.Second) continue;
            var (r, q) = (_terms[pair.First].Width, _terms[pair.Second].Width);
            for (var a = 0; a + 1 < pair.Starts.Length; a++)
            {
                for (var k = pair.Starts[a]; k < pair.Starts[a + 1]; k++)
                {
                    for (var f = 0; f < q; f++)
                    {
                        for (var e = 0; e < r; e++)
                        {
                            var square = Math.Pow(pair.A[((long)k * pair.Size) + (f * r) + e], 2);
                            if (square == 0) continue;
                            var (i, j) = (offsets[pair.First] + e, offsets[pair.Second] + f);
                            sums[(i * d) + j] += square / LevelCrossProduct(pair.First, a, e);
                            sums[(j * d) + i] += square / LevelCrossProduct(pair.Second, pair.Partners[k], f);
                        }
                    }
                }
            }
        }
    }

    private double OwnEntry(double[] blocks, int term, int level, int effect)
    {
        var r = _terms[term].Width;
        return blocks[_inverse[term] is null ? (level * r * r) + (effect * (r + 1)) : (level * r) + effect];
    }

    /// <summary>
    /// Adds Zᵀx, for the terms in the linear predictor k, where x is other than zero in some rows alone: x by these rows, ascending.
    /// </summary>
    public void AddZtx(int k, ReadOnlySpan<int> rows, ReadOnlySpan<double> x, Span<double> result)
    {
        foreach (var term in _terms)
        {
            if (term.Predictor != k) continue;
            var mine = result.Slice(term.EffectOffset, term.EffectCount);
            var r = term.Width;
            for (var at = 0; at < rows.Length; at++)
            {
                var i = rows[at];
                if (term.Entries is { } entries)
                {
                    for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
                    {
                        for (var c = 0; c < r; c++) mine[(entries.Levels[e] * r) + c] += entries.Weights[(e * r) + c] * x[at];
                    }
                }
                else if (term.Z is { } z)
                {
                    for (var e = 0; e < r; e++) mine[(term.Codes[i] * r) + e] += z[(i * r) + e] * x[at];
                }
                else
                {
                    mine[term.Codes[i]] += x[at];
                }
            }
        }
    }

    /// <summary>y ← ZᵀWZ b at the current weights, level by level.</summary>
    public void MultiplyCrossProducts(ReadOnlySpan<double> b, Span<double> y)
    {
        y.Clear();
        if (_rows is not null)
        {
            MultiplyByRows(_rows, b, y);
            return;
        }

        for (var t = 0; t < _terms.Length; t++)
        {
            var (r, offset) = (_terms[t].Width, _terms[t].EffectOffset);
            for (var a = 0; a < _terms[t].Levels.Count; a++)
            {
                var at = offset + a * r;
                if (_inverse[t] is not null)
                {
                    for (var i = 0; i < r; i++) y[at + i] = _diagonal[t][(a * r) + i] * b[at + i];
                    continue;
                }

                for (var i = 0; i < r; i++)
                {
                    for (var j = 0; j < r; j++) y[at + i] += _diagonal[t][(a * r + i) * r + j] * b[at + j];
                }
            }
        }

        foreach (var p in _pairs)
        {
            var (rs, os) = (_terms[p.First].Width, _terms[p.First].EffectOffset);
            var (rt, ot) = (_terms[p.Second].Width, _terms[p.Second].EffectOffset);
            for (var a = 0; a < p.Starts.Length - 1; a++)
            {
                for (var k = p.Starts[a]; k < p.Starts[a + 1]; k++)
                {
                    var (s, t) = (os + a * rs, ot + p.Partners[k] * rt);
                    for (var i = 0; i < rt; i++)
                    {
                        for (var j = 0; j < rs; j++)
                        {
                            var v = p.A[k * p.Size + i * rs + j];
                            y[t + i] += v * b[s + j];
                            y[s + j] += v * b[t + i];
                        }
                    }
                }
            }
        }
    }
}
