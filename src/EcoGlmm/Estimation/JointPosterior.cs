using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// Fixed effects γ and spherical random effects u together, given the variance parameters: the inverse C of their joint penalised Hessian
/// [QᵀWQ, QᵀWZΛ; ΛᵀZᵀWQ, ΛᵀZᵀWZΛ + P], which, times the squared scale, is their posterior covariance when γ has a flat prior.
/// Source: S. N. Wood (2017), Generalized Additive Models, 2nd edition, sections 4.2.4 and 6.10.
/// </summary>
internal sealed class JointPosterior
{
    private readonly Estimate _estimate;
    private readonly MixedModel _model;
    private readonly int[] _parameters;
    private readonly double[][] _slopes;

    public JointPosterior(Estimate estimate)
    {
        _estimate = estimate;
        _model = estimate.Model;
        var predictors = _model.ActivePredictors.Where(k => Includes(_model, k)).ToArray();
        _parameters = [.. predictors.SelectMany(k => Enumerable.Range(_model.FixedOffset[k], _model.Basis[k]!.Columns))];
        var p = _parameters.Length;
        var q = estimate.System.EffectCount;
        var scores = new double[p][];
        _slopes = new double[p][];
        var at = 0;
        foreach (var m in predictors)
        {
            for (var j = 0; j < _model.Basis[m]!.Columns; j++, at++)
            {
                scores[at] = Cross(m, j, new double[q]);
                _slopes[at] = (double[])scores[at].Clone();
                estimate.System.Solve(_slopes[at]);
                for (var i = 0; i < q; i++) _slopes[at][i] = -_slopes[at][i];
            }
        }

        var hessian = FixedHessian(predictors);
        for (var i = 0; i < p; i++)
        {
            for (var j = 0; j < p; j++)
            {
                for (var u = 0; u < estimate.System.LatentCount; u++) hessian[(i * p) + j] += scores[i][u] * _slopes[j][u];
            }
        }

        FixedCovariance = CurvatureGuess.Inverse(hessian, p);
    }

    /// <summary>Whether the coefficients of a linear predictor are among γ: those of a constant dispersion and of shapes are nuisances,
    /// known.</summary>
    public static bool Includes(MixedModel model, int k) =>
        k < LinearPredictor.FormulaCount && (k != LinearPredictor.Dispersion || !model.HasConstantDispersion);

    /// <summary>Places of γ among the parameters.</summary>
    public IReadOnlyList<int> Parameters => _parameters;

    /// <summary>The block of C of the fixed effects, p × p.</summary>
    public double[] FixedCovariance { get; }

    /// <summary>The column of C of a fixed effect: its γ part is a column of <see cref="FixedCovariance"/>, this its u part.</summary>
    public double[] FixedColumn(int fixedEffect)
    {
        var p = _parameters.Length;
        var result = new double[_estimate.System.LatentCount];
        for (var j = 0; j < p; j++)
        {
            var v = FixedCovariance[(fixedEffect * p) + j];
            for (var u = 0; u < result.Length; u++) result[u] += v * _slopes[j][u];
        }

        return result;
    }

    /// <summary>The column of C of a latent variable: its γ part, and its u part.</summary>
    public (double[] Fixed, double[] Latent) LatentColumn(int latent)
    {
        var p = _parameters.Length;
        var x = new double[_estimate.System.EffectCount];
        x[latent] = 1;
        _estimate.System.Solve(x);
        var own = new double[p];
        for (var j = 0; j < p; j++)
        {
            for (var i = 0; i < p; i++) own[j] += FixedCovariance[(j * p) + i] * _slopes[i][latent];
            for (var u = 0; u < _estimate.System.LatentCount; u++) x[u] += own[j] * _slopes[j][u];
        }

        return (own, x[.._estimate.System.LatentCount]);
    }

    /// <summary>The trace of the influence matrix of the conditional part, Σ w_i Var(η_i) in units of the squared scale.</summary>
    public double EffectiveDegrees()
    {
        const int e = LinearPredictor.Conditional;
        var system = _estimate.System;
        var n = _model.ObservationCount;
        var w = _estimate.Weights[LinearPredictor.Pair(e, e)]!;
        var variance = new double[n];
        system.PredictorCovariance(e, e, variance);
        var p = _parameters.Length;
        var rows = new double[p][];
        var scratch = new double[n];
        var basis = _model.Basis[e]!;
        for (var j = 0; j < p; j++)
        {
            rows[j] = new double[n];
            var own = _parameters[j] - _model.FixedOffset[e];
            if (own >= 0 && own < basis.Columns) basis.Column(own, scratch).CopyTo(rows[j]);
            var b = new double[system.EffectCount];
            system.Lambda.Multiply(_slopes[j], b);
            system.AddZb(e, b, rows[j]);
        }

        var total = 0.0;
        for (var i = 0; i < n; i++)
        {
            var sum = variance[i];
            for (var a = 0; a < p; a++)
            {
                for (var c = 0; c < p; c++) sum += rows[a][i] * FixedCovariance[(a * p) + c] * rows[c][i];
            }

            total += w[i] * sum;
        }

        return total;
    }

    /// <summary>ΛᵀZᵀWQ_j over all predictors with random effects.</summary>
    private double[] Cross(int m, int j, double[] result)
    {
        var n = _model.ObservationCount;
        var weighted = new double[n];
        var column = _model.Basis[m]!.Column(j, new double[n]);
        foreach (var k in _model.RandomPredictors)
        {
            if (_estimate.Weights[LinearPredictor.Pair(k, m)] is not { } w) continue;
            for (var i = 0; i < n; i++) weighted[i] = w[i] * column[i];
            _estimate.System.AddZtx(k, weighted, result);
        }

        _estimate.System.Lambda.MultiplyTransposed(result, result);
        return result;
    }

    private double[] FixedHessian(int[] predictors)
    {
        var p = _parameters.Length;
        var hessian = new double[p * p];
        var rowAt = 0;
        foreach (var k in predictors)
        {
            var columnAt = 0;
            foreach (var m in predictors)
            {
                var (first, second) = (_model.Basis[k]!, _model.Basis[m]!);
                if (_estimate.Weights[LinearPredictor.Pair(k, m)] is { } w)
                {
                    var block = new double[first.Columns * second.Columns];
                    OrthogonalBasis.WeightedCrossProduct(first, w, second, block);
                    for (var i = 0; i < first.Columns; i++)
                    {
                        for (var j = 0; j < second.Columns; j++) hessian[((rowAt + i) * p) + columnAt + j] = block[(j * first.Columns) + i];
                    }
                }

                columnAt += second.Columns;
            }

            rowAt += _model.Basis[k]!.Columns;
        }

        return hessian;
    }
}
