using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>ZᵀWZ: what the observations say of the random effects.</summary>
internal sealed partial class RandomEffectsSystem
{
    /// <summary>ZᵀWZ from the weights of each pair of linear predictors.</summary>
    public void SetWeights(Func<int, int, double[]> weights)
    {
        // The others' sums wait for λ.
        if (_rows is not null) SetRowWeights(_rows, weights(_terms[0].Predictor, _terms[0].Predictor));
        else SumWeights(weights);
    }

    private void SumWeights(Func<int, int, double[]> weights)
    {
        var tasks = _terms.Length + _pairs.Length;
        void Run(int k)
        {
            if (k < _terms.Length)
            {
                var term = _terms[k];
                if (k == _rows?.Term) return;
                SumDiagonal(term, weights(term.Predictor, term.Predictor), _diagonal[k]);
            }
            else
            {
                var pair = _pairs[k - _terms.Length];
                SumPair(pair, weights(_terms[pair.First].Predictor, _terms[pair.Second].Predictor));
            }
        }

        if (ObservationCount > 20_000)
        {
            _passes.Run(tasks, Run);
        }
        else
        {
            for (var k = 0; k < tasks; k++) Run(k);
        }
    }

    private static void SumDiagonal(RandomTerm term, double[] w, double[] d)
    {
        Array.Clear(d);
        var r = term.Width;
        if (term.Entries is { } entries)
        {
            for (var i = 0; i < w.Length; i++)
            {
                for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
                    AddOuter(w[i], entries.Weights.AsSpan(e * r, r), d, entries.Levels[e] * r * r);
            }

            return;
        }

        var codes = term.Codes;
        if (term.Z is not { } z)
        {
            if (term.HasRuns) AddRuns(codes, w, d, 0, codes.Length);
            else for (var i = 0; i < codes.Length; i++) d[codes[i]] += w[i];
            return;
        }

        if (term.SingleEffect is { } single)
        {
            for (var i = 0; i < codes.Length; i++)
            {
                if (single[i] >= 0 && z[(i * r) + single[i]] is var v) d[(codes[i] * r) + single[i]] += w[i] * v * v;
            }

            return;
        }

        if (r == 2)
        {
            for (var i = 0; i < codes.Length;)
            {
                var code = codes[i];
                var block = d.AsSpan(4 * code, 4);
                var (b00, b01, b10, b11) = (block[0], block[1], block[2], block[3]);
                for (; i < codes.Length && codes[i] == code; i++)
                {
                    var (z0, z1) = (z[2 * i], z[(2 * i) + 1]);
                    var (first, second) = (z0 == 0 ? 0 : w[i] * z0, z1 == 0 ? 0 : w[i] * z1);
                    b00 += first * z0;
                    b01 += first * z1;
                    b10 += second * z0;
                    b11 += second * z1;
                }

                (block[0], block[1], block[2], block[3]) = (b00, b01, b10, b11);
            }

            return;
        }

        if (IsOnePanel(term)) WeightedProduct.SetSymmetric(w.AsSpan(0, codes.Length), z, r, d);
        else for (var i = 0; i < codes.Length; i++) AddOuter(w[i], z.AsSpan(i * r, r), d, codes[i] * r * r);
    }

    private static void AddOuter(double w, ReadOnlySpan<double> z, double[] d, int at)
    {
        var r = z.Length;
        for (var a = 0; a < r; a++)
        {
            // Indicators of occasions or species: all but one are zero.
            if (z[a] == 0) continue;
            var wz = w * z[a];
            if (r >= WeightedProduct.LeastColumns) VectorSum.AddScaled(wz, z, d.AsSpan(at + (a * r), r));
            else for (var b = 0; b < r; b++) d[at + (a * r) + b] += wz * z[b];
        }
    }

    // One level of many effects, as a smooth is: a panel of all rows.
    private static bool IsOnePanel(RandomTerm term) => term is { Entries: null, SingleEffect: null, Z: not null, Levels.Count: 1 }
        && term.Width >= WeightedProduct.LeastColumns;

    private void SumPair(CrossBlocks pair, double[] w)
    {
        Array.Clear(pair.A);
        var (zs, rs) = (_terms[pair.First].Entries?.Weights ?? _terms[pair.First].Z, _terms[pair.First].Width);
        var (zt, rt) = (_terms[pair.Second].Entries?.Weights ?? _terms[pair.Second].Z, _terms[pair.Second].Width);
        if (pair.Pairs is { } pairs)
        {
            foreach (var (row, first, second, to) in pairs.All) AddBlock(w[row], first, second, to);
            return;
        }

        var block = pair.BlockOfRow!;
        if (zs is null && zt is null)
        {
            for (var i = 0; i < block.Length; i++) pair.A[block[i]] += w[i];
            return;
        }

        if (IsOnePanel(_terms[pair.First]) && IsOnePanel(_terms[pair.Second]))
        {
            WeightedProduct.Set(w.AsSpan(0, block.Length), zt, rt, zs, rs, pair.A);
            return;
        }

        for (var i = 0; i < block.Length; i++) AddBlock(w[i], i, i, block[i]);

        void AddBlock(double weight, int first, int second, int to)
        {
            var at = to * pair.Size;
            for (var a = 0; a < rt; a++)
            {
                var wz = zt is null ? weight : weight * zt[(second * rt) + a];
                if (wz == 0) continue;
                if (zs is not null && rs >= WeightedProduct.LeastColumns)
                {
                    VectorSum.AddScaled(wz, zs.AsSpan(first * rs, rs), pair.A.AsSpan(at + (a * rs), rs));
                    continue;
                }

                for (var b = 0; b < rs; b++) pair.A[at + (a * rs) + b] += zs is null ? wz : wz * zs[(first * rs) + b];
            }
        }
    }
}
