using System.Runtime.Intrinsics;
using EcoGlmm.Numerics;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Estimation;

/// <summary>
/// Adaptive Gauss-Hermite quadrature over some levels of the grouping factor, with their observations side by side.
/// The mathematics is that of <see cref="AdaptiveQuadrature"/>. One node is evaluated for all levels at a time, so that the
/// family works on long runs of observations; nothing is stored for each node.
/// </summary>
internal sealed partial class QuadratureBlock
{
    private readonly MixedModel _model;
    private readonly LevelEffects _effects;
    private readonly QuadratureGrid _grid;
    private readonly ObservationModel _observations;
    private readonly int _r;
    private readonly int _firstLevel;
    private readonly int[] _rows;
    private readonly int[] _starts;
    private readonly double[]?[] _z;
    private readonly double[]?[] _mode;
    private readonly double[]?[] _eta;
    private readonly double[]?[] _scores;
    private readonly double[][]?[] _t;
    private readonly double[] _weight;
    private readonly double[] _lambda;
    private readonly double[] _u;
    private readonly double[] _densityAtMode;
    private readonly double[] _information;
    private readonly double[] _inverseFactor;
    private readonly double[] _lambdaInverse;
    private readonly double[] _total;
    private readonly double[] _meanNode;
    private readonly double[] _nodeProducts;
    private readonly double[] _meanScore;
    private readonly double[] _scoreProducts;
    private readonly double[] _scaleAdjoint;
    private readonly double[] _work;

    /// <param name="model">The model.</param>
    /// <param name="effects">Its random effects by level.</param>
    /// <param name="grid">Nodes and weights.</param>
    /// <param name="rows">The observations of the block, level by level.</param>
    /// <param name="starts">Where each level begins in <paramref name="rows"/>, and the end.</param>
    /// <param name="firstLevel">The first of the block's levels, which follow one another.</param>
    public QuadratureBlock(MixedModel model, LevelEffects effects, QuadratureGrid grid, int[] rows, int[] starts, int firstLevel)
    {
        _model = model;
        _effects = effects;
        _grid = grid;
        _rows = rows;
        _starts = starts;
        _firstLevel = firstLevel;
        _r = effects.Width;
        double[] Of(double[] all) => all.Length == 0 ? all : Array.ConvertAll(rows, i => all[i]);
        _observations = new ObservationModel(model.Family, Of(model.Y), Of(model.Size), model.Weights is { } w ? Of(w) : null,
            model.IsZeroInflated, model.HasConstantDispersion, maxThreads: 1);
        _z = [.. Enumerable.Range(0, _r).Select(e => effects.Column(e, rows))];
        _mode = new double[]?[model.PredictorCount];
        _eta = new double[]?[model.PredictorCount];
        _scores = new double[]?[model.PredictorCount];
        _t = new double[][]?[model.PredictorCount];
        foreach (var k in model.ActivePredictors)
        {
            _mode[k] = new double[rows.Length];
            _scores[k] = new double[rows.Length];
            _eta[k] = new double[rows.Length];
        }

        foreach (var k in model.RandomPredictors) _t[k] = [.. Enumerable.Range(0, _r).Select(_ => new double[rows.Length])];
        var levels = starts.Length - 1;
        _weight = new double[rows.Length];
        _lambda = new double[_r * _r];
        _densityAtMode = new double[levels];
        _total = new double[levels];
        _u = new double[levels * _r];
        _meanNode = new double[levels * _r];
        _meanScore = new double[levels * _r];
        _information = new double[levels * _r * _r];
        _inverseFactor = new double[levels * _r * _r];
        _lambdaInverse = new double[levels * _r * _r];
        _nodeProducts = new double[levels * _r * _r];
        _scoreProducts = new double[levels * _r * _r];
        _scaleAdjoint = new double[levels * _r * _r];
        _work = new double[3 * _r * _r];
    }

    private int Levels => _starts.Length - 1;

    /// <summary>Terms of series that the family has summed so far.</summary>
    public long SeriesTerms => _observations.SeriesTerms;

    /// <summary>
    /// −Σ log S over the block's levels at the modes just found; NaN when cancelled. With a gradient also prepares what the
    /// other methods give out.
    /// </summary>
    public double Evaluate(ModeSearch search, ObservationModel atModes, CovarianceFactor factor, bool wantsGradient,
        CancellationToken cancellation)
    {
        TakeModes(search, atModes);
        _effects.Unpack(factor, _lambda);
        TakeInformation(search);
        for (var l = 0; l < Levels; l++) Scale(l);
        TakeDirections();
        Array.Clear(_total);
        if (wantsGradient)
        {
            foreach (var k in _model.ActivePredictors) Array.Clear(_scores[k]!);
            Array.Clear(_meanNode);
            Array.Clear(_meanScore);
            Array.Clear(_nodeProducts);
            Array.Clear(_scoreProducts);
        }

        for (var j = 0; j < _grid.Count; j++)
        {
            if (cancellation.IsCancellationRequested) return double.NaN;
            MoveTo(_grid.Node(j));
            _observations.EvaluateScores(_eta, wantsGradient);
            Accumulate(j, wantsGradient);
        }

        var value = 0.0;
        foreach (var s in _total) value -= Math.Log(s);
        if (wantsGradient)
        {
            for (var l = 0; l < Levels; l++) Average(l);
        }

        return value;
    }

    private void TakeModes(ModeSearch search, ObservationModel atModes)
    {
        foreach (var k in _model.ActivePredictors)
        {
            Take(search.Predictors[k]!, _mode[k]!);
            _mode[k]!.CopyTo(_eta[k]!, 0);
        }

        for (var l = 0; l < Levels; l++)
        {
            for (var c = 0; c < _r; c++) _u[(l * _r) + c] = search.Modes[_effects.Position(c, _firstLevel + l)];
            var sum = 0.0;
            for (var i = _starts[l]; i < _starts[l + 1]; i++) sum += atModes.Density[_rows[i]];
            _densityAtMode[l] = sum;
        }
    }

