using EcoGlmm.Estimation;
using EcoGlmm.RandomEffects;

namespace EcoGlmm.Decomposition;

/// <summary>
/// The parameters that variances are functions of, with their covariance, for standard errors by the delta method: ψ where its
/// covariance comes from the joint Hessian; (θ, log σ) where σ was profiled out of a Gaussian model.
/// </summary>
internal sealed class VarianceParameters
{
    private readonly Estimate _estimate;
    private readonly bool _isProfiled;
    private readonly double[] _covariance;

    public VarianceParameters(GlmmFit fit)
    {
        _estimate = fit.Estimate;
        var model = _estimate.Model;
        _isProfiled = _estimate.IsProfiled;
        if (_isProfiled)
        {
            Point = [.. _estimate.Psi.AsSpan(model.FixedCount, model.ThetaCount), Math.Log(_estimate.Scale)];
            _covariance = Profiled(fit, model.ThetaCount);
        }
        else
        {
            Point = [.. _estimate.Psi];
            _covariance = _estimate.Covariance;
        }
    }

    /// <summary>The estimates.</summary>
    public double[] Point { get; }

    /// <summary>The random effects' covariances at a point.</summary>
    public CovarianceFactor FactorAt(double[] point)
    {
        var factor = new CovarianceFactor(_estimate.Model.Terms);
        factor.Set(point.AsSpan(_isProfiled ? 0 : _estimate.Model.FixedCount, _estimate.Model.ThetaCount));
        return factor;
    }

    /// <summary>What the covariances of a point are multiplied by: σ² where θ is relative to it.</summary>
    public double ScaleSquaredAt(double[] point) => _isProfiled ? Math.Exp(2 * point[^1]) : _estimate.Scale * _estimate.Scale;

    /// <summary>A linear predictor without random effects at a point; where σ was profiled out, that of the estimate.</summary>
    public void FixedPredictorAt(double[] point, int k, double[] eta) =>
        _estimate.Model.FixedPredictor(k, _isProfiled ? _estimate.Psi : point, eta);

    private static double[] Profiled(GlmmFit fit, int d)
    {
        var known = ThetaCovariance.Of(fit.Estimate, fit.Options.Reml);
        var result = new double[(d + 1) * (d + 1)];
        for (var i = 0; i <= d; i++)
        {
            for (var j = 0; j <= d; j++) result[(i * (d + 1)) + j] = known is null ? double.NaN : known[i < d ? i : -1, j < d ? j : -1];
        }

        return result;
    }

    /// <summary>The standard error of a function of the parameters, by central differences; NaN where a parameter that counts has
    /// none.</summary>
    public double StandardError(Func<double[], double> function)
    {
        var n = Point.Length;
        var slopes = new double[n];
        for (var j = 0; j < n; j++)
        {
            var step = 1e-4 * Math.Max(0.1, Math.Abs(Point[j]));
            var point = (double[])Point.Clone();
            point[j] = Point[j] + step;
            var above = function(point);
            point[j] = Point[j] - step;
            slopes[j] = (above - function(point)) / (2 * step);
        }

        var variance = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (slopes[i] != 0 && slopes[j] != 0) variance += slopes[i] * slopes[j] * _covariance[(i * n) + j];
            }
        }

        return Math.Sqrt(variance);
    }
}
