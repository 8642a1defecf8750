using EcoGlmm.Families;
using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>
/// What leaving out the rows of one level of a grouping factor does to the fixed effects, by one Newton step: with variances and
/// dispersion held, the step on the joint log-density of fixed and random effects (C. R. Henderson's equations at the working
/// weights) from the estimates of all rows. For a Gaussian model with identity link and known variances it is exact; the idea is
/// R. D. Cook and S. Weisberg's (1982, Residuals and Influence in Regression, section 5.3).
/// </summary>
internal sealed partial class JointNewtonStep
{
    private readonly MixedModel _model;
    private readonly Estimate _estimate;
    private readonly RandomEffectsSystem _system;
    private readonly int[] _predictors;
    private readonly double[]?[] _scores;
    private readonly int[] _offset;
    private readonly int _fixedCount;
    private readonly Lazy<double[]> _none;

    public JointNewtonStep(Estimate estimate)
    {
        _estimate = estimate;
        _model = estimate.Model;
        var n = _model.ObservationCount;
        _system = new RandomEffectsSystem(_model.Terms, n, 1, _model.Solver);
        _system.Lambda.CopyFrom(estimate.System.Lambda);
        _predictors = [.. _model.ActivePredictors.Where(k =>
            k < LinearPredictor.Shape && !(k == LinearPredictor.Dispersion && _model.HasConstantDispersion))];
        _offset = new int[_model.PredictorCount];
        foreach (var k in _predictors)
        {
            _offset[k] = _fixedCount;
            _fixedCount += _model.Basis[k]!.Columns;
        }

        _scores = Scores();
        _none = new(() => new double[n]);
    }

    /// <summary>The change in the coefficients of the conditional part when the rows are left out; null where they cannot be.</summary>
    public double[]? Change(int[] rows) => LowRankChange(rows) ?? RefactoredChange(rows);

    /// <summary>The change by factorising the equations without the rows.</summary>
    internal double[]? RefactoredChange(int[] rows)
    {
        _isWhole = false;
        int n = _model.ObservationCount, q = _system.EffectCount, p = _fixedCount;
        var zeroed = new double[]?[_estimate.Weights.Length];
        for (var pair = 0; pair < zeroed.Length; pair++)
        {
            if (_estimate.Weights[pair] is not { } w)
                continue;
            var without = (double[])w.Clone();
            foreach (var row in rows)
                without[row] = 0;
            zeroed[pair] = without;
        }

        var zero = new double[n];
        double[] Weight(int k, int m) => zeroed[LinearPredictor.Pair(Math.Min(k, m), Math.Max(k, m))] ?? zero;
        _system.SetWeights(Weight);
        if (!_system.TryFactor())
            return null;

        var (cross, fixedBlock) = CrossProducts(Weight);
        var right = Vector<double>.Build.Dense(p);
        var (weighted, scratch) = (new double[n], new double[n]);
        foreach (var m in _predictors)
        {
            for (var j = 0; j < _model.Basis[m]!.Columns; j++)
            {
                var column = _model.Basis[m]!.Column(j, scratch);
                foreach (var row in rows)
                    right[_offset[m] + j] += column[row] * _scores[m]![row];
            }
        }

        var random = new double[q];
        foreach (var k in _predictors.Where(_model.RandomPredictors.Contains))
        {
            Array.Clear(weighted);
            foreach (var row in rows)
                weighted[row] = _scores[k]![row];
            _system.AddZtx(k, weighted, random);
        }

        _system.Lambda.MultiplyTransposed(random, random);
        _system.Solve(random);
        for (var a = 0; a < p; a++)
        {
            var solved = (double[])cross[a].Clone();
            _system.Solve(solved);
            for (var b = 0; b < p; b++)
                fixedBlock[b, a] -= Dot(cross[b], solved);
            right[a] -= Dot(cross[a], random);
        }

        return ToConditional([.. fixedBlock.LU().Solve(right)]);
    }

    /// <summary>
    /// Cross products, by weights, of the fixed columns with the latent effects, and with each other.
    /// </summary>
    private (double[][] Cross, Matrix<double> Fixed) CrossProducts(Func<int, int, double[]> weight)
    {
        int n = _model.ObservationCount, q = _system.EffectCount, p = _fixedCount;
        var cross = new double[p][];
        var fixedBlock = Matrix<double>.Build.Dense(p, p);
        var (weighted, scratch) = (new double[n], new double[n]);
        foreach (var m in _predictors)
        {
            for (var j = 0; j < _model.Basis[m]!.Columns; j++)
            {
                var column = _model.Basis[m]!.Column(j, scratch);
                var at = _offset[m] + j;
                cross[at] = new double[q];
                foreach (var k in _predictors)
                {
                    var w = weight(k, m);
                    for (var i = 0; i < n; i++)
                        weighted[i] = w[i] * column[i];
                    if (_model.RandomPredictors.Contains(k))
                        _system.AddZtx(k, weighted, cross[at]);
                    var products = new double[_model.Basis[k]!.Columns];
                    _model.Basis[k]!.TransposedProduct(weighted, products);
                    for (var l = 0; l < products.Length; l++)
                        fixedBlock[_offset[k] + l, at] = products[l];
                }

                _system.Lambda.MultiplyTransposed(cross[at], cross[at]);
            }
        }

        return (cross, fixedBlock);
    }

    /// <summary>The coefficients' change from that of the orthogonal basis when rows are put in; null where it is not finite.</summary>
    private double[]? ToConditional(double[] change)
    {
        double[] conditional = [.. change.Skip(_offset[LinearPredictor.Conditional])
            .Take(_model.Basis[LinearPredictor.Conditional]!.Columns).Select(v => -v)];
        _model.Basis[LinearPredictor.Conditional]!.ToCoefficients(conditional);
        return Array.TrueForAll(conditional, double.IsFinite) ? conditional : null;
    }

    /// <summary>∂ℓ/∂η of each row by linear predictor; for a Gaussian model with identity link in units where σ is one.</summary>
    private double[]?[] Scores()
    {
        if (_estimate.IsProfiled)
        {
            var eta = _estimate.Predictors[LinearPredictor.Conditional]!;
            var w = _estimate.Weights[LinearPredictor.Pair(LinearPredictor.Conditional, LinearPredictor.Conditional)];
            return [Array.ConvertAll([.. Enumerable.Range(0, eta.Length)], i => (w?[i] ?? 1) * (_model.Y[i] - eta[i])),
                .. new double[]?[_model.PredictorCount - 1]];
        }

        var observations = new ObservationModel(_model.Family, _model.Y, _model.Size, _model.Weights, _model.IsZeroInflated,
            _model.HasConstantDispersion, 1);
        observations.Evaluate(_estimate.Predictors, DerivativeLevel.Gradient);
        return observations.First;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
