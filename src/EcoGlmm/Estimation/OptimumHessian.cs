using EcoGlmm.Numerics;

namespace EcoGlmm.Estimation;

/// <summary>
/// The Hessian of a function at its optimum, by central differences of its exact gradient, with a step along each
/// parameter in proportion to its standard error.
/// </summary>
internal static class OptimumHessian
{
    private const double RelativeStep = 5e-3;

    /// <summary>
    /// d × d, symmetric. <paramref name="spread"/> holds a rough standard error for each parameter. An element that cannot be had
    /// is NaN.
    /// </summary>
    public static double[] Of(DifferentiableFunction function, double[] x, double[] spread)
    {
        var d = x.Length;
        var hessian = new double[d * d];
        var point = (double[])x.Clone();
        var (plus, minus) = (new double[d], new double[d]);
        for (var j = 0; j < d; j++)
        {
            var step = RelativeStep * spread[j];
            point[j] = x[j] + step;
            var up = function(point, plus);
            point[j] = x[j] - step;
            var down = function(point, minus);
            point[j] = x[j];
            for (var i = 0; i < d; i++)
            {
                hessian[(j * d) + i] = double.IsFinite(up) && double.IsFinite(down) ? (plus[i] - minus[i]) / (2 * step) : double.NaN;
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
