using EcoGlmm.Families;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;
using MathNet.Numerics.LinearAlgebra;

namespace EcoGlmm.Estimation;

/// <summary>
/// What leaving out the rows of one level of a grouping factor does to the fixed effects, by one Newton step: with variances and
/// dispersion held, the step on the joint log-density of fixed and random effects (C. R. Henderson's equations at the working
/// weights) from the estimates of all rows. For a Gaussian model with identity link and known variances it is exact; the idea is
/// R. D. Cook and S. Weisberg's (1982, Residuals and Influence in Regression, section 5.3).
/// </summary>
internal sealed class JointNewtonStep
{
    private readonly MixedModel _model;
    private readonly Estimate _estimate;
    private readonly RandomEffectsSystem _system;
    private readonly int[] _predictors;
    private readonly double[]?[] _scores;
    private readonly int[] _offset;
    private readonly int _fixedCount;

    public JointNewtonStep(Estimate estimate)
    {
        _estimate = estimate;
        _model = estimate.Model;
        int n = _model.ObservationCount;
        _system = new RandomEffectsSystem(_model.Terms, n, 1, _model.Solver);
        _system.Lambda.CopyFrom(estimate.System.Lambda);
        _predictors = [.. _model.ActivePredictors.Where(k =>
            k < LinearPredictor.Shape && !(k == LinearPredictor.Dispersion && _model.HasConstantDispersion))];
        _offset = new int[_model.PredictorCount];
        foreach (int k in _predictors)
        {
            _offset[k] = _fixedCount;
            _fixedCount += _model.Basis[k]!.Columns;
        }

        _scores = Scores();
    }

    /// <summary>The change in the coefficients of the conditional part when the rows are left out; null where they cannot be.</summary>
    public double[]? Change(int[] rows)
    {
        int n = _model.ObservationCount, q = _system.EffectCount, p = _fixedCount;
        var zeroed = new double[]?[_estimate.Weights.Length];
        for (int pair = 0; pair < zeroed.Length; pair++)
        {
            if (_estimate.Weights[pair] is not { } w)
                continue;
            double[] without = (double[])w.Clone();
            foreach (int row in rows)
                without[row] = 0;
            zeroed[pair] = without;
        }

        double[] zero = new double[n];
        double[] Weight(int k, int m) => zeroed[LinearPredictor.Pair(Math.Min(k, m), Math.Max(k, m))] ?? zero;
        _system.SetWeights(Weight);
        if (!_system.TryFactor())
            return null;

        // Cross products of the fixed columns with the random effects, with each other, and of the left-out rows with the scores.
        var cross = new double[p][];
        var fixedBlock = Matrix<double>.Build.Dense(p, p);
        var right = Vector<double>.Build.Dense(p);
        var (weighted, scratch) = (new double[n], new double[n]);
        foreach (int m in _predictors)
        {
            for (int j = 0; j < _model.Basis[m]!.Columns; j++)
            {
                ReadOnlySpan<double> column = _model.Basis[m]!.Column(j, scratch);
                int at = _offset[m] + j;
                cross[at] = new double[q];
                foreach (int k in _predictors)
                {
                    double[] w = Weight(k, m);
                    for (int i = 0; i < n; i++)
                        weighted[i] = w[i] * column[i];
                    if (_model.RandomPredictors.Contains(k))
                        _system.AddZtx(k, weighted, cross[at]);
                    double[] products = new double[_model.Basis[k]!.Columns];
                    _model.Basis[k]!.TransposedProduct(weighted, products);
                    for (int l = 0; l < products.Length; l++)
                        fixedBlock[_offset[k] + l, at] = products[l];
                }

                _system.Lambda.MultiplyTransposed(cross[at], cross[at]);
                foreach (int row in rows)
                    right[at] += column[row] * _scores[m]![row];
            }
        }

        var random = new double[q];
        foreach (int k in _predictors.Where(_model.RandomPredictors.Contains))
        {
            Array.Clear(weighted);
            foreach (int row in rows)
                weighted[row] = _scores[k]![row];
            _system.AddZtx(k, weighted, random);
        }

        _system.Lambda.MultiplyTransposed(random, random);
        _system.Solve(random);
        for (int a = 0; a < p; a++)
        {
            double[] solved = (double[])cross[a].Clone();
            _system.Solve(solved);
            for (int b = 0; b < p; b++)
                fixedBlock[b, a] -= Dot(cross[b], solved);
            right[a] -= Dot(cross[a], random);
        }

        Vector<double> change = fixedBlock.LU().Solve(right);
        double[] conditional = [.. change.SubVector(_offset[LinearPredictor.Conditional],
            _model.Basis[LinearPredictor.Conditional]!.Columns).Select(v => -v)];
        _model.Basis[LinearPredictor.Conditional]!.ToCoefficients(conditional);
        return Array.TrueForAll(conditional, double.IsFinite) ? conditional : null;
    }

    /// <summary>∂ℓ/∂η of each row by linear predictor; for a Gaussian model with identity link in units where σ is one.</summary>
    private double[]?[] Scores()
    {
        if (_estimate.IsProfiled)
        {
            double[] eta = _estimate.Predictors[LinearPredictor.Conditional]!;
            double[]? w = _estimate.Weights[LinearPredictor.Pair(LinearPredictor.Conditional, LinearPredictor.Conditional)];
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
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
