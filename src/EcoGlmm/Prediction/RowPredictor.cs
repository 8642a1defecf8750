using EcoGlmm.Estimation;
using EcoGlmm.Formulas;

namespace EcoGlmm.Prediction;

/// <summary>The linear predictors of one row at a time, with their covariance.</summary>
internal sealed class RowPredictor
{
    private readonly FittedPredictor _fit;
    private readonly Estimate _estimate;
    private readonly MixedModel _model;
    private readonly PartMatrices?[] _parts;
    private readonly bool _conditional;
    private readonly TermRows[][] _terms;
    private readonly double[][] _beta;
    private readonly double[][] _gradients;
    private readonly double[] _effects;
    private readonly double[]?[] _known;
    private int _row;

    /// <param name="fit">Where conditional modes and their derivatives come from.</param>
    /// <param name="estimate">The estimate.</param>
    /// <param name="parts">Matrices of the rows, by linear predictor; null for predictors that are not wanted.</param>
    /// <param name="conditional">Whether the random effects of groups count in.</param>
    /// <param name="chosen">By term, whether it counts in where random effects do; all when null.</param>
    public RowPredictor(FittedPredictor fit, Estimate estimate, PartMatrices?[] parts, bool conditional, bool[]? chosen = null)
    {
        _fit = fit;
        _estimate = estimate;
        _model = estimate.Model;
        _parts = parts;
        _conditional = conditional;
        _known = new double[]?[LinearPredictor.PairCount(parts.Length)];
        _terms = new TermRows[parts.Length][];
        _beta = new double[parts.Length][];
        _gradients = new double[parts.Length][];
        _effects = new double[conditional || _model.HasCurves ? estimate.System.EffectCount : 0];
        for (var k = 0; k < parts.Length; k++)
        {
            if (parts[k] is not { } part) continue;
            var basis = _model.Basis[k]!;
            _beta[k] = estimate.Psi.AsSpan(_model.FixedOffset[k], basis.Columns).ToArray();
            basis.ToCoefficients(_beta[k]);
            _gradients[k] = new double[_model.ParameterCount];
            // Without groups the curves of smooths remain, which come first.
            var mine = Enumerable.Range(0, _model.Terms.Count).Where(t => _model.Terms[t].Predictor == k
                && (conditional || _model.Terms[t].IsCurve));
            var rows = conditional ? part.RandomTerms : [.. part.RandomTerms.Where(t => t.IsCurve)];
            _terms[k] = [.. mine.Select((t, at) => (t, at)).Where(m => _model.Terms[m.t].IsCurve || (chosen?[m.t] ?? true))
                .Select(m => new TermRows(estimate, m.t, rows[m.at]))];
        }
    }

    public bool Has(int k) => _parts[k] is not null;

    /// <summary>Uses, for the pair (k, m), covariances of z b that are known for every row.</summary>
    public void UseKnownRandomCovariance(int k, int m, double[] values) => _known[LinearPredictor.Pair(k, m)] = values;

    public void MoveTo(int row)
    {
        _row = row;
        for (var k = 0; k < _parts.Length; k++)
        {
            if (_parts[k] is null) continue;
            foreach (var term in _terms[k]) term.MoveTo(row);
            Differentiate(k);
        }
    }

    /// <summary>η_k of the row.</summary>
    public double Value(int k)
    {
        var part = _parts[k]!;
        var value = part.Offset[_row];
        for (var j = 0; j < _beta[k].Length; j++) value += part.X[(j * part.RowCount) + _row] * _beta[k][j];
        foreach (var term in _terms[k])
        {
            for (var l = 0; l < term.Count; l++)
            {
                var at = term.EffectOf(l);
                var z = term.WeightsOf(l);
                for (var e = 0; e < z.Length; e++) value += z[e] * _fit.Modes()[at + e];
            }
        }

        return value;
    }

    /// <summary>total ← total + factor · ∂η_k/∂ψ of the row.</summary>
    public void AddGradient(int k, double factor, double[] total)
    {
        for (var j = 0; j < total.Length; j++) total[j] += factor * _gradients[k][j];
    }

