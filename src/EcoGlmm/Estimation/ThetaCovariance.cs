using EcoGlmm.Estimation.Pathologies;

namespace EcoGlmm.Estimation;

/// <summary>
/// Covariance of (θ, log σ): from that of ψ, or, where σ was profiled out, from the curvature of the profiled criterion. With
/// r² the penalised residual sum of squares and f its degrees of freedom, log σ = ½ log(r²/f) moves with θ by ½ ∂r²/r², and
/// has the variance 1/(2f) at θ.
/// </summary>
internal sealed class ThetaCovariance
{
    /// <summary>A step of a central difference of the residual sum, as a share of a parameter's spread: rounding errors and curvature
    /// both come to about 1e-8.</summary>
    private const double Step = 1e-4;

    private readonly double[] _values;
    private readonly int _d;

    private ThetaCovariance(double[] values, int d)
    {
        _values = values;
        _d = d;
    }

    /// <summary>Covariance of two elements of θ; −1 stands for log σ.</summary>
    public double this[int i, int j] => _values[((i < 0 ? _d : i) * (_d + 1)) + (j < 0 ? _d : j)];

    /// <summary>The covariance at an estimate; null where there is none.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="reml">Whether it is one by REML.</param>
    public static ThetaCovariance? Of(Estimate estimate, bool reml)
    {
        var model = estimate.Model;
        var d = model.ThetaCount;
        if (d == 0) return null;
        var values = new double[(d + 1) * (d + 1)];
        if (!estimate.IsProfiled)
        {
            var all = model.ParameterCount;
            for (var i = 0; i < d; i++)
            {
                for (var j = 0; j < d; j++)
                    values[(i * (d + 1)) + j] = estimate.Covariance[((model.FixedCount + i) * all) + model.FixedCount + j];
            }

            return new ThetaCovariance(values, d);
        }

        if (!estimate.Convergence.IsConverged && !estimate.Convergence.IsSingular) return null;
        var theta = estimate.Psi[model.FixedCount..];
        var criterion = new PenalizedLeastSquares(model, reml, 1, CancellationToken.None);
        var gradient = new double[d];
        criterion.Evaluate(theta, gradient);
        var residual = criterion.ResidualSum;
        var spread = Array.ConvertAll(theta, x => Math.Max(0.1 * Math.Abs(x), 0.02));
        var hessian = OptimumHessian.Of(criterion.Evaluate, theta, gradient, spread, false);
        var inverse = HessianInverse.Of(hessian, d).Values;
        foreach (var term in model.Terms.Where(t => ResidualWithinEffects.TakesUpResidual(model, t)))
        {
            for (var i = term.ThetaOffset; i < term.ThetaOffset + term.ThetaCount; i++)
            {
                for (var j = 0; j < d; j++) inverse[(i * d) + j] = inverse[(j * d) + i] = double.NaN;
            }
        }

        var slope = new double[d];
        for (var j = 0; j < d; j++)
        {
            var point = (double[])theta.Clone();
            point[j] = theta[j] + (Step * spread[j]);
            criterion.Evaluate(point, []);
            var above = criterion.ResidualSum;
            point[j] = theta[j] - (Step * spread[j]);
            criterion.Evaluate(point, []);
            slope[j] = (above - criterion.ResidualSum) / (2 * Step * spread[j]) / (2 * residual);
        }

        var own = 1 / (2.0 * criterion.DegreesOfFreedom);
        for (var i = 0; i < d; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < d; j++)
            {
                values[(i * (d + 1)) + j] = inverse[(i * d) + j];
                if (!double.IsNaN(inverse[(i * d) + j])) sum += inverse[(i * d) + j] * slope[j];
            }

            values[(i * (d + 1)) + d] = values[(d * (d + 1)) + i] = sum;
            own += sum * slope[i];
        }

        values[(d * (d + 1)) + d] = own;
        return new ThetaCovariance(values, d);
    }
}
