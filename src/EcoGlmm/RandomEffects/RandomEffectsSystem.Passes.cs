using System.Buffers;
using EcoGlmm.Numerics;

namespace EcoGlmm.RandomEffects;

/// <summary>Z and Zᵀ times a vector: passes over the rows, which threads share where there are many.</summary>
internal sealed unsafe partial class RandomEffectsSystem
{
    private readonly RowPasses _passes;

    /// <summary>Passes over the rows, by as many threads as the system may use.</summary>
    public RowPasses Passes => _passes;

    /// <summary>uᵀ(P ⊗ I)u over all terms.</summary>
    public double SquaresOf(double[] u) => Lambda.IsIdentity && RowPasses.Parts(LatentCount) > 1
        ? _passes.Sum(LatentCount, (from, to) => VectorSum.Product(u.AsSpan(from, to - from), u.AsSpan(from, to - from)))
        : Lambda.QuadraticForm(u.AsSpan(0, LatentCount));

    /// <summary>Adds Zb to the linear predictor k.</summary>
    public void AddZb(int k, ReadOnlySpan<double> b, double[] eta)
    {
        if (RowPasses.Parts(eta.Length) == 1)
        {
            AddZb(k, -1, b, eta, 0, eta.Length);
            return;
        }

        var effects = b.Length;
        fixed (double* first = b)
        {
            var at = first;
            _passes.For(eta.Length, (from, to) => AddZb(k, -1, new(at, effects), eta, from, to));
        }
    }