    private void Take(double[] all, double[] result)
    {
        for (var i = 0; i < _rows.Length; i++) result[i] = all[_rows[i]];
    }

    /// <summary>A = ZᵀWZ of each level.</summary>
    private void TakeInformation(ModeSearch search)
    {
        Array.Clear(_information);
        for (var c = 0; c < _r; c++)
        {
            for (var e = 0; e <= c; e++)
            {
                Take(search.Weight(_effects.Predictor[c], _effects.Predictor[e]), _weight);
                var (zc, ze) = (_z[c], _z[e]);
                for (var l = 0; l < Levels; l++)
                {
                    var sum = 0.0;
                    for (var i = _starts[l]; i < _starts[l + 1]; i++)
                        sum += _weight[i] * (zc is null ? 1 : zc[i]) * (ze is null ? 1 : ze[i]);
                    var at = l * _r * _r;
                    _information[at + (c * _r) + e] = _information[at + (e * _r) + c] = sum;
                }
            }
        }
    }

    /// <summary>L⁻¹ and ΛL⁻ᵀ of a level, from H = ΛᵀAΛ + I = LLᵀ.</summary>
    private void Scale(int level)
    {
        var r = _r;
        var a = _information.AsSpan(level * r * r, r * r);
        var inverse = _inverseFactor.AsSpan(level * r * r, r * r);
        var result = _lambdaInverse.AsSpan(level * r * r, r * r);
        if (r == 1)
        {
            inverse[0] = 1 / Math.Sqrt((_lambda[0] * _lambda[0] * a[0]) + 1);
            result[0] = _lambda[0] * inverse[0];
            return;
        }

        var product = _work.AsSpan(0, r * r);
        var h = _work.AsSpan(r * r, r * r);
        SmallMatrix.Multiply(a, _lambda, product, r);
        SmallMatrix.TransposedMultiply(_lambda, product, h, r);
        for (var c = 0; c < r; c++) h[(c * r) + c] += 1;
        SmallMatrix.InvertFactor(h, inverse, r);
        SmallMatrix.MultiplyTransposed(_lambda, inverse, result, r);
    }

    /// <summary>T = ZΛL⁻ᵀ by predictor: how η moves with the coordinates of the nodes.</summary>
    private void TakeDirections()
    {
        foreach (var k in _model.RandomPredictors)
        {
            for (var d = 0; d < _r; d++)
            {
                var t = _t[k]![d];
                Array.Clear(t);
                for (var e = 0; e < _r; e++)
                {
                    if (_effects.Predictor[e] != k) continue;
                    var z = _z[e];
                    for (var l = 0; l < Levels; l++)
                    {
                        var move = _lambdaInverse[(l * _r * _r) + (e * _r) + d];
                        if (move == 0) continue;
                        for (var i = _starts[l]; i < _starts[l + 1]; i++) t[i] += z is null ? move : move * z[i];
                    }
                }
            }
        }
    }

    private void MoveTo(ReadOnlySpan<double> node)
    {
        foreach (var k in _model.RandomPredictors)
        {
            ReadOnlySpan<double> from = _mode[k];
            Span<double> eta = _eta[k];
            for (var d = 0; d < node.Length; d++)
            {
                ReadOnlySpan<double> t = _t[k]![d];
                var z = Vector256.Create(node[d]);
                for (var i = 0; i < eta.Length; i += VectorMath.Width)
                {
                    VectorMath.Store(VectorMath.Load(from, i) + (z * VectorMath.Load(t, i)), eta, i);
                }

                from = eta;
            }
        }
    }

    private void Accumulate(int node, bool wantsGradient)
    {
        var z = _grid.Node(node);
        var r = _r;
        ReadOnlySpan<double> density = _observations.Density;
        for (var l = 0; l < Levels; l++)
        {
            var (start, length) = (_starts[l], _starts[l + 1] - _starts[l]);
            var exponent = _grid.LogFactor(node) + VectorSum.Of(density.Slice(start, length)) - _densityAtMode[l];
            var inverse = _inverseFactor.AsSpan(l * r * r, r * r);
            for (var c = 0; c < r; c++)
            {
                var step = 0.0;
                for (var a = c; a < r; a++) step += inverse[(a * r) + c] * z[a];
                exponent -= step * (_u[(l * r) + c] + (0.5 * step));
            }

            // Also false where the node lies outside of what the family allows, and derivatives are not numbers.
            var weight = Math.Exp(exponent);
            if (!(weight > 0)) continue;
            _total[l] += weight;
            if (!wantsGradient) continue;
            foreach (var k in _model.ActivePredictors)
            {
                VectorSum.AddScaled(weight, _observations.First[k].AsSpan(start, length), _scores[k].AsSpan(start, length));
            }

            for (var c = 0; c < r; c++)
            {
                var first = _observations.First[_effects.Predictor[c]].AsSpan(start, length);
                var score = weight * (_z[c] is { } column ? VectorSum.Product(column.AsSpan(start, length), first) : VectorSum.Of(first));
                _meanScore[(l * r) + c] += score;
                _meanNode[(l * r) + c] += weight * z[c];
                for (var d = 0; d < r; d++)
                {
                    _scoreProducts[(l * r * r) + (c * r) + d] += score * z[d];
                    _nodeProducts[(l * r * r) + (c * r) + d] += weight * z[c] * z[d];
                }
            }
        }
    }
}
