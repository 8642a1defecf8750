using System.Buffers;

namespace EcoGlmm.RandomEffects;

/// <summary>
/// A term with an effect of its own for each observation is eliminated, row by row, before anything is factorised: of the others' system
/// what is left is the same with weights w / (1 + λ²w), and log |H| has log(1 + λ²w) of each row more.
/// </summary>
/// <remarks>
/// With D = 1 + λ²w, w̃ = w/D and S the others' system at w̃: H⁻¹ has z̃ᵀS⁻¹ = −λw̃ zᵀΛS⁻¹ beside the others' effects and
/// 1/D + (λw̃)²q on the diagonal, q = zᵀΛS⁻¹Λᵀz, so that a row's linear predictor has the variance λ²/D + q/D².
/// </remarks>
internal sealed unsafe partial class RandomEffectsSystem
{
    private readonly RowEffects? _rows;

    /// <summary>The term that is eliminated, at its last elimination.</summary>
    private sealed class RowEffects(int term, int rows)
    {
        /// <summary>Its index among the terms.</summary>
        public int Term { get; } = term;

        /// <summary>λ.</summary>
        public double Lambda { get; set; }

        /// <summary>D of each row.</summary>
        public double[] Factor { get; } = new double[rows];

        /// <summary>w̃ of each row: the others' weights.</summary>
        public double[] Weights { get; } = new double[rows];

        /// <summary>q of each row, after H⁻¹.</summary>
        public double[] Leverage { get; } = new double[rows];

        /// <summary>Σ log D.</summary>
        public double LogDeterminant { get; set; }

        /// <summary>Whether all D were positive.</summary>
        public bool IsFactored { get; set; }
    }

    /// <summary>The first term with an effect a row, where all terms add to one linear predictor and none has dense covariances.</summary>
    private static RowEffects? FindRowEffects(RandomTerm[] terms, int rows)
    {
        if (Array.Exists(terms, t => t.Predictor != terms[0].Predictor || t.Structure.Precision?.DenseGroups is not null)) return null;
        var term = Array.FindIndex(terms, t => t is { Z: null, Entries: null, Width: 1, LatentWidth: 1, Structure.Precision: null }
            && t.Levels.Count == rows && t.Codes.Distinct().Count() == rows);
        return term < 0 ? null : new RowEffects(term, rows);
    }

    /// <summary>Where a term's latent variables begin in what is factorised.</summary>
    private int FactorOffset(RandomTerm term) => _rows is not null && term.LatentOffset > _terms[_rows.Term].LatentOffset
        ? term.LatentOffset - _rows.Factor.Length : term.LatentOffset;

    private void SetRowWeights(RowEffects rows, double[] w)
    {
        var (codes, own) = (_terms[rows.Term].Codes, _diagonal[rows.Term]);
        _passes.For(codes.Length, (from, to) =>
        {
            for (var i = from; i < to; i++) own[codes[i]] = w[i];
        });
    }

    /// <summary>D and w̃ at the current λ and weights, and the others' cross-products; false where some D is not positive.</summary>
    private bool TryEliminate(RowEffects rows)
    {
        var (codes, own) = (_terms[rows.Term].Codes, _diagonal[rows.Term]);
        var lambda = rows.Lambda = Lambda[rows.Term][0];
        rows.LogDeterminant = _passes.Sum(codes.Length, (from, to) => Weigh(rows, codes, own, lambda * lambda, from, to));
        rows.IsFactored = double.IsFinite(rows.LogDeterminant);
        if (rows.IsFactored) SumWeights((_, _) => rows.Weights);
        return rows.IsFactored;
    }

    /// <summary>D and w̃ of some rows; their Σ log D, NaN where one is not positive.</summary>
    private static double Weigh(RowEffects rows, int[] codes, double[] own, double square, int from, int to)
    {
        var (logarithm, product) = (0.0, 1.0);
        for (var i = from; i < to; i++)
        {
            var w = own[codes[i]];
            var d = 1 + (square * w);
            if (!(d > 0)) return double.NaN;
            rows.Factor[i] = d;
            rows.Weights[i] = w / d;
            product *= d;
            if (product is > 1e-100 and < 1e100) continue;
            logarithm += Math.Log(product);
            product = 1;
        }

        return logarithm + Math.Log(product);
    }

