using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>What the levels of the block add to the gradient.</summary>
internal sealed partial class QuadratureBlock
{
    /// <summary>From sums over nodes to means, and the adjoint of the scale (in <see cref="_scaleAdjoint"/>).</summary>
    private void Average(int level)
    {
        var r = _r;
        var share = 1 / _total[level];
        foreach (var k in _model.ActivePredictors)
        {
            foreach (ref var s in _scores[k].AsSpan(_starts[level], _starts[level + 1] - _starts[level])) s *= share;
        }

        for (var c = 0; c < r; c++)
        {
            _meanScore[(level * r) + c] *= share;
            _meanNode[(level * r) + c] *= share;
        }

        var square = level * r * r;
        for (var c = 0; c < r * r; c++)
        {
            _scoreProducts[square + c] *= share;
            _nodeProducts[square + c] *= share;
        }

        ReadOnlySpan<double> inverse = _inverseFactor.AsSpan(square, r * r);
        ReadOnlySpan<double> lambdaInverse = _lambdaInverse.AsSpan(square, r * r);
        var spread = _work.AsSpan(0, r * r);
        SmallMatrix.MultiplyTransposed(inverse, inverse, spread, r);
        for (var d = 0; d < r; d++)
        {
            for (var c = 0; c <= d; c++)
            {
                var n = 0.0;
                for (var a = 0; a <= c; a++) n += inverse[(c * r) + a] * _u[(level * r) + a];
                n *= _meanNode[(level * r) + d];
                for (var a = 0; a < r; a++)
                {
                    n += (_nodeProducts[square + (d * r) + a] * spread[(a * r) + c])
                        - (_scoreProducts[square + (a * r) + d] * lambdaInverse[(a * r) + c]);
                }

                _scaleAdjoint[square + (d * r) + c] = _scaleAdjoint[square + (c * r) + d] = 0.5 * n;
            }
        }
    }

    /// <summary>Writes s̄ of each observation, by predictor.</summary>
    public void WriteScores(double[]?[] scores)
    {
        foreach (var k in _model.ActivePredictors)
        {
            for (var i = 0; i < _rows.Length; i++) scores[k]![_rows[i]] = _scores[k]![i];
        }
    }

    /// <summary>Writes ḡ = û + L⁻ᵀz̄ − ΛᵀZᵀs̄ of each level into a vector like u.</summary>
    public void WriteModeGradient(double[] gradient)
    {
        var r = _r;
        for (var l = 0; l < Levels; l++)
        {
            for (var c = 0; c < r; c++)
            {
                var g = _u[(l * r) + c];
                for (var a = 0; a < r; a++)
                {
                    g += (_inverseFactor[(l * r * r) + (a * r) + c] * _meanNode[(l * r) + a])
                        - (_lambda[(a * r) + c] * _meanScore[(l * r) + a]);
                }

                gradient[_effects.Position(c, _firstLevel + l)] = g;
            }
        }
    }

    /// <summary>Adds the derivative of tr(H K) with respect to η through W, without the Laplace part, by predictor.</summary>
    public void AddCurvatureDerivative(ObservationModel atModes, double[]?[] result)
    {
        var r = _r;
        foreach (var b in _model.RandomPredictors)
        {
            foreach (var a in _model.RandomPredictors)
            {
                if (a > b) continue;
                Array.Clear(_weight);
                for (var l = 0; l < Levels; l++)
                {
                    for (var c = 0; c < r; c++)
                    {
                        for (var d = 0; d < r; d++)
                        {
                            var n = (a == b ? 1 : 2) * _scaleAdjoint[(l * r * r) + (c * r) + d];
                            var (ta, tb) = (_t[a]![c], _t[b]![d]);
                            for (var i = _starts[l]; i < _starts[l + 1]; i++) _weight[i] += n * ta[i] * tb[i];
                        }
                    }
                }

                foreach (var k in _model.ActivePredictors)
                {
                    if (atModes.Third[LinearPredictor.Triple(a, b, k)] is not { } third) continue;
                    for (var i = 0; i < _rows.Length; i++) result[k]![_rows[i]] += _weight[i] * third[_rows[i]];
                }
            }
        }
    }

    /// <summary>Adds (−2AΛL⁻ᵀN − G)L⁻¹, the derivative with respect to Λ at fixed modes and η, without the Laplace part.</summary>
    public void AddTraces(double[][] traces)
    {
        var r = _r;
        var product = _work.AsSpan(0, r * r);
        var other = _work.AsSpan(r * r, r * r);
        for (var l = 0; l < Levels; l++)
        {
            var square = l * r * r;
            SmallMatrix.Multiply(_information.AsSpan(square, r * r), _lambdaInverse.AsSpan(square, r * r), product, r);
            SmallMatrix.Multiply(product, _scaleAdjoint.AsSpan(square, r * r), other, r);
            for (var c = 0; c < r * r; c++) other[c] = (-2 * other[c]) - _scoreProducts[square + c];
            SmallMatrix.Multiply(other, _inverseFactor.AsSpan(square, r * r), product, r);
            _effects.AddBlocks(product, traces);
        }
    }
}