    /// <summary>The same for some rows and all of the terms but one, by its index.</summary>
    private void AddZb(int k, int except, ReadOnlySpan<double> b, Span<double> eta, int from, int to)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            if (_terms[t].Predictor == k && t != except) AddZb(_terms[t], b, eta, from, to);
        }
    }

    /// <summary>Adds Zᵀx, for the terms in the linear predictor k, to a vector of q entries.</summary>
    public void AddZtx(int k, ReadOnlySpan<double> x, Span<double> result) => AddZtx(k, -1, x, result);

    /// <summary>The same for all of the terms but one, by its index.</summary>
    private void AddZtx(int k, int except, ReadOnlySpan<double> x, Span<double> result)
    {
        if (RowPasses.Parts(x.Length) > 1)
        {
            AddZtxByParts(k, except, x, result);
            return;
        }

        for (var t = 0; t < _terms.Length; t++)
        {
            var term = _terms[t];
            if (term.Predictor == k && t != except) AddZtx(term, x, result.Slice(term.EffectOffset, term.EffectCount), 0, x.Length);
        }
    }

    /// <summary>
    /// Rows of several parts may add to one effect: each part after a term's first has sums of its own, which are put together in order.
    /// A term of many effects has fewer parts, so that its sums cost less than the pass.
    /// </summary>
    private void AddZtxByParts(int k, int except, ReadOnlySpan<double> x, Span<double> result)
    {
        var rows = x.Length;
        var tasks = new List<(RandomTerm Term, int From, int To, int Sums)>();
        var length = 0;
        for (var t = 0; t < _terms.Length; t++)
        {
            var term = _terms[t];
            if (term.Predictor != k || t == except) continue;
            var isOneEach = t == _rows?.Term;
            var parts = isOneEach ? RowPasses.Parts(rows) : Math.Clamp(rows / (2 * term.EffectCount), 1, RowPasses.Parts(rows));
            for (var part = 0; part < parts; part++)
            {
                var own = part == 0 || isOneEach;
                tasks.Add((term, RowPasses.Start(rows, parts, part), RowPasses.Start(rows, parts, part + 1), own ? -1 : length));
                if (!own) length += term.EffectCount;
            }
        }

        var pool = ArrayPool<double>.Shared;
        var sums = pool.Rent(length);
        fixed (double* values = x, target = result)
        {
            var from = values;
            var to = target;
            _passes.Run(tasks.Count, task =>
            {
                var (term, start, end, at) = tasks[task];
                var mine = at < 0 ? new Span<double>(to + term.EffectOffset, term.EffectCount) : sums.AsSpan(at, term.EffectCount);
                if (at >= 0) mine.Clear();
                AddZtx(term, new(from, rows), mine, start, end);
            });
        }

        foreach (var (term, _, _, at) in tasks)
        {
            if (at >= 0) VectorSum.AddScaled(1, sums.AsSpan(at, term.EffectCount), result.Slice(term.EffectOffset, term.EffectCount));
        }

        pool.Return(sums);
    }

    private static void AddZb(RandomTerm term, ReadOnlySpan<double> b, Span<double> eta, int from, int to)
    {
        var mine = b.Slice(term.EffectOffset, term.EffectCount);
        var r = term.Width;
        if (term.Entries is { } entries)
        {
            for (var i = from; i < to; i++)
            {
                var sum = 0.0;
                for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
                {
                    for (var c = 0; c < r; c++) sum += entries.Weights[(e * r) + c] * mine[(entries.Levels[e] * r) + c];
                }

                eta[i] += sum;
            }

            return;
        }

        var codes = term.Codes;
        if (term.Z is not { } z)
        {
            for (var i = from; i < to; i++) eta[i] += mine[codes[i]];
        }
        else if (term.SingleEffect is { } single)
        {
            for (var i = from; i < to; i++)
            {
                if (single[i] >= 0) eta[i] += z[(i * r) + single[i]] * mine[(codes[i] * r) + single[i]];
            }
        }
        else if (r == 2)
        {
            for (var i = from; i < to;)
            {
                var code = codes[i];
                var (first, second) = (mine[2 * code], mine[(2 * code) + 1]);
                for (; i < to && codes[i] == code; i++) eta[i] += (z[2 * i] * first) + (z[(2 * i) + 1] * second);
            }
        }
        else
        {
            for (var i = from; i < to; i++)
            {
                var at = codes[i] * r;
                var sum = 0.0;
                for (var e = 0; e < r; e++) sum += z[i * r + e] * mine[at + e];
                eta[i] += sum;
            }
        }
    }

    /// <summary>Adds the sums over rows of one level that follow each other to the level's own number.</summary>
    private static void AddRuns(int[] codes, ReadOnlySpan<double> x, Span<double> levels, int from, int to)
    {
        for (int i = from, end; i < to; i = end)
        {
            for (end = i + 1; end < to && codes[end] == codes[i];) end++;
            levels[codes[i]] += VectorSum.Of(x[i..end]);
        }
    }

    /// <summary>Adds the products of some rows to a term's own effects.</summary>
    private static void AddZtx(RandomTerm term, ReadOnlySpan<double> x, Span<double> mine, int from, int to)
    {
        var r = term.Width;
        if (term.Entries is { } entries)
        {
            for (var i = from; i < to; i++)
            {
                for (var e = entries.Starts[i]; e < entries.Starts[i + 1]; e++)
                {
                    for (var c = 0; c < r; c++) mine[(entries.Levels[e] * r) + c] += entries.Weights[(e * r) + c] * x[i];
                }
            }

            return;
        }

        var codes = term.Codes;
        if (term.Z is not { } z)
        {
            if (term.HasRuns) AddRuns(codes, x, mine, from, to);
            else for (var i = from; i < to; i++) mine[codes[i]] += x[i];
        }
        else if (term.SingleEffect is { } single)
        {
            for (var i = from; i < to; i++)
            {
                if (single[i] >= 0) mine[(codes[i] * r) + single[i]] += z[(i * r) + single[i]] * x[i];
            }
        }
        else if (r == 2)
        {
            for (var i = from; i < to;)
            {
                var code = codes[i];
                var own = mine.Slice(2 * code, 2);
                var (first, second) = (own[0], own[1]);
                for (; i < to && codes[i] == code; i++)
                {
                    first += z[2 * i] * x[i];
                    second += z[(2 * i) + 1] * x[i];
                }

                (own[0], own[1]) = (first, second);
            }
        }
        else
        {
            for (var i = from; i < to; i++)
            {
                var at = codes[i] * r;
                if (r >= WeightedProduct.LeastColumns) VectorSum.AddScaled(x[i], z.AsSpan(i * r, r), mine.Slice(at, r));
                else for (var e = 0; e < r; e++) mine[at + e] += z[i * r + e] * x[i];
            }
        }
    }
}
