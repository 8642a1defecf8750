using EcoGlmm.Estimation;
using EcoGlmm.Numerics;

namespace EcoGlmm.Inference;

/// <summary>
/// Satterthwaite's denominator degrees of freedom, 2f²/Var(f) for the estimated variance f = lᵀCl of a combination of fixed
/// effects, with Var(f) by the delta method from the covariance of the variance parameters (θ, log σ²).
/// Source: A. Kuznetsova, P. B. Brockhoff &amp; R. H. B. Christensen (2017), lmerTest package, J. Stat. Softw. 82(13),
/// section 2.1; R. Fai &amp; P. Cornelius (1996), J. Stat. Comput. Simul. 54, 363-378.
/// </summary>
/// <remarks>
/// The deviance is had with σ² profiled out; its Hessian in (θ, log σ²) follows from that of the profile by the Schur
/// complement: H_ττ = ν, H_θτ = −ν ∂log r²/∂θ, H_θθ = H_profile + H_θτ H_τθ / ν, with ν the residual degrees of freedom.
/// </remarks>
internal sealed class Satterthwaite
{
    private readonly OrthogonalBasis _basis;
    private readonly double[] _covariance;
    private readonly double[][] _derivatives;
    private readonly double[] _parameterCovariance;

    private Satterthwaite(GlmmFit fit)
    {
        var estimate = fit.Estimate;
        var model = estimate.Model;
        _basis = model.Basis[LinearPredictor.Conditional]!;
        var criterion = new PenalizedLeastSquares(model, fit.Options.Reml, fit.Options.Control.MaxThreads, CancellationToken.None);
        var d = model.ThetaCount;
        var theta = estimate.Psi.AsSpan(model.FixedCount, d).ToArray();
        double nu = criterion.DegreesOfFreedom;
        criterion.Evaluate(theta, []);
        _covariance = criterion.CoefficientCovariance();
        var variance = criterion.Sigma * criterion.Sigma;

        var hessian = new double[(d + 1) * (d + 1)];
        _derivatives = new double[d + 1][];
        var (up, down) = (new double[d], new double[d]);
        var logResidual = new double[d];
        var profile = new double[d * d];
        for (var j = 0; j < d; j++)
        {
            var step = 1e-4 * Math.Max(1, Math.Abs(theta[j]));
            (double[] Covariance, double LogResidual) At(double value, double[] gradient)
            {
                var point = (double[])theta.Clone();
                point[j] = value;
                criterion.Evaluate(point, gradient);
                var scale = variance / (criterion.Sigma * criterion.Sigma);
                return (Array.ConvertAll(criterion.CoefficientCovariance(), c => c * scale), Math.Log(criterion.ResidualSum));
            }

            var (above, r1) = At(theta[j] + step, up);
            var (below, r0) = At(theta[j] - step, down);
            _derivatives[j] = [.. above.Zip(below, (a, b) => (a - b) / (2 * step))];
            logResidual[j] = (r1 - r0) / (2 * step);
            for (var i = 0; i < d; i++) profile[(j * d) + i] = (up[i] - down[i]) / step;
        }

        _derivatives[d] = _covariance;
        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < d; j++)
            {
                hessian[(i * (d + 1)) + j] = (0.5 * (profile[(i * d) + j] + profile[(j * d) + i])) + (nu * logResidual[i] * logResidual[j]);
            }

            hessian[(i * (d + 1)) + d] = hessian[(d * (d + 1)) + i] = -nu * logResidual[i];
        }

        hessian[(d * (d + 1)) + d] = nu;
        _parameterCovariance = Array.ConvertAll(HessianInverse.Of(hessian, d + 1).Values, v => double.IsNaN(v) ? 0 : 2 * v);
    }

    /// <summary>Variance of log σ², that of the other variance parameters counted in.</summary>
    public double VarianceOfLogVariance => _parameterCovariance[^1];

    /// <summary>The degrees of freedom of a fit.</summary>
    /// <exception cref="GlmmException">The model does not have them.</exception>
    public static Satterthwaite For(GlmmFit fit, ModelPart part)
    {
        if (!fit.Estimate.IsProfiled || part != ModelPart.Conditional || !double.IsFinite(fit.LogLikelihood))
        {
            throw new GlmmException("Satterthwaite's degrees of freedom are for fixed effects of Gaussian models with identity link, "
                + $"constant dispersion and a proper fit, not for {fit.Family}. Use DenominatorDegrees.BetweenWithin or Infinite, "
                + "likelihood-ratio tests or the parametric bootstrap.");
        }

        return new Satterthwaite(fit);
    }

    /// <summary>The degrees of freedom of lᵀβ, l in the order of the coefficients estimated.</summary>
    public double DegreesOfFreedom(double[] l)
    {
        var p = _basis.Columns;
        var m = (double[])l.Clone();
        for (var j = 0; j < p; j++)
        {
            for (var i = 0; i < j; i++) m[j] -= m[i] * _basis.R[(j * p) + i];
            m[j] /= _basis.R[(j * p) + j];
        }

        double Form(double[] matrix)
        {
            var sum = 0.0;
            for (var i = 0; i < p; i++)
            {
                for (var j = 0; j < p; j++) sum += m[i] * matrix[(i * p) + j] * m[j];
            }

            return sum;
        }

        var f = Form(_covariance);
        var gradient = Array.ConvertAll(_derivatives, Form);
        var variance = 0.0;
        for (var i = 0; i < gradient.Length; i++)
        {
            for (var j = 0; j < gradient.Length; j++)
                variance += gradient[i] * _parameterCovariance[(i * gradient.Length) + j] * gradient[j];
        }

        return variance > 0 ? 2 * f * f / variance : double.NaN;
    }
}