    /// <summary>effects ← effects + factor · z_k of the row, for levels that were in the data.</summary>
    public void AddEffects(int k, double factor, double[] effects)
    {
        foreach (var term in _terms[k])
        {
            for (var l = 0; l < term.Count; l++)
            {
                var at = term.EffectOf(l);
                var z = term.WeightsOf(l);
                for (var e = 0; e < z.Length; e++) effects[at + e] += factor * z[e];
            }
        }
    }

    /// <summary>Cov(η_k, η_m) of the row.</summary>
    public double Covariance(int k, int m)
    {
        var (a, b) = (_gradients[k], _gradients[m]);
        var d = a.Length;
        var sum = 0.0;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d && a[i] != 0; j++)
            {
                var v = _estimate.Covariance[(i * d) + j];
                if (b[j] != 0 && !double.IsNaN(v)) sum += a[i] * v * b[j];
            }
        }

        return _conditional || _model.HasCurves ? sum + (RandomCovariance(k, m) * _estimate.PosteriorScale * _estimate.PosteriorScale)
            : sum;
    }

    /// <summary>∂η_k/∂ψ of the row: xR⁻¹ for the part's own γ, and z db̂/dψ for everything.</summary>
    private void Differentiate(int k)
    {
        var part = _parts[k]!;
        var basis = _model.Basis[k]!;
        var gradient = _gradients[k];
        Array.Clear(gradient);
        var own = gradient.AsSpan(_model.FixedOffset[k], basis.Columns);
        for (var j = 0; j < basis.Columns; j++)
        {
            var sum = part.X[(j * part.RowCount) + _row];
            for (var i = 0; i < j; i++) sum -= own[i] * basis.R[(j * basis.Columns) + i];
            own[j] = sum / basis.R[(j * basis.Columns) + j];
        }

        if (_terms[k].Length == 0) return;
        var derivatives = _fit.ModeDerivatives();
        foreach (var term in _terms[k])
        {
            for (var l = 0; l < term.Count; l++)
            {
                var from = term.EffectOf(l);
                var z = term.WeightsOf(l);
                for (var e = 0; e < z.Length; e++)
                {
                    for (var j = 0; j < derivatives.Length; j++)
                    {
                        if (derivatives[j] is { } derivative) gradient[j] += z[e] * derivative[from + e];
                    }
                }
            }

            // What neighbours say of a new level depends on the range, too.
            var shapes = _model.FixedCount + term.Term.ThetaOffset + term.Term.Loadings.ParameterCount;
            for (var j = 0; j < (term.Term.Structure.Precision?.ParameterCount ?? 0); j++)
            {
                if (derivatives[shapes + j] is not null) gradient[shapes + j] += term.RelationSlope(_row, j, _fit.Modes());
            }
        }
    }

    /// <summary>z_kᵀ ΛH⁻¹Λᵀ z_m, with ΛΛᵀ, or what known levels leave of it, for levels that were not in the data.</summary>
    private double RandomCovariance(int k, int m)
    {
        if (_known[LinearPredictor.Pair(k, m)] is { } known) return known[_row];
        var system = _estimate.System;
        var sum = 0.0;
        var any = false;
        Array.Clear(_effects);
        foreach (var rows in _terms[k])
        {
            for (var l = 0; l < rows.Count; l++)
            {
                any = true;
                var at = rows.EffectOf(l);
                var weights = rows.WeightsOf(l);
                for (var e = 0; e < weights.Length; e++) _effects[at + e] += weights[e];
            }

            if (rows.NewVariance == 0 || k != m) continue;
            var (lambda, d) = (system.Lambda[rows.Index], rows.Term.LatentWidth);
            var z = rows.NewWeights;
            for (var c = 0; c < d; c++)
            {
                var spherical = 0.0;
                for (var r = 0; r < z.Length; r++) spherical += lambda[(r * d) + c] * z[r];
                sum += rows.NewVariance * spherical * spherical;
            }
        }

        if (!any) return sum;
        system.Lambda.MultiplyTransposed(_effects, _effects);
        system.Solve(_effects);
        system.Lambda.Multiply(_effects, _effects);
        foreach (var rows in _terms[m])
        {
            for (var l = 0; l < rows.Count; l++)
            {
                var at = rows.EffectOf(l);
                var weights = rows.WeightsOf(l);
                for (var e = 0; e < weights.Length; e++) sum += weights[e] * _effects[at + e];
            }
        }

        return sum;
    }
}
