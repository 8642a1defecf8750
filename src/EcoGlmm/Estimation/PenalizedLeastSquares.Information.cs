using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>The average information of the covariance parameters.</summary>
internal sealed partial class PenalizedLeastSquares
{
    /// <summary>
    /// The average-information matrix of θ at the last evaluation (which must have had a gradient), with σ² profiled out:
    /// ½ fᵢᵀ P fⱼ with working variates fᵢ = (∂V/∂θᵢ) P y, which costs one solve for each parameter. d × d, column-major.
    /// Source: Gilmour, Thompson &amp; Cullis (1995), Biometrics 51, 1440-1450.
    /// </summary>
    public double[] AverageInformation()
    {
        var d = _model.ThetaCount;
        var s = _score;
        var variates = new double[d][];
        var right = new double[(long)d * _q];
        var projected = new double[d][];
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            for (var k = 0; k < term.ThetaCount; k++)
            {
                var c = variates[term.ThetaOffset + k] = new double[_q];
                WorkingVariate.Of(_system, t, k, Modes, s, _b, c);
                var product = projected[term.ThetaOffset + k] = new double[_q];
                _system.MultiplyCrossProducts(c, product);
                _system.Lambda.MultiplyTransposed(product, right.AsSpan((term.ThetaOffset + k) * _q, _q));
            }
        }

        _system.SolveMany(right, _q, d);
        for (var k = 0; k < d; k++) Project(variates[k], right.AsSpan(k * _q, _latent), projected[k]);

        var variance = ResidualSum / DegreesOfFreedom;
        var information = new double[d * d];
        var withVariance = new double[d];
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                information[(j * d) + i] = information[(i * d) + j] = 0.5 * Dot(variates[i], projected[j], _q) / variance;
            }

            // The variate of σ² is (y − Xβ)/σ², and P of it is (y − Xβ − ZΛu)/σ⁴, weighted.
            withVariance[i] = 0.5 * Dot(variates[i], s, _q) / variance;
        }

        var varianceInformation = 0.5 * DegreesOfFreedom;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++) information[(i * d) + j] -= withVariance[i] * withVariance[j] / varianceInformation;
        }

        return information;
    }

    /// <summary>
    /// From ZᵀWZc to ZᵀW(Zc − ZΛũ − Xβ̃), where ũ and β̃ are the penalised least-squares fit to Zc; u is H⁻¹ΛᵀZᵀWZc.
    /// </summary>
    private void Project(double[] c, Span<double> u, double[] result)
    {
        var beta = new double[_p];
        _fixed.Transposed(c, beta);
        _fixed.SubtractProjection(u, beta);
        DenseCholesky.Solve(_g, _p, beta);
        _fixed.SubtractSolutions(beta, u);
        var fitted = new double[_q];
        Score(u, fitted);
        for (var j = 0; j < _q; j++) result[j] -= fitted[j];
        _fixed.SubtractCross(beta, result);
    }

    private void Score(ReadOnlySpan<double> u, Span<double> result)
    {
        _system.Lambda.Multiply(u, _b);
        _system.MultiplyCrossProducts(_b, result);
    }

    /// <summary>Adds factor · Σ over levels of s_l u_lᵀ to each term's trace.</summary>
    private void AddOuter(double factor, ReadOnlySpan<double> s, ReadOnlySpan<double> u)
    {
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            var term = _model.Terms[t];
            var (r, q) = (term.Width, term.LatentWidth);
            var lower = term.Loadings.IsLowerTriangular;
            for (var l = 0; l < term.Levels.Count; l++)
            {
                var (at, latent) = (term.EffectOffset + (l * r), term.LatentOffset + (l * q));
                for (var row = 0; row < r; row++)
                {
                    var end = lower ? Math.Min(row + 1, q) : q;
                    for (var c = 0; c < end; c++) _traces[t][(row * q) + c] += factor * s[at + row] * u[latent + c];
                }
            }
        }
    }

    /// <summary>Adds the derivative of factor · xᵀPy to that by each term's precision.</summary>
    private void AddPrecisionOuter(double factor, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        for (var t = 0; t < _model.Terms.Count; t++)
        {
            if (_system.PrecisionAdjoint(t) is { } adjoint) _system.Lambda.AddOuter(t, factor, x, y, adjoint);
        }
    }
}
