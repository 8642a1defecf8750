using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Hessian of a function at its optimum, by differences of its exact gradient with a step along each parameter in
/// proportion to its standard error: central, or forward where an evaluation is costly (with an error of about a thousandth).
/// </summary>
internal static class OptimumHessian
{
    /// <summary>
    /// d × d, symmetric. <paramref name="spread"/> holds a rough standard error for each parameter; <paramref name="gradient"/> is
    /// the gradient at x. An element that cannot be had is NaN.
    /// </summary>
    public static double[] Of(DifferentiableFunction function, double[] x, double[] gradient, double[] spread, bool isCostly)
    {
        var d = x.Length;
        var hessian = new double[d * d];
        var point = (double[])x.Clone();
        var (plus, minus) = (new double[d], gradient);
        if (!isCostly) minus = new double[d];
        for (var j = 0; j < d; j++)
        {
            var step = (isCostly ? Tolerances.ForwardStep : Tolerances.CentralStep) * spread[j];
            point[j] = x[j] + step;
            var value = function(point, plus);
            if (!isCostly)
            {
                point[j] = x[j] - step;
                value += function(point, minus);
            }

            var width = isCostly ? step : 2 * step;
            point[j] = x[j];
            for (var i = 0; i < d; i++)
            {
                hessian[(j * d) + i] = double.IsFinite(value) ? (plus[i] - minus[i]) / width : double.NaN;
            }
        }

        for (var i = 0; i < d; i++)
        {
            for (var j = 0; j < i; j++)
            {
                hessian[(i * d) + j] = hessian[(j * d) + i] = 0.5 * (hessian[(i * d) + j] + hessian[(j * d) + i]);
            }
        }

        return hessian;
    }
}