    /// <summary>From a right-hand side of H to one of what is factorised, its first entries, the eliminated ones behind.</summary>
    private void Eliminate(RowEffects rows, Span<double> x)
    {
        var own = _terms[rows.Term];
        var pool = ArrayPool<double>.Shared;
        var (taken, b) = (pool.Rent(rows.Factor.Length), pool.Rent(EffectCount));
        fixed (double* first = x)
        {
            var mine = first + own.LatentOffset;
            _passes.For(rows.Factor.Length, (from, to) =>
            {
                for (var i = from; i < to; i++) taken[i] = rows.Lambda * rows.Weights[i] * mine[own.Codes[i]];
            });
        }

        ClearOthers(b);
        AddZtx(own.Predictor, rows.Term, taken.AsSpan(0, rows.Factor.Length), b);
        for (var t = 0; t < _terms.Length; t++)
        {
            if (t == rows.Term) continue;
            Lambda.MultiplyTransposed(t, Lambda[t], b, b);
            var latent = _terms[t].LatentOffset;
            for (var j = latent; j < latent + _terms[t].LatentCount; j++) x[j] -= b[j];
        }

        pool.Return(taken);
        pool.Return(b);
        Rotate(x[own.LatentOffset..LatentCount], own.LatentCount);
    }

    /// <summary>The way back, for a solution; or for a draw, where the eliminated entries are standard normal.</summary>
    private void Restore(RowEffects rows, Span<double> x, bool isDraw = false)
    {
        var own = _terms[rows.Term];
        Rotate(x[own.LatentOffset..LatentCount], LatentCount - own.LatentOffset - own.LatentCount);
        var pool = ArrayPool<double>.Shared;
        var (predictor, b) = (pool.Rent(rows.Factor.Length), pool.Rent(EffectCount));
        for (var t = 0; t < _terms.Length; t++)
        {
            if (t != rows.Term) Lambda.Multiply(t, Lambda[t], x, b);
        }

        fixed (double* first = x)
        {
            var mine = first + own.LatentOffset;
            _passes.For(rows.Factor.Length, (from, to) =>
            {
                predictor.AsSpan(from, to - from).Clear();
                AddZb(own.Predictor, rows.Term, b, predictor, from, to);
                for (var i = from; i < to; i++)
                {
                    var u = mine + own.Codes[i];
                    *u = (*u / (isDraw ? Math.Sqrt(rows.Factor[i]) : rows.Factor[i])) - (rows.Lambda * rows.Weights[i] * predictor[i]);
                }
            });
        }

        pool.Return(predictor);
        pool.Return(b);
    }

    private void ClearOthers(double[] b)
    {
        for (var t = 0; t < _terms.Length; t++)
        {
            if (t != _rows!.Term) b.AsSpan(_terms[t].EffectOffset, _terms[t].EffectCount).Clear();
        }
    }

    /// <summary>Moves the first entries of a span behind the others.</summary>
    private static void Rotate(Span<double> x, int first)
    {
        if (first == 0 || first == x.Length) return;
        var kept = ArrayPool<double>.Shared.Rent(first);
        x[..first].CopyTo(kept);
        x[first..].CopyTo(x);
        kept.AsSpan(0, first).CopyTo(x[^first..]);
        ArrayPool<double>.Shared.Return(kept);
    }

    /// <summary>The eliminated term's share of H⁻¹ and of the traces, after the others'.</summary>
    private void InvertRows(RowEffects rows, double[]? trace)
    {
        OthersCovariance(_terms[rows.Term].Predictor, _terms[rows.Term].Predictor, rows.Leverage);
        var (codes, b, square) = (_terms[rows.Term].Codes, _diagonalB[rows.Term], rows.Lambda * rows.Lambda);
        var half = _passes.Sum(codes.Length, (from, to) =>
        {
            var sum = 0.0;
            for (var i = from; i < to; i++)
            {
                var (w, q) = (rows.Weights[i], rows.Leverage[i]);
                b[codes[i]] = (square / rows.Factor[i]) + (square * w * square * w * q);
                sum += w - (w * w * q);
            }

            return sum;
        });
        if (trace is not null) trace[0] = rows.Lambda * half;
    }

    /// <summary>From the others' variances of the linear predictor, those of all.</summary>
    private void RowVariances(RowEffects rows, double[] result)
    {
        var square = rows.Lambda * rows.Lambda;
        _passes.For(result.Length, (from, to) =>
        {
            for (var i = from; i < to; i++) result[i] = (square + (rows.Leverage[i] / rows.Factor[i])) / rows.Factor[i];
        });
    }

    /// <summary>y ← ZᵀWZ b, row by row.</summary>
    private void MultiplyByRows(RowEffects rows, ReadOnlySpan<double> b, Span<double> y)
    {
        var own = _terms[rows.Term];
        var eta = new double[rows.Factor.Length];
        AddZb(own.Predictor, b, eta);
        for (var i = 0; i < eta.Length; i++) eta[i] *= _diagonal[rows.Term][own.Codes[i]];
        AddZtx(own.Predictor, eta, y);
    }
}
